import subprocess
import sys
import threading
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from aws_lambda_powertools.metrics import MetricUnit

from adapter.facts import EnvironmentEnded, SnapshotAnnounced
from tests.telemetry.facts import T0, S, started
from tests.telemetry.harness import Harness


def metric_lines(harness: Harness) -> list[dict[str, Any]]:
    return [line for line in harness.lines if "record" not in line and "_aws" in line]


def test_counts_are_one_line_an_invocation(harness: Harness) -> None:
    def work() -> None:
        harness.telemetry.count("TicketsReserved")
        harness.telemetry.count("TicketsReserved", 2)
        harness.telemetry.count("Queue", 12.5, "Seconds")

    harness.observe(started())
    harness.invoke(inside=work)
    [line] = metric_lines(harness)
    assert (line["service"], line["TicketsReserved"], line["Queue"]) == ("tickets", [1, 2], [12.5])
    assert line["_aws"]["CloudWatchMetrics"] == [
        {
            "Namespace": "Tickets",
            "Dimensions": [["service"]],
            "Metrics": [
                {"Name": "TicketsReserved", "Unit": "Count"},
                {"Name": "Queue", "Unit": "Seconds"},
            ],
        }
    ]


def test_nothing_counted_writes_nothing(harness: Harness) -> None:
    harness.observe(started())
    harness.invoke(1, inside=lambda: harness.telemetry.count("TicketsReserved"))
    harness.invoke(2)
    assert len(metric_lines(harness)) == 1


def test_cold_start_is_left_to_the_record(harness: Harness) -> None:
    harness.observe(started())
    harness.invoke(inside=lambda: harness.telemetry.count("TicketsReserved"))
    assert "ColdStart" not in metric_lines(harness)[0]


def test_many_values_take_more_lines(harness: Harness, capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        for _ in range(250):
            harness.telemetry.count("TicketsReserved")

    harness.observe(started())
    harness.invoke(inside=work)
    lines = metric_lines(harness)
    values = [line["TicketsReserved"] for line in lines]
    assert sum(map(len, values)) == 250
    assert max(map(len, values)) <= 100
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("name", "value", "unit"),
    [
        ("", 1, "Count"),
        ("  ", 1, "Count"),
        ("x" * 256, 1, "Count"),
        ("naïve", 1, "Count"),
        ("two\nlines", 1, "Count"),
        ("\ud800", 1, "Count"),
        (None, 1, "Count"),
        ("_aws", 1, "Count"),
        ("service", 1, "Count"),
        (" service ", 1, "Count"),
        ("record", 1, "Count"),
        ("InvocationDuration", 1, "Milliseconds"),
        ("Reserved", float("nan"), "Count"),
        ("Reserved", float("-inf"), "Count"),
        ("Reserved", 1e200, "Count"),
        ("Reserved", -1.2e108, "Count"),
        ("Reserved", 1e-109, "Count"),
        ("Reserved", 10**400, "Count"),
        ("Reserved", Decimal("1e400"), "Count"),
        ("Reserved", "1", "Count"),
        ("Reserved", None, "Count"),
        ("Reserved", 1j, "Count"),
        ("Reserved", 1, "Tickets"),
        ("Reserved", 1, None),
    ],
)
def test_t7_bad_metric_is_a_fault_only(harness: Harness, name: Any, value: Any, unit: Any) -> None:
    def work() -> None:
        harness.telemetry.count("Good", 1)
        harness.telemetry.count(name, value, unit)
        harness.telemetry.count("Good", 2)

    harness.observe(started())
    harness.invoke(inside=work)
    assert harness.record("fault")["sink"] == "metrics"
    [line] = metric_lines(harness)
    [directive] = line["_aws"]["CloudWatchMetrics"]
    assert directive["Metrics"] == [{"Name": "Good", "Unit": "Count"}]
    assert (line["Good"], line["service"], set(line)) == ([1, 2], "tickets", {"_aws", "service", "Good"})
    assert harness.record("invocation")["status"] == 200


@pytest.mark.parametrize(
    ("value", "written"),
    [(True, 1), (Decimal("1.5"), 1.5), (Fraction(1, 2), 0.5), (0, 0), (-1.1e108, -1.1e108), (9e-109, 9e-109)],
)
def test_t7_other_numbers_are_numbers(harness: Harness, value: Any, written: float) -> None:
    harness.observe(started())
    harness.invoke(inside=lambda: harness.telemetry.count("Reserved", value))
    assert metric_lines(harness)[0]["Reserved"] == [written]


def test_t7_numbers_of_numpy_are_numbers(harness: Harness) -> None:
    numpy = pytest.importorskip("numpy")
    harness.observe(started())
    for value in (numpy.int64(7), numpy.float32(0.5)):
        harness.telemetry.count("Reserved", value)
    harness.invoke()
    assert metric_lines(harness)[0]["Reserved"] == [7, 0.5]


def test_t7_each_value_keeps_its_unit(harness: Harness) -> None:
    def work() -> None:
        harness.telemetry.count("Wait", 2, "Seconds")
        harness.telemetry.count("Wait", 5, MetricUnit.Milliseconds)  # type: ignore[arg-type] # as many do

    harness.observe(started())
    harness.invoke(inside=work)
    told = [
        (line["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Unit"], line["Wait"])
        for line in metric_lines(harness)
    ]
    assert told == [("Seconds", [2]), ("Milliseconds", [5])]


def test_shutdown_may_count(harness: Harness) -> None:
    harness.observe(started())
    harness.telemetry.count("Flushed")
    harness.observe(EnvironmentEnded(T0 + 9 * S, 0, 0))
    assert metric_lines(harness)[0]["Flushed"] == [1]
    assert harness.lines[-1]["record"] == "end"


def test_snapshot_holds_no_count(harness: Harness) -> None:
    harness.observe(started())
    harness.telemetry.count("Loaded")
    harness.observe(SnapshotAnnounced(T0))
    assert len(metric_lines(harness)) == 1
    harness.invoke()
    assert len(metric_lines(harness)) == 1


def test_powertools_can_be_switched_off(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "true")
    harness.observe(started())
    harness.invoke(inside=lambda: harness.telemetry.count("TicketsReserved"))
    assert metric_lines(harness) == []


def test_threads_lose_no_value(harness: Harness) -> None:
    def count() -> None:
        for _ in range(40):
            harness.telemetry.count("Reserved")

    def work() -> None:
        threads = [threading.Thread(target=count) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    harness.observe(started())
    harness.invoke(inside=work)
    assert sum(len(line["Reserved"]) for line in metric_lines(harness)) == 160


def test_powertools_is_imported_at_first_count() -> None:
    program = (
        "import sys\n"
        "from telemetry.pipeline import Telemetry\n"
        "telemetry = Telemetry.from_env({}, write=lambda line: None)\n"
        "assert 'aws_lambda_powertools' not in sys.modules\n"
        "telemetry.count('Reserved')\n"
        "assert 'aws_lambda_powertools' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
