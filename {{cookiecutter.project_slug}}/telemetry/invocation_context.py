"""The invocation context: what the sinks tell each other about the invocation in progress.

One of them is here: it finds out the start class, that is what kind of wait, if any, came before.
"""

from collections.abc import Mapping
from typing import Any, Final, Self

from adapter.facts import EnvironmentStarted, InvocationBegan, StartupDeferred, StartupEnded
from telemetry.fan_out import Handlers
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


def first_start(init_type: str, gap_ns: int, proactive_gap_ns: int) -> Start:
    """Class of a process's first invocation; every later one is `warm`.

    The init type does not show `proactive`: Lambda calls it on-demand, although it started the environment
    before there was a request. Only the gap shows it. Managed instances are started ahead of requests, as
    provisioned concurrency is.
    """
    match init_type:
        case "snap-start":
            return "snapstart"
        case "provisioned-concurrency" | "lambda-managed-instances":
            return "provisioned"
        case _:
            return "proactive" if gap_ns > proactive_gap_ns else "cold"


def waited(start: Start) -> bool:
    """Whether the request waited for its environment to be created or restored."""
    return start in ("cold", "snapstart")


class StartClass:
    """The sink that resets the invocation context, and decides the start class of the first invocation."""

    def __init__(self, context: InvocationContext, proactive_gap_ms: float) -> None:
        self._context = context
        self._proactive_gap_ns = round(proactive_gap_ms * 1e6)
        self._started: EnvironmentStarted | None = None
        """The environment, until its first invocation."""
        self._init_ended_ns = 0

    def handlers(self) -> Handlers:
        """Follow INIT up to the first invocation."""
        return {
            EnvironmentStarted: self._environment_started,
            StartupDeferred: self._startup_deferred,
            StartupEnded: self._startup_ended,
            InvocationBegan: self._invocation_began,
        }

    def _environment_started(self, fact: EnvironmentStarted) -> None:
        self._started, self._init_ended_ns = fact, fact.at_ns

    def _startup_deferred(self, fact: StartupDeferred) -> None:
        self._init_ended_ns = fact.at_ns

    def _startup_ended(self, fact: StartupEnded) -> None:
        if fact.began.phase == "init":
            self._init_ended_ns = fact.began.at_ns + fact.wall_ns

    def _invocation_began(self, fact: InvocationBegan) -> None:
        started, self._started = self._started, None
        if started is None:
            self._context.reset("warm")
            return
        gap_ns = max(0, fact.at_ns - self._init_ended_ns)
        start = first_start(started.environment.init_type, gap_ns, self._proactive_gap_ns)
        self._context.reset(start, gap_ns, started.restore_ns)
