from collections.abc import Sequence

import pytest
from opentelemetry.trace import SpanContext

from telemetry.dropped import Dropped
from telemetry.finished_span import FinishedSpan
from telemetry.span_queue import BATCH, LIMIT, SpanQueue, Waiting

SPAN = FinishedSpan("work", SpanContext(1, 2, is_remote=False), None, 3, 4, {}, None)


class Door:
    """An export that takes what it is given, or does not."""

    def __init__(self, *, takes: bool = True, raises: Exception | None = None) -> None:
        self.takes = takes
        self.raises = raises
        self.opened = 0
        self.closed = 0
        self.batches: list[int] = []

    def open(self) -> "Door":
        self.opened += 1
        return self

    def ready(self, until: float) -> None:
        """Always."""

    def send(self, spans: Sequence[Waiting], until: float) -> bool:  # noqa: ARG002 - nothing here takes time
        if self.raises:
            raise self.raises
        self.batches.append(len(spans))
        return self.takes

    def close(self) -> None:
        self.closed += 1


def test_full_queue_drops_and_counts() -> None:
    door, dropped = Door(), Dropped()
    queue = SpanQueue(door.open, dropped)
    for _ in range(LIMIT + 3):
        queue.put(SPAN)
    assert dropped.total == 3
    queue.flush()
    assert door.batches == [BATCH] * (LIMIT // BATCH)
    queue.put(SPAN)
    assert dropped.total == 3


def test_export_opens_once_and_late() -> None:
    door = Door()
    queue = SpanQueue(door.open, Dropped())
    queue.flush()
    assert door.opened == 0
    for _ in range(2):
        queue.put(SPAN)
        queue.flush()
    assert (door.opened, door.batches) == (1, [1, 1])


def test_refused_batch_counts_as_dropped() -> None:
    dropped = Dropped()
    queue = SpanQueue(Door(takes=False).open, dropped)
    for _ in range(3):
        queue.put(SPAN)
    queue.flush()
    assert dropped.total == 3


def test_raising_export_is_heard_and_counted() -> None:
    dropped = Dropped()
    queue = SpanQueue(Door(raises=ConnectionError()).open, dropped)
    queue.put(SPAN)
    with pytest.raises(ConnectionError):
        queue.flush()
    assert dropped.total == 1
    queue.flush()


def test_spans_wait_for_an_export_that_does_not_open() -> None:
    def broken() -> Door:
        raise ImportError

    dropped = Dropped()
    queue = SpanQueue(broken, dropped)
    queue.put(SPAN)
    with pytest.raises(ImportError):
        queue.flush()
    assert dropped.total == 0
    with pytest.raises(ImportError):
        queue.close()
    assert dropped.total == 1


@pytest.mark.parametrize("raises", [None, ConnectionError()])
def test_close_flushes_first(raises: Exception | None) -> None:
    door = Door()
    queue = SpanQueue(door.open, Dropped())
    queue.put(SPAN)
    queue.flush()
    door.raises = raises
    queue.put(SPAN)
    if raises:
        with pytest.raises(ConnectionError):
            queue.close()
    else:
        queue.close()
    assert door.closed == 1


def test_unused_queue_closes_nothing() -> None:
    door = Door()
    SpanQueue(door.open, Dropped()).close()
    assert (door.opened, door.closed) == (0, 0)


def test_what_is_forgotten_counts_as_dropped() -> None:
    door, dropped = Door(), Dropped()
    queue = SpanQueue(door.open, dropped)
    queue.put(SPAN)
    queue.forget()
    queue.flush()
    assert (dropped.total, door.batches) == (1, [])
