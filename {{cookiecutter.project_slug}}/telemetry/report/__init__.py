"""Records in, verdict out: `python -m telemetry.report --help`."""
