"""Spans that wait to be sent."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from telemetry.dropped import Dropped
from telemetry.finished_span import FinishedSpan
from telemetry.invocation_span import EndedInvocation

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan

LIMIT: Final = 2048
BATCH: Final = 512
PATIENCE_S: Final = 1.0
"""How long a flush may take when nobody says otherwise."""
AT_END_S: Final = 0.2
"""The same as the process ends: Lambda kills it half a second after SIGTERM, and there is a shutdown too."""

Waiting: TypeAlias = "EndedInvocation | FinishedSpan | ReadableSpan"


class Export(Protocol):
    """Where spans go; instants are `time.monotonic`'s."""

    def ready(self, until: float) -> None:
        """Have at hand what it takes to send; raises when that is not so by `until`."""

    def send(self, spans: Sequence[Waiting], until: float) -> bool:
        """Whether they are on their way; may raise."""
        ...

    def close(self) -> None:
        """Let go of what was opened."""
        ...


class SpanQueue:
    """Keeps the first `LIMIT` spans until the next flush; counts those it has no room for."""

    def __init__(self, open_export: Callable[[], Export], dropped: Dropped) -> None:
        self._open = open_export
        self._export: Export | None = None
        self._dropped = dropped
        self._spans: deque[Waiting] = deque()
        self._flushing = threading.Lock()

    def put(self, span: Waiting) -> None:
        """Queue a span that has ended."""
        if len(self._spans) < LIMIT:
            self._spans.append(span)
        else:
            self._dropped.add(1)

    def flush(self, within: float = PATIENCE_S) -> None:
        """Export what is queued, for `within` seconds at most; what there is no time for stays.

        Raises what the exporter raises, after counting the batch as dropped. While another thread is at it,
        it waits for that.
        """
        until = time.monotonic() + within
        if not self._spans or not self._flushing.acquire(timeout=within):
            return
        try:
            export = self._opened()
            export.ready(until)
            while self._spans and time.monotonic() < until:
                self._send(export, until)
        finally:
            self._flushing.release()

    def forget(self) -> None:
        """Count what is queued as dropped."""
        self._dropped.add(len(self._spans))
        self._spans.clear()

    def close(self) -> None:
        """Export what is queued, count what could not be, and close the exporter."""
        try:
            self.flush(AT_END_S)
        finally:
            self.forget()
            if self._export is not None:
                self._export.close()

    def _opened(self) -> Export:
        if self._export is None:
            self._export = self._open()
        return self._export

    def _send(self, export: Export, until: float) -> None:
        batch = [self._spans.popleft() for _ in range(min(BATCH, len(self._spans)))]
        sent = False
        try:
            sent = export.send(batch, until)
        finally:
            if not sent:
                self._dropped.add(len(batch))
