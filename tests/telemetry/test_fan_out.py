from collections.abc import Callable, Sequence
from functools import partial
from typing import get_args

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import NoOpTracerProvider

from adapter.facts import EnvironmentEnded, Fact, InvocationBegan
from telemetry.fan_out import FanOut, Faults, Handlers
from telemetry.pipeline import Telemetry
from tests.telemetry.facts import T0, S, answered, invoked, shut_down, started, startup
from tests.telemetry.harness import ENVIRON, Harness


def handling_all(handle: Callable[[Fact], None]) -> Handlers:
    return dict.fromkeys(get_args(Fact), handle)


def _visit(visits: list[str], name: str, _: Fact) -> None:
    visits.append(name)


def test_ends_visit_in_reverse() -> None:
    visits: list[str] = []
    sinks = [(name, handling_all(partial(_visit, visits, name))) for name in "abc"]
    fan_out = FanOut(sinks, lambda *_: None)
    began = invoked()
    for fact in (started(), began, answered(began), startup(), shut_down().began, shut_down()):
        fan_out.observe(fact)
    orders = ["".join(visits[first : first + 3]) for first in range(0, len(visits), 3)]
    assert orders == ["abc", "abc", "cba", "cba", "abc", "cba"]


def test_raising_sink_stops_no_other() -> None:
    seen: list[Fact] = []
    faults: list[tuple[str, str]] = []

    def broken(fact: Fact) -> None:
        raise LookupError("a value of the state")

    sinks = [
        (name, handling_all(handle))
        for name, handle in (("a", seen.append), ("b", broken), ("c", seen.append))
    ]
    fan_out = FanOut(sinks, lambda name, error: faults.append((name, type(error).__name__)))
    fact = started()
    fan_out.observe(fact)
    assert seen == [fact, fact]
    assert faults == [("b", "LookupError")]


def test_sinks_get_the_kinds_they_name() -> None:
    seen: list[Fact] = []
    fan_out = FanOut([("a", {InvocationBegan: seen.append})], lambda *_: None)
    began = invoked()
    for fact in (started(), began, answered(began), EnvironmentEnded(0, 0, 0)):
        fan_out.observe(fact)
    assert seen == [began]


class BrokenExporter(SpanExporter):
    def export(self, _spans: Sequence[ReadableSpan]) -> SpanExportResult:
        raise ConnectionError("token=s3cret")


def test_raising_sink_changes_a_counter_only() -> None:
    harness = Harness({"LIFESPAN_FLUSH_EVERY": "1"}, BrokenExporter())
    harness.observe(started())
    for index in (1, 2, 3):
        harness.invoke(index)
    harness.observe(EnvironmentEnded(T0 + 9 * S, 3, 0))
    assert [record["n"] for record in harness.records("invocation")] == [1, 2, 3]
    end = harness.record("end")
    # The second invocation is spared: an exporter that fails is asked less and less often.
    assert (end["faults"], end["dropped_spans"]) == (2, 3)


def test_fault_is_reported_once_by_type() -> None:
    harness = Harness({"LIFESPAN_FLUSH_EVERY": "1"}, BrokenExporter())
    harness.observe(started())
    harness.invoke(1)
    harness.invoke(2)
    fault = harness.record("fault")
    assert (fault["sink"], fault["error"], fault["TelemetryFault"]) == ("spans", "ConnectionError", 1)
    assert fault["environment"] == "3f0c12345678"
    assert "s3cret" not in "".join(harness.out)


def test_each_kind_of_fault_is_reported(harness: Harness) -> None:
    harness.observe(started())
    harness.telemetry.count("Reserved", float("nan"))
    harness.telemetry.count("Reserved", float("inf"))
    harness.telemetry.count("Reserved", 1, "Tickets")
    kinds = [(fault["sink"], fault["error"]) for fault in harness.records("fault")]
    assert kinds == [("metrics", "ValueError"), ("metrics", "MetricUnitError")]


@pytest.mark.parametrize("error", [BrokenPipeError(), ValueError("I/O operation on closed file.")])
def test_broken_stdout_never_recurses(error: Exception) -> None:
    writes: list[str] = []

    def write(line: str) -> None:
        writes.append(line)
        raise error

    telemetry = Telemetry.from_env(ENVIRON, write=write)
    telemetry.observe(started())
    for index in (1, 2):
        began = invoked(index)
        telemetry.observe(began)
        telemetry.observe(answered(began))
    kinds = ["fault" if '"record":"fault"' in line else "invocation" for line in writes]
    assert kinds == ["invocation", "fault", "invocation"]


def test_unwritable_report_counts_too() -> None:
    def report(part: str, error: str) -> None:
        raise OSError

    faults = Faults(report)
    faults.add("spans", ValueError())
    faults.add("spans", ValueError())
    assert faults.total == 3


def test_sdk_that_does_not_start_costs_spans_only(monkeypatch: pytest.MonkeyPatch) -> None:
    # The SDK reads variables of its own, and raises on these.
    monkeypatch.setenv("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "many")
    harness = Harness()
    harness.observe(started())
    assert isinstance(harness.telemetry.tracer_provider, NoOpTracerProvider)
    harness.invoke()
    assert harness.record("fault")["sink"] == "spans"
    assert harness.record("invocation")["trace_id"]


def test_flush_by_a_request_raises_nothing() -> None:
    harness = Harness(exporter=BrokenExporter())
    harness.observe(started())
    provider = harness.telemetry.tracer_provider
    flushed: list[bool] = []
    harness.invoke(1)
    harness.invoke(2, inside=lambda: flushed.append(provider.force_flush()))  # type: ignore[attr-defined]
    assert flushed == [False]
    assert harness.records("fault") == []
