"""One execution environment of the local Lambda, and what serves it."""
