from collections.abc import Sequence

import pytest
from opentelemetry.trace import SpanContext

from telemetry.spans.lifespan_spans import LifespanSpan
from telemetry.spans.queue import (
    FLUSH_EVERY_INSIDE,
    MAX_BATCH,
    MAX_QUEUE,
    DroppedSpans,
    FlushSchedule,
    SpanQueue,
    Waiting,
)

SPAN = LifespanSpan("work", SpanContext(1, 2, is_remote=False), None, 3, 4, {}, None)


class FakeExporter:
    """An exporter that accepts what it is given, or does not."""

    def __init__(self, *, takes: bool = True, raises: Exception | None = None) -> None:
        self.takes = takes
        self.raises = raises
        self.opened = 0
        self.closed = 0
        self.batches: list[int] = []

    def open(self) -> "FakeExporter":
        self.opened += 1
        return self

    def prepare(self, deadline: float) -> None:
        """Always."""

    def export(self, spans: Sequence[Waiting], deadline: float) -> bool:  # noqa: ARG002 - nothing here takes time
        if self.raises:
            raise self.raises
        self.batches.append(len(spans))
        return self.takes

    def shutdown(self) -> None:
        self.closed += 1


def test_full_queue_drops_and_counts() -> None:
    exporter, dropped = FakeExporter(), DroppedSpans()
    queue = SpanQueue(exporter.open, dropped)
    for _ in range(MAX_QUEUE + 3):
        queue.put(SPAN)
    assert dropped.total == 3
    queue.force_flush()
    assert exporter.batches == [MAX_BATCH] * (MAX_QUEUE // MAX_BATCH)
    queue.put(SPAN)
    assert dropped.total == 3


def test_export_opens_once_and_late() -> None:
    exporter = FakeExporter()
    queue = SpanQueue(exporter.open, DroppedSpans())
    queue.force_flush()
    assert exporter.opened == 0
    for _ in range(2):
        queue.put(SPAN)
        queue.force_flush()
    assert (exporter.opened, exporter.batches) == (1, [1, 1])


def test_refused_batch_counts_as_dropped() -> None:
    dropped = DroppedSpans()
    queue = SpanQueue(FakeExporter(takes=False).open, dropped)
    for _ in range(3):
        queue.put(SPAN)
    queue.force_flush()
    assert dropped.total == 3


def test_error_of_an_export_is_raised_and_counted() -> None:
    dropped = DroppedSpans()
    queue = SpanQueue(FakeExporter(raises=ConnectionError()).open, dropped)
    queue.put(SPAN)
    with pytest.raises(ConnectionError):
        queue.force_flush()
    assert dropped.total == 1
    queue.force_flush()


def test_spans_wait_for_an_export_that_does_not_open() -> None:
    def broken() -> FakeExporter:
        raise ImportError

    dropped = DroppedSpans()
    queue = SpanQueue(broken, dropped)
    queue.put(SPAN)
    with pytest.raises(ImportError):
        queue.force_flush()
    assert dropped.total == 0
    with pytest.raises(ImportError):
        queue.shutdown()
    assert dropped.total == 1


@pytest.mark.parametrize("raises", [None, ConnectionError()])
def test_close_flushes_first(raises: Exception | None) -> None:
    exporter = FakeExporter()
    queue = SpanQueue(exporter.open, DroppedSpans())
    queue.put(SPAN)
    queue.force_flush()
    exporter.raises = raises
    queue.put(SPAN)
    if raises:
        with pytest.raises(ConnectionError):
            queue.shutdown()
    else:
        queue.shutdown()
    assert exporter.closed == 1


def test_unused_queue_closes_nothing() -> None:
    exporter = FakeExporter()
    SpanQueue(exporter.open, DroppedSpans()).shutdown()
    assert (exporter.opened, exporter.closed) == (0, 0)


def test_emptied_queue_counts_as_dropped() -> None:
    exporter, dropped = FakeExporter(), DroppedSpans()
    queue = SpanQueue(exporter.open, dropped)
    queue.put(SPAN)
    queue.drop_all()
    queue.force_flush()
    assert (dropped.total, exporter.batches) == (1, [])


class Process:
    """Invocations whose spans are queued, and what has been exported of them."""

    def __init__(self, every: int | None = None, *, expects_after_response: bool = True) -> None:
        self.left: list[int] = []
        self.attempts = 0
        self.failing = False
        self.faults: list[str] = []
        queue = SpanQueue(lambda: self, DroppedSpans())
        self.queue = queue
        self.schedule = FlushSchedule(queue, every, self.fail, expects_after_response=expects_after_response)

    def fail(self, part: str, _error: Exception) -> None:
        self.faults.append(part)

    def prepare(self, deadline: float) -> None:  # noqa: ARG002 - nothing here takes time
        self.attempts += 1
        if self.failing:
            raise ConnectionError

    def export(self, spans: Sequence[Waiting], deadline: float) -> bool:  # noqa: ARG002 - as above
        self.left.append(len(spans))
        return True

    def shutdown(self) -> None: ...

    def invoke(self, *, remaining_s: float | None = None) -> None:
        self.queue.put(SPAN)
        self.schedule.invocation_ended()
        if remaining_s is not None:
            self.schedule.after_response(remaining_s)


def test_each_response_is_followed_by_its_span() -> None:
    process = Process()
    for _ in range(3):
        process.invoke(remaining_s=30)
    assert process.left == [1, 1, 1]


def test_nothing_leaves_before_the_response() -> None:
    process = Process(every=1)
    process.invoke()
    assert process.left == []


def test_batches_after_the_response() -> None:
    process = Process(every=3)
    for _ in range(7):
        process.invoke(remaining_s=30)
    assert process.left == [3, 3]


def test_flush_inside_if_nobody_calls_after_the_response() -> None:
    process = Process()
    for _ in range(FLUSH_EVERY_INSIDE):
        process.invoke()
    assert process.left == []
    process.invoke()
    assert process.left == [FLUSH_EVERY_INSIDE + 1]


def test_flush_inside_every_so_often_without_an_endpoint() -> None:
    process = Process(every=2, expects_after_response=False)
    for _ in range(5):
        process.invoke()
    assert process.left == [2, 2]


@pytest.mark.parametrize("remaining_s", [0.2, 0.1, -1])
def test_last_moments_of_an_invocation_are_not_used(remaining_s: float) -> None:
    process = Process()
    process.invoke(remaining_s=remaining_s)
    assert process.attempts == 0
    process.invoke(remaining_s=30)
    assert process.left == [2]


def test_failing_destination_is_tried_less_and_less() -> None:
    process = Process()
    process.failing = True
    attempts = []
    for _ in range(15):
        process.invoke(remaining_s=30)
        attempts.append(process.attempts)
    assert attempts == [1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 4]
    assert process.faults == ["spans"] * 4
    process.failing = False
    for _ in range(16):
        process.invoke(remaining_s=30)
    assert process.left == [31]
    process.invoke(remaining_s=30)
    assert process.left == [31, 1]
