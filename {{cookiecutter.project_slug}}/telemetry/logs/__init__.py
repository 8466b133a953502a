"""Logs: the service's lines, by structlog, joined to the records by request and trace."""
