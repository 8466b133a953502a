"""The start class of an invocation: what kind of wait, if any, came before it."""

from adapter.facts import EnvironmentStarted, InvocationBegan, StartupDeferred, StartupEnded
from telemetry.current import Current
from telemetry.fan_out import Handlers
from telemetry.schema import Start


def first_start(init_type: str, gap_ns: int, proactive_gap_ns: int) -> Start:
    """Class of a process's first invocation; every later one is `warm`.

    The init type cannot tell `proactive`: Lambda calls it on-demand, and starts the environment before there
    is a request. Only the gap shows it. Managed instances are started ahead, as provisioned concurrency is.
    """
    match init_type:
        case "snap-start":
            return "snapstart"
        case "provisioned-concurrency" | "lambda-managed-instances":
            return "provisioned"
        case _:
            return "proactive" if gap_ns > proactive_gap_ns else "cold"


def waited(start: Start) -> bool:
    """Whether the request waited for its environment to be made or restored."""
    return start in ("cold", "snapstart")


class StartClass:
    """Decides the class at the first invocation, whatever becomes of that."""

    def __init__(self, current: Current, proactive_gap_ms: float) -> None:
        self._current = current
        self._proactive_gap_ns = round(proactive_gap_ms * 1e6)
        self._awaited: EnvironmentStarted | None = None
        self._worked_until_ns = 0

    def handlers(self) -> Handlers:
        """Begin each invocation in `current`."""
        return {
            EnvironmentStarted: self._environment_started,
            StartupDeferred: self._startup_deferred,
            StartupEnded: self._startup_ended,
            InvocationBegan: self._invoked,
        }

    def _environment_started(self, fact: EnvironmentStarted) -> None:
        self._awaited, self._worked_until_ns = fact, fact.at_ns

    def _startup_deferred(self, fact: StartupDeferred) -> None:
        self._worked_until_ns = fact.at_ns

    def _startup_ended(self, fact: StartupEnded) -> None:
        if fact.began.phase == "init":
            self._worked_until_ns = fact.began.at_ns + fact.wall_ns

    def _invoked(self, fact: InvocationBegan) -> None:
        started, self._awaited = self._awaited, None
        if started is None:
            self._current.begin("warm")
            return
        gap_ns = max(0, fact.at_ns - self._worked_until_ns)
        start = first_start(started.environment.init_type, gap_ns, self._proactive_gap_ns)
        self._current.begin(start, gap_ns, started.restore_ns)
