import json
from typing import Any

import pytest

from bench.dashboard_series import Line, points, read

SERVICE = ["service", "${ServiceName}"]
SEARCH = (
    'SEARCH(\'{"${MetricsNamespace}",service,resource} '
    'MetricName="ResourceDuration" service="${ServiceName}"\', \'p50\', 300)'
)


def line(name: str, stat: str, *dimensions: str, **more: Any) -> Line:
    return ["${MetricsNamespace}", name, *SERVICE, *dimensions, {"stat": stat, "label": stat, **more}]


def record(at: int = 0, **fields: Any) -> dict[str, Any]:
    return {"_aws": {"Timestamp": at}, "service": "tickets", **fields}


DURATIONS = [record(start="warm", InvocationDuration=float(ms)) for ms in range(1, 101)]


def values(shown: Line, records: list[dict[str, Any]]) -> list[float]:
    return [point.value for point in points([shown], records)]


@pytest.mark.parametrize(
    ("stat", "value"),
    [("p50", 51), ("p99", 100), ("Average", 50.5), ("Maximum", 100), ("Sum", 5050), ("SampleCount", 100)],
)
def test_statistics(stat: str, value: float) -> None:
    assert values(line("InvocationDuration", stat), DURATIONS) == [value]


def test_array_is_as_many_values() -> None:
    several = [record(TicketsCreated=[1, 1]), record(TicketsCreated=[1])]
    assert values(line("TicketsCreated", "Sum"), several) == [3]


def test_only_of_its_dimensions() -> None:
    assert points([line("InvocationDuration", "SampleCount", "start", "cold")], DURATIONS) == []


def test_line_goes_through_time() -> None:
    records = [record(at, StartupDuration=at / 10) for at in (0, 2000, 8000)]
    found = points([line("StartupDuration", "p50")], records)
    assert [point.value for point in found] == [0, 200, 800]
    assert [point.seconds for point in found] == sorted(point.seconds for point in found)


def test_search_finds_each_value() -> None:
    records = [
        record(resource=name, ResourceDuration=ms) for name, ms in (("model", 5), ("pool", 7), ("model", 5))
    ]
    each: Line = [{"expression": SEARCH, "label": "${!PROP('Dim.resource')}"}]
    assert {(point.line, point.value) for point in points([each], records)} == {("model", 5), ("pool", 7)}


def test_computed_line_hides_its_source() -> None:
    records = [record(ColdStart=cold) for cold in (1, 0, 0, 0)]
    lines = [
        line("ColdStart", "Average", id="cold", visible=False),
        [{"expression": "100 * cold", "label": "share"}],
    ]
    assert [(point.line, point.value) for point in points(lines, records)] == [("share", 25)]


def test_nothing_of_aws() -> None:
    shown = ["AWS/Lambda", "Invocations", "FunctionName", "${Function}", {"stat": "Sum", "label": "all"}]
    assert points([shown], DURATIONS) == []


def test_reads_metrics_only() -> None:
    lines = ["START RequestId: 1", json.dumps(record()), json.dumps({"type": "platform.report"}), "{}"]
    assert read(lines) == [record()]
