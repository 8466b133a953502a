"""Mangum's handler for the events of HTTP APIs and function URLs, made cheaper."""

from typing import Any

from mangum.handlers import HTTPGateway
from mangum.types import Scope


class OneScope(HTTPGateway):
    """Builds the scope once. Mangum builds it again for the response, to read one word of the event."""

    _built: Scope | None = None

    @property
    def scope(self) -> Scope:
        """The request's scope."""
        if self._built is None:
            self._built = super().scope
        return self._built


def with_one_scope(handler: Any) -> Any:
    """`handler`, or one that does the same for less; those of custom classes are left alone."""
    if type(handler) is HTTPGateway:
        return OneScope(handler.event, handler.context, handler.config)
    return handler
