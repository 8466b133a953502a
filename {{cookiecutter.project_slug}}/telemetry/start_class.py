"""The start class of an invocation: what kind of wait, if any, came before it."""

from adapter.facts import EnvironmentStarted, InvocationBegan, StartupDeferred, StartupEnded
from telemetry.fan_out import Handlers
from telemetry.invocation_context import InvocationContext
from telemetry.schema import Start


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
