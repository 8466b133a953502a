"""What the last log lines of a service say about its health: counts, slowest ones, and what was lost."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Startups:
    """How the lifespan's startups ended, repeats included, and what the slowest took."""

    complete: int = 0
    failed: int = 0
    unsupported: int = 0
    errors: tuple[str, ...] = ()
    """Types of the exceptions."""
    slowest_in_request_ms: float | None = None
    """Of those that ran inside a request, INIT that was repeated there included."""
    slowest_init_ms: Mapping[str, float] = field(default_factory=dict)
    """All of INIT, imports and startup, by initialization type; "" where the record does not tell."""
    outlasted: int = 0
    """Startups that began in INIT and ended in a request."""
    cut: int = 0
    """INITs that Lambda ended at its limit."""


@dataclass(frozen=True, slots=True)
class Endings:
    """How Lambda says that invocations ended: one report line for each."""

    reports: int = 0
    timed_out: int = 0
    crashed: int = 0
    memory_share: float | None = None
    """Largest used share of the memory."""


@dataclass(frozen=True, slots=True)
class Recent:
    """What the last log lines say of one service."""

    since: str
    requests: int = 0
    """With a record."""
    cut: int = 0
    """Of these, those that the adapter ended before the function's timeout."""
    placements: frozenset[str] = frozenset()
    startups: Startups = Startups()
    endings: Endings = Endings()
    deaths: int = 0
    fallbacks: int = 0
    reasons: tuple[str, ...] = ()
    """Why environments fell back to `init`."""
    faults: int = 0
    sinks: tuple[str, ...] = ()
    """Parts of telemetry that failed."""
    dropped_spans: int = 0
    others: tuple[str, ...] = ()
    """Further services in the log group."""

    @property
    def silent(self) -> bool:
        """Nothing was found."""
        started = self.startups.complete + self.startups.failed + self.startups.unsupported
        return not (self.requests or self.endings.reports or started or self.startups.cut)
