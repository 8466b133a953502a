"""When requests arrive, and runs that are refused because they would take too long."""

import json
from itertools import pairwise
from pathlib import Path

import pytest

from telemetry.lab.run.load.arrivals import LENGTH_HERE, MOST_REQUESTS, Load, arrival_times
from telemetry.lab.usage import UsageError
from telemetry.workload import Poisson

KEPT = Path(__file__).parents[3] / "report/kept"


def test_the_seed_decides_on_poisson_arrivals() -> None:
    load = Load(Poisson(3.0), length=100.0)
    assert arrival_times(load, 7) == arrival_times(load, 7)
    assert arrival_times(load, 7) != arrival_times(load, 8)


def test_poisson_arrivals_have_their_rate_and_are_independent() -> None:
    times = arrival_times(Load(Poisson(20.0), length=1000.0), 1)
    assert len(times) == pytest.approx(20_000, abs=500)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    mean = sum(gaps) / len(gaps)
    variance = sum((gap - mean) ** 2 for gap in gaps) / len(gaps)
    assert variance**0.5 / mean == pytest.approx(1, abs=0.05)  # as of an exponential distribution


def test_length_and_requests_bound_the_run() -> None:
    rate = Poisson(1.0)
    assert max(arrival_times(Load(rate), 1)) < LENGTH_HERE
    assert LENGTH_HERE < max(arrival_times(Load(rate, time_lapse=10), 1)) < 10 * LENGTH_HERE
    assert max(arrival_times(Load(rate, length=20.0), 1)) < 20
    assert len(arrival_times(Load(rate, requests=5), 1)) == 5


@pytest.mark.parametrize(
    ("load", "why"),
    [
        (Load(Poisson(1.0), length=86_400.0), "24 hours would take 24 hours here.* --time-lapse 12"),
        (Load(Poisson(1.0), length=86_400.0, time_lapse=2), "24 hours would take 12 hours here"),
        (Load(Poisson(1000.0)), f"more than {MOST_REQUESTS:,} requests"),
        (Load(Poisson(1e-6)), "no request arrives in that time"),
    ],
)
def test_too_long_or_too_many_is_refused(load: Load, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        arrival_times(load, 7)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["3", "1.5", "", "2"], [0.0, 0.5, 1.5]),
        (["1764151200", "1764151201.25"], [0.0, 1.25]),
        (["1764151200000", "1764151200500"], [0.0, 0.5]),
        (["2026-11-26T10:00:00Z", "2026-11-26 10:00:01.5", "2026-11-26T11:00:02+01:00"], [0.0, 1.5, 2.0]),
    ],
)
def test_time_stamps(tmp_path: Path, lines: list[str], expected: list[float]) -> None:
    path = tmp_path / "times.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert arrival_times(Load(path), 7) == pytest.approx(expected)


def test_a_recording_can_be_cut(tmp_path: Path) -> None:
    path = tmp_path / "times.txt"
    path.write_text("0\n1\n2\n3\n", encoding="utf-8")
    assert arrival_times(Load(path, length=2.5), 7) == [0, 1, 2]
    assert arrival_times(Load(path, requests=2), 7) == [0, 1]


def test_records_and_exports_tell_when_requests_came(tmp_path: Path) -> None:
    lines = (KEPT / "lab.jsonl").read_text(encoding="utf-8").splitlines()
    invocations = [line for line in map(json.loads, lines) if line.get("record") == "invocation"]
    assert invocations
    times = arrival_times(Load(KEPT / "lab.jsonl"), 7)
    assert len(times) == len(invocations)
    assert times[0] == 0
    assert times == sorted(times)
    recorded = (max(one["at"] for one in invocations) - min(one["at"] for one in invocations)) / 1000
    assert times[-1] == pytest.approx(recorded, abs=10)  # the first one waited for INIT


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear reader,\n", encoding="utf-8")
    with pytest.raises(UsageError, match="neither time stamps nor records"):
        arrival_times(Load(path), 7)
    path.write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="no request is in it"):
        arrival_times(Load(path), 7)


@pytest.mark.parametrize(
    ("rate", "stated"),
    [(3.0, "poisson:3/s"), (20 / 3600, "poisson:20/h"), (0.5, "poisson:30/min"), (2.5, "poisson:150/min")],
)
def test_a_rate_is_stated_as_the_command_line_takes_it(rate: float, stated: str) -> None:
    assert Load(Poisson(rate)).stated == stated
