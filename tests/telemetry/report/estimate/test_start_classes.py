import json

import pytest

from telemetry.report.estimate.results import Results
from telemetry.report.estimate.start_classes import Mismatch, same_wait
from tests.telemetry.report.reported import results_from
from tests.telemetry.report.simulation import Run

LAZY = {"init": 25, "first_invocation": 25}


@pytest.fixture(scope="module")
def results() -> Results:
    return results_from(Run().lines())


def test_starts_equal_what_was_sent(results: Results) -> None:
    assert results.starts.recorded["init"] == {"cold": 25, "warm": 275}
    assert results.starts.sent == results.starts.recorded
    assert results.starts.mismatches == []


def test_lost_request_is_a_mismatch() -> None:
    lines = Run().lines()
    lost = next(line for line in lines if '"start":"warm"' in line and '"placement":"init"' in line)
    results = results_from(line for line in lines if line != lost)
    assert results.starts.mismatches == [Mismatch("init", "warm", recorded=274, sent=275)]
    assert results.input.reports_without_request == 1


def test_killed_lab_is_still_a_lab() -> None:
    """Its first line stands, with nothing told of what it sent; its last one, if there is one, counts."""
    *lines, last = Run().lines()
    end = json.loads(last) | {"run": "r"}
    nothing = {arm: {"environments": 0, "invocations": 0, "starts": {}} for arm in end["sent"]}
    first = json.dumps(end | {"sent": nothing, "complete": False})

    killed = results_from([first, *lines])
    assert (killed.measured_on.where, killed.measured_on.complete) == ("lab", False)
    assert (killed.starts.sent, killed.starts.mismatches) == (None, [])

    ended = results_from([first, *lines, json.dumps(end)])
    assert (ended.measured_on.complete, ended.starts.sent) == (True, ended.starts.recorded)


@pytest.mark.parametrize(("start", "same"), [("cold", True), ("proactive", False), ("provisioned", False)])
def test_cold_starts_alone_make_arms_wait_alike(start: str, *, same: bool) -> None:
    assert same_wait(results_from(Run(arms=LAZY, start=start).lines()).starts) is same


def test_latency_is_by_class(results: Results) -> None:
    found = {(one.placement, one.start): one for one in results.latency}
    assert found["init", "warm"].requests == 275
    assert found["init", "cold"].percentiles["p50"] == pytest.approx(1028, rel=0.1)


def test_requests_are_counted_by_environment() -> None:
    found = results_from(Run(arms={"init": 10}, unequal=True).lines()).invocations[0]
    assert (found.environments, found.most, found.percentiles["p50"]) == (10, 120, 12)
    assert found.mean == pytest.approx((120 + 9 * 12) / 10)
