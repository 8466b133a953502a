"""Requests that share a record count as those that have one each."""

import json

import pytest

from adapter.facts import EnvironmentEnded
from telemetry.report.estimate.results import Results
from tests.telemetry.facts import MS, T0, S, answered, invoked, resource, started, startup
from tests.telemetry.harness import Harness
from tests.telemetry.report.reported import evidence_from, results_from

REQUESTS = 100


def lines(every: int, *, reports: bool = True) -> list[str]:
    """Of one environment: each request takes a bit longer than the last, every third one reads the model."""
    harness = Harness({"LIFESPAN_WRITE_EVERY": str(every)})
    harness.observe(started())
    harness.start_up(startup(resources=(resource("model"), resource("db"))))
    for index in range(1, REQUESTS + 1):
        began = invoked(index, T0 + 2 * S + index * 10 * MS, request_id=f"id-{index}")
        touched = {"model": 2, "db": 1} if index % 3 == 0 else {"db": 1}
        harness.observe(began)
        harness.observe(answered(began, touched=touched)._replace(wall_ns=(4000 + index) * 1000))
        if reports:
            harness.out.append(report(index))
    harness.observe(EnvironmentEnded(T0 + 60 * S, REQUESTS, 0))
    return harness.out


def report(index: int) -> str:
    metrics = {"durationMs": 6.0 + index, "billedDurationMs": 7 + index, "memorySizeMB": 512}
    if index == 1:
        metrics["initDurationMs"] = 900.0
    return json.dumps({"type": "platform.report", "record": {"requestId": f"id-{index}", "metrics": metrics}})


def figures(results: Results) -> object:
    arms = [(arm.requests, arm.failed_requests, arm.user_visible_ms, arm.billed_ms) for arm in results.arms]
    return arms, results.starts.recorded


@pytest.mark.parametrize("reports", [True, False], ids=["platform reports", "adapter alone"])
@pytest.mark.parametrize("every", [3, 11, 100])
def test_figures_are_those_of_all_lines(every: int, *, reports: bool) -> None:
    whole, shared = (results_from(lines(n, reports=reports)) for n in (1, every))
    assert shared.input.records["warm"] > 0
    assert shared.input.records["invocation"] < REQUESTS
    assert figures(shared) == figures(whole)


def test_record_that_comes_twice_counts_once() -> None:
    once = lines(11)
    [*_, warm] = [line for line in once if '"record":"warm"' in line]
    results = results_from([*once, warm])
    assert results.arms[0].requests == REQUESTS
    assert results.input.duplicates["invocation"] == json.loads(warm)["invocations"]


def test_record_that_lacks_a_duration_is_malformed() -> None:
    once = lines(11)
    warm = json.loads(next(line for line in once if '"record":"warm"' in line))
    results = results_from([*once, json.dumps(warm | {"InvocationDuration": [1.0]})])
    assert sum(results.input.malformed.values()) == 1


def test_touches_are_those_of_all_lines() -> None:
    whole, shared = (evidence_from(lines(n)).totals.touching.sum(axis=0).tolist() for n in (1, 11))
    assert shared == whole == [REQUESTS // 3, REQUESTS]


def test_t13_pings_as_they_are_written_are_no_requests() -> None:
    harness = Harness()
    harness.observe(started())
    harness.start_up(startup())
    for index in range(1, 6):
        began = invoked(index, T0 + 2 * S + index * 10 * MS, request_id=f"id-{index}")
        harness.observe(began)
        harness.observe(answered(began)._replace(ping=index < 3))
        harness.out.append(report(index))
    results = results_from(harness.out)
    assert results.starts.recorded == {"init": {"warm": 3}}
    assert [found.count for found in results.pings] == [2]
    assert results.input.reports_without_request == 0
