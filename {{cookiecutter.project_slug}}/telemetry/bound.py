"""What each line of an invocation's log has, for as long as the invocation runs."""

from contextvars import ContextVar
from typing import Final, NamedTuple


class Bound(NamedTuple):
    """The field names are those of the invocation's record."""

    request_id: str
    trace_id: str | None
    start: str
    placement: str | None


BOUND: Final[ContextVar[Bound | None]] = ContextVar("telemetry_bound", default=None)
