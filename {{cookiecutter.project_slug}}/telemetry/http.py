"""What of an HTTP request may leave the process: the method, the scheme, and the route's template."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, Self

METHODS: Final = frozenset(
    {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"}
)
OTHER_METHOD: Final = "_OTHER"
SCHEMES: Final = frozenset({"http", "https"})


class HttpRequest(NamedTuple):
    """Each field is one of a few values: the caller writes the method, and the scheme is a proxy's header."""

    method: str
    scheme: str | None
    route: str | None

    @classmethod
    def from_scope(cls, scope: Mapping[str, Any]) -> Self:
        """Read a scope that the app is done with."""
        method, scheme = scope.get("method"), scope.get("scheme")
        return cls(
            method if method in METHODS else OTHER_METHOD,
            scheme if scheme in SCHEMES else None,
            route_template(scope) if "route" in scope else None,
        )


def route_template(scope: Mapping[str, Any]) -> str | None:
    """Path of the innermost route that Starlette or FastAPI chose, such as `/tickets/{id}`.

    The prefix of a mount is left out: what remains of it in the scope is a concrete path, parameters and all.
    """
    route = scope["route"]
    if "fastapi" in scope:
        # It tells the path of a route in an included router, prefixes and all, in a context beside it.
        included = scope["fastapi"].get("effective_route_context")
        if included is not None and getattr(included, "original_route", None) is route:
            route = included
    template = getattr(route, "path_format", None) or getattr(route, "path", None)
    return template if isinstance(template, str) else None
