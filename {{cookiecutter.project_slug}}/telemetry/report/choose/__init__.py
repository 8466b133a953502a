"""What to switch on: options by cold starts, latency and dollars, from a pool fitted to records."""
