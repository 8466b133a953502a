"""When spans leave: after a response if somebody calls then, else as an invocation ends."""

from typing import Final

from telemetry.faults import OnFault
from telemetry.span_queue import SpanQueue

RESERVE_S: Final = 0.2
"""Of an invocation's time, never used."""
LONGEST_S: Final = 1.0
"""How long the next event may have to wait."""
EVERY_AFTER: Final = 1
EVERY_INSIDE: Final = 20
"""In a response's way there is a datagram for so many invocations at once."""
MOST_SKIPPED: Final = 63
"""Invocations between two attempts at an endpoint that fails."""


class Departure:
    """Sends the queue after every so many invocations.

    An attempt that fails costs every invocation its deadline, so the next one is made 1, 3, 7, … invocations
    later; spans wait meanwhile.
    """

    def __init__(self, queue: SpanQueue, every: int | None, on_fault: OnFault, *, patient: bool) -> None:
        self._queue = queue
        self._on_fault = on_fault
        self._inside = every or EVERY_INSIDE
        self._after = every or EVERY_AFTER
        self._slack = 1 if patient else 0
        """Invocations by which `after_response` may be late before it seems that nobody calls it."""
        self._called = False
        self._waiting = 0
        self._skipped = 0

    def invocation_ended(self) -> None:
        """Count an invocation, and flush where its response has to wait for it; raises what that raises."""
        self._waiting += 1
        if not self._called and self._waiting >= self._inside + self._slack + self._skipped:
            self._flush(LONGEST_S)

    def after_response(self, remaining_s: float) -> None:
        """Flush while nobody but the next event waits; never raises."""
        self._called = True
        within = min(remaining_s - RESERVE_S, LONGEST_S)
        if within <= 0 or self._waiting < self._after + self._skipped:
            return
        try:
            self._flush(within)
        except Exception as error:  # noqa: BLE001 - the loss is counted, and the service goes on
            self._on_fault("spans", error)

    def _flush(self, within: float) -> None:
        self._waiting = 0
        self._skipped = min(2 * self._skipped + 1, MOST_SKIPPED)
        self._queue.flush(within)
        self._skipped = 0
