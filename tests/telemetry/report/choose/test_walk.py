"""The walk over levels, against closed forms and a replay request by request."""

import math

import numpy as np
import pytest

from telemetry.report.choose.levels import Traffic, levels_of
from telemetry.report.choose.walk import settled, walk
from telemetry.workload import Pool
from tests.telemetry.report.choose.fleet import poisson
from tests.telemetry.report.choose.one_by_one import replay


@pytest.mark.parametrize("expiry", [100.0, 300.0, 600.0])
def test_one_environment_and_poisson_arrivals_are_cold_with_the_exponential_of_rate_and_expiry(
    expiry: float,
) -> None:
    rate = 0.005
    at = poisson(rate, 2e6)
    levels = levels_of(at, np.full(len(at), 1e-6))
    missed = len(walk(Pool(expiry), levels, np.random.default_rng(1)))
    expected = math.exp(-rate * expiry)
    error = math.sqrt(expected * (1 - expected) / len(at))
    assert abs(missed / len(at) - expected) < 4 * error


POOLS = [Pool(600), Pool(600, age=7200), Pool(600, 0.3), Pool(300, 0.2, 3600, 0.3), Pool(600, 1.0)]


@pytest.mark.parametrize("pool", POOLS, ids=str)
@pytest.mark.parametrize(("rate", "service"), [(0.02, 2.0), (0.2, 4.0)])
def test_the_walk_finds_as_many_misses_as_a_replay_of_each_request(
    pool: Pool, rate: float, service: float
) -> None:
    at = poisson(rate, 2.5e5)
    random = np.random.default_rng(2)
    busy = random.exponential(service, len(at))
    levels = levels_of(at, busy)
    walked = np.mean([len(walk(pool, levels, random)) for _ in range(3)])
    replayed = np.mean([replay(pool, at, busy, random).sum() for _ in range(1)])
    assert walked == pytest.approx(replayed, rel=0.12)


def test_an_age_limit_alone_ends_environments_in_steady_use() -> None:
    at = np.arange(0.0, 86400.0, 10.0)
    levels = levels_of(at, np.full(len(at), 0.1))
    missed = walk(Pool(600, age=3600), levels, np.random.default_rng(1))
    assert len(missed) == 24


def test_requests_that_wait_for_init_keep_their_environment_longer() -> None:
    at = np.array([0.0, 3.0, 6.0, 9.0])
    traffic = Traffic(at, np.full(4, 0.1), 0.0, 10.0)
    random = np.random.default_rng(1)
    assert settled(Pool(), traffic, 0.0, random).missed(Pool(), random).tolist() == [0]
    assert settled(Pool(), traffic, 5.0, random).missed(Pool(), random).tolist() == [0, 1]


def test_versions_do_not_share_environments() -> None:
    traffic = Traffic(np.arange(4.0), np.full(4, 0.1), 0.0, 10.0, np.array([0, 0, 1, 1]))
    random = np.random.default_rng(1)
    assert settled(Pool(), traffic, 0.0, random).missed(Pool(), random).tolist() == [0, 2]
