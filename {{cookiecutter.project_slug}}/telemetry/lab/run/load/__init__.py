"""Requests that come as traffic does: several environments at once, started and ended as Lambda would."""
