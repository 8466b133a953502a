import json
from typing import Any

import pytest

from telemetry.dashboard.line import each, hidden, of_lambda, ours, reckoned
from telemetry.dashboard.series import points, read
from telemetry.schema import (
    COLD_START,
    INVOCATION_DURATION,
    RESOURCE_DURATION,
    RESOURCE_NAME,
    STARTUP_DURATION,
)

DURATIONS = [
    {"record": "invocation", "at": 0, "start": "warm", "InvocationDuration": float(ms)}
    for ms in range(1, 101)
]


def values(line: list[Any], records: list[dict[str, Any]]) -> list[float]:
    return [point.value for point in points([line], records)]


@pytest.mark.parametrize(
    ("stat", "value"),
    [("p50", 51), ("p99", 100), ("Average", 50.5), ("Maximum", 100), ("Sum", 5050), ("SampleCount", 100)],
)
def test_statistics(stat: str, value: float) -> None:
    assert values(ours(INVOCATION_DURATION, stat, "x"), DURATIONS) == [value]


def test_only_of_its_dimensions() -> None:
    line = ours(INVOCATION_DURATION, "SampleCount", "cold", start="cold")
    assert points([line], DURATIONS) == []


def test_line_goes_through_time() -> None:
    records = [{"record": "startup", "at": at, "StartupDuration": at / 10} for at in (0, 2000, 8000)]
    found = points([ours(STARTUP_DURATION, "p50", "p50")], records)
    assert [point.value for point in found] == [0, 200, 800]
    assert [point.seconds for point in found] == sorted(point.seconds for point in found)


def test_search_finds_each_value() -> None:
    records = [
        {"record": "resource", "at": 0, "resource": name, "ResourceDuration": ms}
        for name, ms in (("model", 5), ("pool", 7), ("model", 5))
    ]
    line = each(RESOURCE_DURATION, RESOURCE_NAME, "p50")
    assert {(point.line, point.value) for point in points([line], records)} == {("model", 5), ("pool", 7)}


def test_reckoned_line_hides_its_source() -> None:
    records = [{"record": "invocation", "at": 0, "ColdStart": cold} for cold in (1, 0, 0, 0)]
    lines = [hidden(ours(COLD_START, "Average", "cold"), "cold"), reckoned("100 * cold", "share")]
    assert [(point.line, point.value) for point in points(lines, records)] == [("share", 25)]


def test_nothing_of_aws() -> None:
    assert points([of_lambda("Invocations", "Sum", "invocations")], DURATIONS) == []


def test_line_needs_its_dimensions() -> None:
    with pytest.raises(ValueError, match="StartupDuration is not published by service, start"):
        ours(STARTUP_DURATION, "p50", "p50", start="cold")
    with pytest.raises(ValueError, match="StartupDuration is not published by service, resource"):
        each(STARTUP_DURATION, RESOURCE_NAME, "p50")


def test_reads_records_only() -> None:
    record = {"_aws": {}, "record": "startup"}
    lines = [
        "START RequestId: 1",
        json.dumps(record),
        json.dumps({"type": "platform.report", "record": {}}),
        "{}",
    ]
    assert read(lines) == [record]
