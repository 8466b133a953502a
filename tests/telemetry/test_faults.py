from collections.abc import Sequence

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import NoOpTracerProvider

from adapter.facts import EnvironmentEnded
from telemetry.faults import Faults
from telemetry.pipeline import Telemetry
from tests.telemetry.house import ENVIRON, House
from tests.telemetry.made import T0, S, answered, invoked, started


class BrokenExporter(SpanExporter):
    def export(self, _spans: Sequence[ReadableSpan]) -> SpanExportResult:
        raise ConnectionError("token=s3cret")


def test_raising_sink_changes_a_counter_only() -> None:
    house = House({"LIFESPAN_FLUSH_EVERY": "1"}, BrokenExporter())
    house.observe(started())
    for index in (1, 2, 3):
        house.invoke(index)
    house.observe(EnvironmentEnded(T0 + 9 * S, 3, 0))
    assert [record["n"] for record in house.records("invocation")] == [1, 2, 3]
    end = house.record("end")
    # The second invocation is spared: an exporter that fails is asked less and less often.
    assert (end["faults"], end["dropped_spans"]) == (2, 3)


def test_fault_is_stated_once_by_type() -> None:
    house = House({"LIFESPAN_FLUSH_EVERY": "1"}, BrokenExporter())
    house.observe(started())
    house.invoke(1)
    house.invoke(2)
    fault = house.record("fault")
    assert (fault["sink"], fault["error"], fault["TelemetryFault"]) == ("spans", "ConnectionError", 1)
    assert fault["environment"] == "3f0c12345678"
    assert "s3cret" not in "".join(house.out)


def test_each_kind_of_fault_is_stated(house: House) -> None:
    house.observe(started())
    house.telemetry.count("Reserved", float("nan"))
    house.telemetry.count("Reserved", float("inf"))
    house.telemetry.count("", 1)
    kinds = [(fault["sink"], fault["error"]) for fault in house.records("fault")]
    assert kinds == [("metrics", "ValueError"), ("metrics", "MetricNameError")]


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


def test_unwritable_statement_counts_too() -> None:
    def state(part: str, error: str) -> None:
        raise OSError

    faults = Faults(state)
    faults.add("spans", ValueError())
    faults.add("spans", ValueError())
    assert faults.total == 3


def test_sdk_that_does_not_start_costs_spans_only(monkeypatch: pytest.MonkeyPatch) -> None:
    # The SDK reads variables of its own, and raises on these.
    monkeypatch.setenv("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "many")
    house = House()
    house.observe(started())
    assert isinstance(house.telemetry.tracer_provider, NoOpTracerProvider)
    house.invoke()
    assert house.record("fault")["sink"] == "spans"
    assert house.record("invocation")["trace_id"]


def test_flush_by_a_request_raises_nothing() -> None:
    house = House(exporter=BrokenExporter())
    house.observe(started())
    provider = house.telemetry.tracer_provider
    flushed: list[bool] = []
    house.invoke(1)
    house.invoke(2, inside=lambda: flushed.append(provider.force_flush()))  # type: ignore[attr-defined]
    assert flushed == [False]
    assert house.records("fault") == []
