import subprocess
import sys
import threading
from typing import Any

import pytest

from adapter.facts import EnvironmentEnded, SnapshotAnnounced
from tests.telemetry.house import House
from tests.telemetry.made import T0, S, started


def metric_lines(house: House) -> list[dict[str, Any]]:
    return [line for line in house.lines if "record" not in line and "_aws" in line]


def test_counts_are_one_line_an_invocation(house: House) -> None:
    def work() -> None:
        house.telemetry.count("TicketsReserved")
        house.telemetry.count("TicketsReserved", 2)
        house.telemetry.count("Queue", 12.5, "Seconds")

    house.observe(started())
    house.invoke(inside=work)
    [line] = metric_lines(house)
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


def test_nothing_counted_writes_nothing(house: House) -> None:
    house.observe(started())
    house.invoke(1, inside=lambda: house.telemetry.count("TicketsReserved"))
    house.invoke(2)
    assert len(metric_lines(house)) == 1


def test_cold_start_is_left_to_the_record(house: House) -> None:
    house.observe(started())
    house.invoke(inside=lambda: house.telemetry.count("TicketsReserved"))
    assert "ColdStart" not in metric_lines(house)[0]


def test_many_values_take_more_lines(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        for _ in range(250):
            house.telemetry.count("TicketsReserved")

    house.observe(started())
    house.invoke(inside=work)
    lines = metric_lines(house)
    values = [line["TicketsReserved"] for line in lines]
    assert sum(map(len, values)) == 250
    assert max(map(len, values)) <= 100
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("name", "value", "unit"),
    [
        ("", 1, "Count"),
        ("x" * 256, 1, "Count"),
        ("Reserved", float("nan"), "Count"),
        ("Reserved", 1, "Tickets"),
    ],
)
def test_bad_metric_is_a_fault_only(house: House, name: str, value: float, unit: str) -> None:
    house.observe(started())
    house.invoke(inside=lambda: house.telemetry.count(name, value, unit))
    assert house.record("fault")["sink"] == "metrics"
    assert metric_lines(house) == []
    assert house.record("invocation")["status"] == 200


def test_shutdown_may_count(house: House) -> None:
    house.observe(started())
    house.telemetry.count("Flushed")
    house.observe(EnvironmentEnded(T0 + 9 * S, 0, 0))
    assert metric_lines(house)[0]["Flushed"] == [1]
    assert house.lines[-1]["record"] == "end"


def test_snapshot_holds_no_count(house: House) -> None:
    house.observe(started())
    house.telemetry.count("Loaded")
    house.observe(SnapshotAnnounced(T0))
    assert len(metric_lines(house)) == 1
    house.invoke()
    assert len(metric_lines(house)) == 1


def test_powertools_can_be_switched_off(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "true")
    house.observe(started())
    house.invoke(inside=lambda: house.telemetry.count("TicketsReserved"))
    assert metric_lines(house) == []


def test_threads_lose_no_value(house: House) -> None:
    def count() -> None:
        for _ in range(40):
            house.telemetry.count("Reserved")

    def work() -> None:
        threads = [threading.Thread(target=count) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    house.observe(started())
    house.invoke(inside=work)
    assert sum(len(line["Reserved"]) for line in metric_lines(house)) == 160


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
