"""Spans: one around each invocation, and those of the lifespan, kept until they are exported."""
