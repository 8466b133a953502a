"""Provisioned environments: Erlang's formula, the rate limit, hours."""

import numpy as np
import pytest

from bench.choose_fleets import Shape, traffic_of
from telemetry.report.choose.levels import Traffic
from telemetry.report.choose.provisioned import hours_of, needed_by_hour, spilled
from telemetry.report.read.columns import Numbers, Vector
from tests.telemetry.report.choose.fleet import poisson


def erlang_b(servers: int, load: float) -> float:
    """The share that finds all servers busy (Erlang, 1917), by its recurrence."""
    share = 1.0
    for count in range(1, servers + 1):
        share = load * share / (count + load * share)
    return share


@pytest.mark.parametrize(("servers", "load"), [(1, 0.5), (2, 1.0), (3, 1.0), (5, 3.0)])
@pytest.mark.parametrize("exponential", [True, False], ids=["exponential", "constant"])
def test_poisson_arrivals_spill_over_by_erlang_b(servers: int, load: float, *, exponential: bool) -> None:
    seconds = 5.0
    at = poisson(load / seconds, 4e5)
    random = np.random.default_rng(3)
    busy = random.exponential(seconds, len(at)) if exponential else np.full(len(at), seconds)
    share = spilled(at, busy, np.full(len(at), servers)).mean()
    assert share == pytest.approx(erlang_b(servers, load), rel=0.05)


def test_an_environment_takes_at_most_ten_requests_a_second() -> None:
    at = np.arange(200) / 16
    over = spilled(at, np.full(len(at), 0.001), np.ones(len(at), np.int64))
    assert 1 - over.mean() == pytest.approx(10 / 16, abs=0.02)
    assert not spilled(at, np.full(len(at), 0.001), np.full(len(at), 2)).any()


def one_by_one(at: Vector, busy: Vector, provisioned: Numbers) -> list[bool]:
    """Every request looked at, the plain way."""
    running: list[float] = []
    given: list[float] = []
    over = []
    for now, seconds, count in zip(at.tolist(), busy.tolist(), provisioned.tolist(), strict=True):
        running = [until for until in running if until > now]
        given = [moment for moment in given if moment > now - 1]
        over.append(len(running) >= count or len(given) >= 10 * count)
        if not over[-1]:
            running.append(now + seconds)
            given.append(now)
    return over


@pytest.mark.parametrize("seconds", [0.05, 0.6, 3.0])
@pytest.mark.parametrize("counts", [(0, 1), (1, 2), (2, 5), (6, 3)])
def test_stretches_that_are_not_looked_at_spill_nothing(counts: tuple[int, int], seconds: float) -> None:
    traffic = traffic_of(Shape(0.5, 0.8, 40, seconds), 1, np.random.default_rng(5))
    provisioned = np.asarray(counts)[hours_of(traffic.at, 0.0, 2)]
    over = spilled(traffic.at, traffic.service, provisioned)
    assert over.tolist() == one_by_one(traffic.at, traffic.service, provisioned)


def test_what_is_provisioned_may_change_with_time() -> None:
    at = np.array([0.0, 1.0, 100.0, 101.0])
    over = spilled(at, np.full(4, 10.0), np.array([1, 1, 2, 2]))
    assert over.tolist() == [False, True, False, False]


def test_nothing_provisioned_serves_nothing() -> None:
    assert spilled(np.array([0.0]), np.array([1.0]), np.array([0])).tolist() == [True]


def test_weeks_begin_on_monday() -> None:
    monday = 4 * 86400.0  # the fifth of January 1970
    assert hours_of(np.array([0.0, 3600.0 * 25]), monday, 168).tolist() == [0, 25]


def test_an_hour_needs_as_many_as_run_at_once_in_it() -> None:
    at = np.array([0.0, 1.0, 2.0, 7200.0])
    needed = needed_by_hour(Traffic(at, np.full(4, 5.0), 0.0, 86400.0))
    assert (needed[0], needed[1], needed[2]) == (3, 0, 1)


def test_pings_need_no_environments() -> None:
    """Ten at once every five minutes, to keep as many environments alive, beside one request a minute."""
    requests, pings = np.arange(0.0, 86400, 60), np.repeat(np.arange(0.0, 86400, 300), 10)
    at = np.append(requests, pings)
    order = np.argsort(at, kind="stable")
    is_ping = np.append(np.zeros(len(requests), np.bool_), np.ones(len(pings), np.bool_))[order]
    traffic = Traffic(at[order], np.full(len(at), 0.1), 0.0, 86400.0, pings=is_ping)
    assert needed_by_hour(traffic).tolist() == [1] * 24
