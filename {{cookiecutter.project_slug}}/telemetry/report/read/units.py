"""One execution environment in one arm, and how starts and endings are kept as numbers."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from adapter.placement import Placement
from telemetry import schema
from telemetry.report.read.records import Assigned, Invocation, Startup

AT_ONCE_MS, PROACTIVE_MS = 100.0, 10_000.0
"""Between these two, the gap between INIT and the first request does not tell whether the request waited."""
START_CODES: Final[Mapping[str, int]] = {start: code for code, start in enumerate(schema.STARTS)}
OUTCOME_CODES: Final[Mapping[str | None, int]] = {
    None: 0,
    "success": 0,
    "failure": 1,
    "error": 1,
    "timeout": 2,
}
"""The platform's word on a request: it went well, failed, or timed out."""
TIMED_OUT: Final = OUTCOME_CODES["timeout"]


class Description(NamedTuple):
    """What a record says of its environment; None where it does not."""

    function: str | None = None
    version: str | None = None
    memory_mb: float | None = None
    experiment: str | None = None
    fell_back: bool = False
    """The environment left its arm's placement."""
    init_type: str | None = None


def said_by(record: Assigned | Startup | Invocation) -> Description:
    """Return what a record says of its environment."""
    experiment = record.experiment if isinstance(record, Assigned) else None
    init_type = record.init_type if isinstance(record, Startup) else None
    return Description(record.function, record.version, record.memory_mb, experiment, init_type=init_type)


class Unit:
    """One execution environment in one arm: what an interval counts as one observation."""

    __slots__ = (
        "born",
        "environment",
        "experiment",
        "fell_back",
        "function",
        "init_type",
        "memory_mb",
        "number",
        "placement",
        "version",
    )

    def __init__(self, number: int, placement: Placement, environment: str = "") -> None:
        self.number = number
        self.placement: Placement = placement
        self.environment = environment
        self.fell_back = False
        self.experiment: str | None = None
        """The experiment that assigned it, as declared."""
        self.function: str | None = None
        """None where no record says it; so the next two."""
        self.version: str | None = None
        self.memory_mb: float | None = None
        self.init_type: str | None = None
        """As its startup said it; None where no startup did, as in copies of a snapshot."""
        self.born: float | None = None
        """Unix milliseconds of the earliest of its records of an assignment, a startup or a first request."""

    def describe(self, said: Description) -> None:
        """Take what a record says of the environment, where no record before it did."""
        self.function = self.function or said.function
        self.version = self.version or said.version
        self.memory_mb = self.memory_mb or said.memory_mb
        self.experiment = self.experiment or said.experiment
        self.init_type = self.init_type or said.init_type
        self.fell_back |= said.fell_back
