"""What is made of a run of the lab in which several environments compute at once."""

from typing import Any

import pytest

from bench.lab_cpu_load import CPU_MS, DRIVES, Request, at_work, compared, load_table, requests_of


def one(environment: str, began: float, ended: float, cpu: float = 0.15) -> Request:
    return Request(environment, began, ended, cpu, (ended - began) * 1000)


def test_requests_that_meet_are_counted() -> None:
    mean, most = at_work([one("a", 0, 2), one("b", 1, 3), one("a", 5, 6)])
    assert (mean, most) == (5 / 4, 2)


def test_one_that_begins_as_another_ends_does_not_meet_it() -> None:
    assert at_work([one("a", 0, 1), one("b", 1, 2)]) == (1, 1)


def test_each_environment_is_compared_with_its_own_seconds_at_work() -> None:
    """150 ms of CPU time in 600 ms are a quarter of a core."""
    requests = [one("a", 0, 0.6), one("a", 1, 1.6), one("b", 0.1, 0.7, cpu=0.12)]
    load = compared(DRIVES[0], requests, CPU_MS / 0.25)
    assert [round(used.off, 6) for used in load.environments] == [0, -0.2]
    assert load.off == pytest.approx(-0.2)
    assert "| 3 | 2 |" in load_table([load])


def test_what_function_and_platform_write_is_joined() -> None:
    report = {"requestId": "r", "metrics": {"durationMs": 600.0}}
    lines: list[dict[str, Any]] = [
        {"type": "platform.report", "record": report},
        {"work": "stream", "request": "r", "began": 1.0, "ended": 1.5, "cpu": 0.15},
    ]
    assert [*requests_of(lines)] == [Request("stream", 1.0, 1.5, 0.15, 600.0)]
