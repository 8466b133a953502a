"""The shapes in which tools write a log to a file, each told by its content."""
