"""The platform's own events, in either format of Lambda's log."""
