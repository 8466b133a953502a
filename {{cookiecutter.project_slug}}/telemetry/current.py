"""What the sinks of one process tell each other about the invocation in progress."""

from telemetry.http import HttpRequest
from telemetry.schema import Start


class Current:
    """Written by the sink that knows, read by those that run after it."""

    __slots__ = ("gap_ns", "request", "restore_ns", "start", "startup_trace_id", "trace_id")

    def __init__(self) -> None:
        self.start: Start = "warm"
        self.gap_ns: int | None = None
        """From the end of INIT's work to the first invocation; None for later ones."""
        self.restore_ns: int | None = None
        """What restoring took, for the first invocation after it."""
        self.trace_id: str | None = None
        """Of the invocation, 32 hex digits."""
        self.startup_trace_id: str | None = None
        """Of the trace that the latest startup is in."""
        self.request: HttpRequest | None = None
        """As the traced app left it; None before, and for what is no HTTP request."""

    def begin(self, start: Start, gap_ns: int | None = None, restore_ns: int | None = None) -> None:
        """Begin a new invocation, and forget the one before."""
        self.start, self.gap_ns, self.restore_ns = start, gap_ns, restore_ns
        self.trace_id = self.request = None
