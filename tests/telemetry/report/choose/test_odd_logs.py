"""Logs as they come: incomplete, twice, with wrong clocks, of several functions. None misleads."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from bench.choose_fleets import Shape
from telemetry.report.choose.__main__ import main
from tests.telemetry.report.choose.fleet import FIXED, log
from tests.telemetry.report.choose.test_recorded import invocation

pytestmark = pytest.mark.slow

DAY_MS = 86_400_000.0
QUIET = Shape(rate=0.02, swing=0.8, bursts_per_day=4, service=0.4)
Line = dict[str, Any]


@pytest.fixture(scope="module")
def recording() -> list[Line]:
    return [json.loads(line) for line in log(8, FIXED, QUIET).splitlines()]


@pytest.fixture
def choose(tmp_path: Path) -> Callable[..., Line]:
    def run(lines: Iterable[Line], *arguments: str) -> Line:
        path, out = tmp_path / "log.jsonl", tmp_path / "choose.json"
        path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
        assert main([str(path), *arguments, "--json", str(out)]) == 0
        found: Line = json.loads(out.read_text())
        return found

    return run


def refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], lines: Iterable[Line]) -> str:
    path = tmp_path / "log.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    assert main([str(path)]) == 2
    return capsys.readouterr().err


def begins(lines: list[Line]) -> float:
    return min(float(line["at"]) for line in lines if "at" in line)


def moved(lines: list[Line], environment: str, ms: float) -> list[Line]:
    """One environment's clock goes wrong."""
    return [
        line | {"at": line["at"] + ms} if line.get("environment") == environment else line for line in lines
    ]


def alone(number: int, ms: float) -> Line:
    """A request of an environment that served no other."""
    found: Line = json.loads(invocation(ms / 1000, 1, environment=f"{number:012x}", process=f"{number:08x}"))
    return found | {"request_id": f"{number:032x}"}


def without_days(lines: list[Line], first: int, last: int) -> list[Line]:
    """Nothing of some days is there; lines of the platform go with their records."""
    begin = begins(lines) + first * DAY_MS
    end = begins(lines) + last * DAY_MS
    lost = {line["request_id"] for line in lines if "request_id" in line and begin <= line["at"] < end}
    return [
        line for line in lines
        if line.get("request_id") not in lost and line.get("record", {}) and not _platform_of(line, lost)
    ]  # fmt: skip


def _platform_of(line: Line, requests: set[str]) -> bool:
    return isinstance(line["record"], dict) and line["record"]["requestId"] in requests


def test_a_gap_of_days_is_said_and_not_taken_for_a_long_life(
    recording: list[Line], choose: Callable[..., Line]
) -> None:
    found = choose(without_days(recording, 4, 6))
    assert any("taken for a time in which nobody came" in note for note in found["notes"])
    assert found["pool"]["idle_s"] == pytest.approx(600, rel=0.1)
    assert found["back_test"]["refused"] is False


def test_records_of_two_times_are_refused(
    recording: list[Line], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    middle = begins(recording) + 4 * DAY_MS
    later = [
        line | {"at": line["at"] + 60 * DAY_MS} if line.get("at", 0) > middle else line for line in recording
    ]
    error = refused(tmp_path, capsys, later)
    assert "these are recordings of two times, or a clock was wrong" in error


@pytest.mark.parametrize("days", [-20_000, 365], ids=["1970", "a year ahead"])
def test_a_few_requests_of_a_wrong_clock_are_left_out_and_counted(
    recording: list[Line], choose: Callable[..., Line], days: int
) -> None:
    stray = alone(0xABCDEF, begins(recording) - 1.79e12 + days * DAY_MS)
    found = choose([*recording, stray])
    assert found["traffic"]["seconds"] == pytest.approx(8 * 86400, rel=0.02)
    assert any("1 invocations are left out" in note for note in found["notes"])
    assert found["options"][0] == choose(recording)["options"][0]


@pytest.mark.parametrize("ms", [-3.6e6, 3.6e6, -5.0])
def test_a_clock_that_jumps_by_an_hour_neither_stops_nor_misleads(
    recording: list[Line], choose: Callable[..., Line], ms: float
) -> None:
    environment = next(line["environment"] for line in recording if line.get("n") == 20)
    found = choose(moved(recording, environment, ms))
    assert found["pool"]["idle_s"] == pytest.approx(600, rel=0.1)
    assert found["recommended"] == choose(recording)["recommended"]


def test_lines_that_came_twice_count_once(recording: list[Line], choose: Callable[..., Line]) -> None:
    twice = [line for line in recording for _ in range(2)]
    assert choose(twice) == choose(recording)


def test_records_without_startups_say_the_same_of_the_traffic(
    recording: list[Line], choose: Callable[..., Line]
) -> None:
    found = choose([line for line in recording if line.get("record") != "startup"])
    whole = choose(recording)
    assert found["traffic"] == whole["traffic"]
    assert found["pool"] == whole["pool"]
    assert found["options"][0]["dollars_per_month"] == whole["options"][0]["dollars_per_month"]


def test_one_environment_alone_is_no_distribution_of_cold_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    error = refused(tmp_path, capsys, [json.loads(invocation(300.0 * n, n)) for n in range(1, 400)])
    assert "no arm has 5 requests that waited for INIT and as many that did not" in error


def test_cold_starts_alone_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    error = refused(tmp_path, capsys, [alone(n, 1.8e6 * n) for n in range(1, 400)])
    assert "as many that did not" in error


def test_two_functions_mixed_are_refused_until_one_is_named(
    recording: list[Line], tmp_path: Path, capsys: pytest.CaptureFixture[str], choose: Callable[..., Line]
) -> None:
    other = [
        line | {"environment": f"f{line['environment'][1:]}", "process": f"f{line['process'][1:]}"}
        | ({"request_id": f"f{line['request_id'][1:]}"} if "request_id" in line else {})
        | ({"function": "orders"} if "function" in line else {})
        for line in recording if "environment" in line
    ]  # fmt: skip
    assert "--function" in refused(tmp_path, capsys, [*recording, *other])
    found = choose([*recording, *other], "--function", "tickets")
    assert found["options"][0] == choose(recording)["options"][0]


def test_a_deploy_in_the_middle_gives_each_version_a_pool_of_its_own(
    recording: list[Line], choose: Callable[..., Line]
) -> None:
    later = [json.loads(line) for line in log(8, FIXED, QUIET, seed=2).splitlines()]
    middle = begins(recording) + 4 * DAY_MS
    old = [line for line in recording if line.get("at", 0) < middle and "environment" in line]
    new = [
        line | {"environment": f"f{line['environment'][1:]}", "process": f"f{line['process'][1:]}"}
        | ({"request_id": f"f{line['request_id'][1:]}"} if "request_id" in line else {})
        | ({"version": "2"} if "version" in line else {})
        for line in _born_after(later, middle)
    ]  # fmt: skip
    found = choose([*old, *new])
    assert any(note.startswith("2 versions ran") for note in found["notes"])
    assert found["pool"]["idle_s"] == pytest.approx(600, rel=0.1)
    assert found["back_test"]["refused"] is False


def _born_after(lines: list[Line], moment: float) -> list[Line]:
    births: dict[str, float] = {}
    for line in lines:
        if "environment" in line:
            births.setdefault(line["environment"], line["at"])
    return [line for line in lines if births.get(line.get("environment", ""), 0) > moment]


def test_an_hour_is_said_to_be_less_than_a_day(recording: list[Line], choose: Callable[..., Line]) -> None:
    end = begins(recording) + 0.9 * DAY_MS
    found = choose([line for line in recording if line.get("at", end) < end], "--pool", "published")
    assert "what other hours and days bring" in found["notes"][0]
    assert not any("by hour" in option["name"] for option in found["options"])


@pytest.mark.parametrize("ms", [1e15, 0.0, -5.0])
def test_a_request_of_an_impossible_length_keeps_its_environment_for_no_longer_than_lambda_may(
    recording: list[Line], choose: Callable[..., Line], ms: float
) -> None:
    found = choose([*recording, alone(7, begins(recording) - 1.79e12 + DAY_MS) | {"InvocationDuration": ms}])
    assert found["traffic"]["seconds"] == pytest.approx(8 * 86400, rel=0.02)
    assert found["recommended"] is not None
