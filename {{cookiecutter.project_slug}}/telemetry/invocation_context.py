"""The invocation context: what the sinks of one process tell each other about the invocation in progress."""

from collections.abc import Mapping
from typing import Any, Final, Self

from telemetry.schema import Start

METHODS: Final = frozenset(
    {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"}
)
OTHER_METHOD: Final = "_OTHER"
SCHEMES: Final = frozenset({"http", "https"})


class HttpRequest:
    """The parts of an HTTP request that may leave the process: in each field, one of a few known words.

    A caller may write any method, and the scheme comes from a proxy's header, so neither is taken as it is.
    """

    __slots__ = ("method", "route", "scheme")

    def __init__(self, method: str, scheme: str | None, route: str | None) -> None:
        self.method = method
        self.scheme = scheme
        self.route = route
        """The route's template."""

    @classmethod
    def from_scope(cls, scope: Mapping[str, Any]) -> Self:
        """Read an ASGI scope after the app has handled it: routers put the route into it."""
        method, scheme = scope.get("method"), scope.get("scheme")
        return cls(
            method if method in METHODS else OTHER_METHOD,
            scheme if scheme in SCHEMES else None,
            route_template(scope) if "route" in scope else None,
        )


def route_template(scope: Mapping[str, Any]) -> str | None:
    """Path of the innermost route that Starlette or FastAPI chose, such as `/tickets/{id}`.

    The prefix of a mount is left out: the scope holds it only as a concrete path, parameters and all.
    """
    route = scope["route"]
    if "fastapi" in scope:
        # For a route of an included router, FastAPI keeps the path with its prefixes in a context beside it.
        included = scope["fastapi"].get("effective_route_context")
        if included is not None and getattr(included, "original_route", None) is route:
            route = included
    template = getattr(route, "path_format", None) or getattr(route, "path", None)
    return template if isinstance(template, str) else None


class InvocationContext:
    """Each field is written by the sink that knows it, and read by the sinks that run after that one."""

    __slots__ = ("gap_ns", "request", "restore_ns", "start", "startup_trace_id", "trace_id")

    def __init__(self) -> None:
        self.start: Start = "warm"
        self.gap_ns: int | None = None
        """From the end of INIT's work to the first invocation; None for later ones."""
        self.restore_ns: int | None = None
        """How long restoring a snapshot took, at the first invocation after that; else None."""
        self.trace_id: str | None = None
        """The invocation's trace, as 32 hexadecimal digits."""
        self.startup_trace_id: str | None = None
        """The trace of the latest startup."""
        self.request: HttpRequest | None = None
        """None until the app has handled it, and for an event that is no HTTP request."""

    def reset(self, start: Start, gap_ns: int | None = None, restore_ns: int | None = None) -> None:
        """Begin a new invocation."""
        self.start, self.gap_ns, self.restore_ns = start, gap_ns, restore_ns
        self.trace_id = self.request = None
