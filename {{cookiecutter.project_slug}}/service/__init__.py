"""The team's own part: support tickets as a plain ASGI app that knows no Lambda."""
