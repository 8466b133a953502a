"""Sinks for the adapter's facts: spans, metrics, logs and one JSON record per event. Knows no mangum."""
