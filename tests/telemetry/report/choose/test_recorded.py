"""Records as traffic, lives and times."""

import json
from pathlib import Path

import numpy as np
import pytest

from telemetry.report.choose.lives import lives_of
from telemetry.report.choose.recorded import Arm, Recorded, recorded
from telemetry.report.errors import UnusableError
from telemetry.report.read.evidence import evidence_of
from telemetry.report.read.lines import source_of
from tests.telemetry.report.choose.fleet import FIXED, days, log, served

HOUR = 3600
LAB = Path(__file__).parents[1] / "kept" / "lab.jsonl"


def invocation(at: float, n: int, **more: object) -> str:
    """Of one environment, whose INIT took a second before its first invocation."""
    common = {"v": 1, "service": "tickets", "environment": "e" * 12, "process": "e" * 8, "placement": "init"}
    start = "cold" if n == 1 else "warm"
    record = {
        "record": "invocation", "at": 1.79e12 + 1000 * at, **common, "n": n, "request_id": f"{n:032x}",
        "start": start, "InvocationDuration": 50.0, "memory_mb": 1024, **more,
    }  # fmt: skip
    return json.dumps(record)


def read(path: Path, text: str) -> Recorded:
    path.write_text(text)
    return recorded(evidence_of([source_of(str(path))]), None)


def test_records_tell_what_the_fleet_did(tmp_path: Path) -> None:
    fleet = served(days(2))
    found = read(tmp_path / "log.jsonl", log(2, FIXED))
    assert len(found.traffic.at) == len(fleet.at)
    shift = fleet.at[0]
    assert found.served.at == pytest.approx(fleet.at - shift, abs=0.01)
    assert found.served.cold.tolist() == fleet.cold.tolist()
    assert found.served.until == pytest.approx(fleet.until - shift, abs=0.01)
    assert list(found.arms) == [Arm("init", 1024)]
    assert found.arms[Arm("init", 1024)].extra == pytest.approx(1.2, rel=0.2)
    assert found.on_demand.all()
    assert (found.place, found.experiment, found.proactive) == ("lambda", False, 0)


def test_requests_that_waited_get_the_service_time_of_others(tmp_path: Path) -> None:
    found = read(tmp_path / "log.jsonl", log(2, FIXED))
    waited = found.served.cold
    assert found.traffic.service[waited].mean() == pytest.approx(
        found.traffic.service[~waited].mean(), rel=0.3
    )


def test_a_goodbye_is_the_end_of_an_environment_unless_a_new_version_came(tmp_path: Path) -> None:
    lines = log(1, FIXED).splitlines()
    last = json.loads(next(line for line in reversed(lines) if '"invocation"' in line))
    common = {key: last[key] for key in ("v", "service", "environment", "process", "placement")}
    ended = {"record": "shutdown", "at": last["at"] + 5e5, **common, "ordinal": 1, "phase": "shutdown",
             "outcome": "complete", "duration_ms": 1.0}  # fmt: skip
    found = read(tmp_path / "log.jsonl", "\n".join([*lines, json.dumps(ended)]) + "\n")
    assert np.isfinite(found.served.ended).sum() == 1
    other = {"record": "invocation", "at": last["at"] + 1e5, **common, "environment": "f" * 12,
             "process": "f" * 8, "n": 1, "request_id": "f" * 32, "start": "cold", "version": "2",
             "InvocationDuration": 5.0, "memory_mb": 1024}  # fmt: skip
    found = read(tmp_path / "log.jsonl", "\n".join([*lines, json.dumps(ended), json.dumps(other)]) + "\n")
    assert not np.isfinite(found.served.ended).any()
    assert found.traffic.version is not None


def test_what_runs_now_is_what_ran_last(tmp_path: Path) -> None:
    """Not what has most requests: the memory was doubled on the last day."""
    before = [invocation(HOUR * at, at + 1) for at in range(50)]
    other = {"environment": "f" * 12, "process": "f" * 8, "memory_mb": 2048}
    after = [invocation(HOUR * (50 + at), at + 1, **other) for at in range(20)]
    assert read(tmp_path / "log.jsonl", "\n".join(before)).now == Arm("init", 1024)
    assert read(tmp_path / "log.jsonl", "\n".join([*before, *after])).now == Arm("init", 2048)
    provisioned = [
        invocation(HOUR * (50 + at), at + 1, **other, **({"start": "provisioned"} if at == 0 else {}))
        for at in range(20)
    ]
    assert read(tmp_path / "log.jsonl", "\n".join([*before, *provisioned])).now is None


def test_pings_keep_environments_alive_and_have_no_times(tmp_path: Path) -> None:
    """Else an environment that pings keep warm would seem to outlive hours of silence."""
    numbers = range(1, 31)
    lines = [invocation(300 * n, n, ping=n % 10 != 0) for n in numbers]
    found = read(tmp_path / "log.jsonl", "\n".join(lines))
    assert len(found.traffic.at) == len(found.served.at) == 30
    assert found.traffic.requests.sum() == 3
    assert found.served.cold.tolist() == [n == 1 for n in numbers]
    assert lives_of(found.served).gaps.max() < 301
    assert found.arms == {}


def test_pings_alone_are_no_traffic(tmp_path: Path) -> None:
    with pytest.raises(UnusableError, match="no request"):
        read(tmp_path / "log.jsonl", "\n".join(invocation(n, n, ping=True) for n in range(1, 9)))


def test_numbers_that_are_missing_are_counted(tmp_path: Path) -> None:
    lines = [invocation(n, n) for n in range(1, 21) if n not in {5, 6, 7}]
    assert read(tmp_path / "log.jsonl", "\n".join(lines)).unrecorded == 3


def test_a_lab_does_not_tell_what_a_restore_takes(tmp_path: Path) -> None:
    lines = [json.loads(line) for line in LAB.read_text().splitlines()]
    assert read(tmp_path / "log.jsonl", "\n".join(map(json.dumps, lines))).arms
    for line in lines:
        if line.get("start") == "cold":
            line["start"] = "snapstart"
    assert read(tmp_path / "log.jsonl", "\n".join(map(json.dumps, lines))).arms == {}
