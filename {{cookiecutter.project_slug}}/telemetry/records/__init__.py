"""Records: a line of JSON for each thing that happened, metric, log and the report's input at once."""
