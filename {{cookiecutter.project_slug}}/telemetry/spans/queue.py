"""The queue of spans that wait to be exported, and the schedule by which it is flushed."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from telemetry.fan_out import OnFault

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan

    from telemetry.spans.invocation_span import EndedInvocation
    from telemetry.spans.lifespan_spans import LifespanSpan

MAX_QUEUE: Final = 2048
MAX_BATCH: Final = 512
FLUSH_TIMEOUT_S: Final = 1.0
SHUTDOWN_TIMEOUT_S: Final = 0.2
"""Lambda kills the process half a second after SIGTERM, and the lifespan's shutdown needs its share."""

RESERVE_S: Final = 0.2
"""How much of an invocation's remaining time is never used."""
FLUSH_EVERY_AFTER: Final = 1
"""Invocations between two flushes after a response."""
FLUSH_EVERY_INSIDE: Final = 20
"""Invocations between two flushes that the response has to wait for: one datagram carries their spans."""
MOST_SKIPPED: Final = 63
"""Invocations between two attempts at a destination that keeps failing."""

Waiting: TypeAlias = "EndedInvocation | LifespanSpan | ReadableSpan"
"""A span that has ended: ours, or one of the SDK."""


class Exporter(Protocol):
    """Sends batches of spans; deadlines are instants of `time.monotonic`."""

    def prepare(self, deadline: float) -> None:
        """Get ready to send; raises if that fails or is not done by the deadline."""

    def export(self, spans: Sequence[Waiting], deadline: float) -> bool:
        """Send a batch, and return whether it was accepted; may raise."""
        ...

    def shutdown(self) -> None:
        """Close what was opened."""


class DroppedSpans:
    """Counts the spans that were lost, by the queue or by an exporter."""

    def __init__(self) -> None:
        self.total = 0

    def add(self, spans: int) -> None:
        """Count `spans` more."""
        self.total += spans


class SpanQueue:
    """Keeps up to `MAX_QUEUE` spans until the next flush, and counts those that it has no room for."""

    def __init__(self, open_exporter: Callable[[], Exporter], dropped: DroppedSpans) -> None:
        self._open = open_exporter
        self._exporter: Exporter | None = None
        self._dropped = dropped
        self._spans: deque[Waiting] = deque()
        self._flushing = threading.Lock()

    def put(self, span: Waiting) -> None:
        """Add a span that has ended."""
        if len(self._spans) < MAX_QUEUE:
            self._spans.append(span)
        else:
            self._dropped.add(1)

    def force_flush(self, timeout_s: float = FLUSH_TIMEOUT_S) -> None:
        """Export what is queued; what there is no time for stays in the queue.

        If another thread is flushing, wait for that first. Whatever the exporter raises is raised here, and
        its batch is counted as dropped.
        """
        deadline = time.monotonic() + timeout_s
        if not self._spans or not self._flushing.acquire(timeout=timeout_s):
            return
        try:
            exporter = self._opened()
            exporter.prepare(deadline)
            while self._spans and time.monotonic() < deadline:
                self._export(exporter, deadline)
        finally:
            self._flushing.release()

    def drop_all(self) -> None:
        """Empty the queue, and count its spans as dropped."""
        self._dropped.add(len(self._spans))
        self._spans.clear()

    def shutdown(self) -> None:
        """Export what is queued, drop the rest, and shut the exporter down."""
        try:
            self.force_flush(SHUTDOWN_TIMEOUT_S)
        finally:
            self.drop_all()
            if self._exporter is not None:
                self._exporter.shutdown()

    def _opened(self) -> Exporter:
        if self._exporter is None:
            self._exporter = self._open()
        return self._exporter

    def _export(self, exporter: Exporter, deadline: float) -> None:
        batch = [self._spans.popleft() for _ in range(min(MAX_BATCH, len(self._spans)))]
        accepted = False
        try:
            accepted = exporter.export(batch, deadline)
        finally:
            if not accepted:
                self._dropped.add(len(batch))


class FlushSchedule:
    """Flushes the queue every so many invocations: after a response if the adapter calls, else before it.

    An attempt that fails costs an invocation its whole deadline, so the next one is made 1, 3, 7, …
    invocations later; spans wait meanwhile.
    """

    def __init__(
        self, queue: SpanQueue, every: int | None, on_fault: OnFault, *, expects_after_response: bool
    ) -> None:
        self._queue = queue
        self._on_fault = on_fault
        self._every_inside = (every or FLUSH_EVERY_INSIDE) + (1 if expects_after_response else 0)
        """One more where `after_response` may be called: one invocation later it is clear that it is not."""
        self._every_after = every or FLUSH_EVERY_AFTER
        self._called = False
        self._waiting = 0
        self._skipped = 0

    def invocation_ended(self) -> None:
        """Count an invocation, and flush if nobody does after responses; raises what the flush raises."""
        self._waiting += 1
        if not self._called and self._waiting >= self._every_inside + self._skipped:
            self._flush(FLUSH_TIMEOUT_S)

    def after_response(self, remaining_s: float) -> None:
        """Flush while nobody but the next event waits; never raises."""
        self._called = True
        timeout_s = min(remaining_s - RESERVE_S, FLUSH_TIMEOUT_S)
        if timeout_s <= 0 or self._waiting < self._every_after + self._skipped:
            return
        try:
            self._flush(timeout_s)
        except Exception as error:  # noqa: BLE001 - the loss is counted, and the service goes on
            self._on_fault("spans", error)

    def _flush(self, timeout_s: float) -> None:
        self._waiting = 0
        self._skipped = min(2 * self._skipped + 1, MOST_SKIPPED)
        self._queue.force_flush(timeout_s)
        self._skipped = 0
