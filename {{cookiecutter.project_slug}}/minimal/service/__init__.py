"""The team's own part: a plain ASGI app that knows no Lambda, and the handler around it."""
