"""The sinks: records, spans, logs, metrics."""
