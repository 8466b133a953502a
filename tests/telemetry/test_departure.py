"""When spans leave, told by what had left at each step."""

from collections.abc import Sequence

import pytest
from opentelemetry.trace import SpanContext

from telemetry.departure import EVERY_INSIDE, Departure
from telemetry.dropped import Dropped
from telemetry.finished_span import FinishedSpan
from telemetry.span_queue import SpanQueue, Waiting

SPAN = FinishedSpan("work", SpanContext(1, 2, is_remote=False), None, 3, 4, {}, None)


class Process:
    def __init__(self, every: int | None = None, *, patient: bool = True) -> None:
        self.left: list[int] = []
        self.attempts = 0
        self.failing = False
        self.faults: list[str] = []
        queue = SpanQueue(lambda: self, Dropped())
        self.queue = queue
        self.departure = Departure(queue, every, lambda part, _: self.faults.append(part), patient=patient)

    def ready(self, until: float) -> None:  # noqa: ARG002 - nothing here takes time
        self.attempts += 1
        if self.failing:
            raise ConnectionError

    def send(self, spans: Sequence[Waiting], until: float) -> bool:  # noqa: ARG002 - as above
        self.left.append(len(spans))
        return True

    def close(self) -> None: ...

    def invoke(self, *, remaining_s: float | None = None) -> None:
        self.queue.put(SPAN)
        self.departure.invocation_ended()
        if remaining_s is not None:
            self.departure.after_response(remaining_s)


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


def test_inside_where_nobody_calls_after() -> None:
    process = Process()
    for _ in range(EVERY_INSIDE):
        process.invoke()
    assert process.left == []
    process.invoke()
    assert process.left == [EVERY_INSIDE + 1]


def test_datagrams_leave_every_so_often() -> None:
    process = Process(every=2, patient=False)
    for _ in range(5):
        process.invoke()
    assert process.left == [2, 2]


@pytest.mark.parametrize("remaining_s", [0.2, 0.1, -1])
def test_last_moments_of_an_invocation_are_left_alone(remaining_s: float) -> None:
    process = Process()
    process.invoke(remaining_s=remaining_s)
    assert process.attempts == 0
    process.invoke(remaining_s=30)
    assert process.left == [2]


def test_failing_endpoint_is_asked_less_and_less() -> None:
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
