"""The back-test believes a pool of the family, and refuses what it does not know."""

import numpy as np
import pytest

from bench.choose_fleets import INIT, Policy, Shape
from telemetry.report.choose.backtest import PUBLISHED_ERROR, BackTest, Part, back_test
from telemetry.report.choose.fit import Fit, fitted
from telemetry.report.choose.lives import Lives
from telemetry.workload import Pool
from tests.telemetry.report.choose.fleet import BUSY_DAYS, FIXED, SHUFFLED, days, served

CROWDS = Shape(rate=0.04, swing=0.9, bursts_per_day=8, service=4.0)


def fit(lives: Lives) -> Fit:
    return fitted(lives, Pool())


def of(policy: Policy, count: int = 14, shape: Shape = BUSY_DAYS) -> BackTest:
    traffic = days(count, shape=shape)
    return back_test(served(traffic, policy), traffic, fit, INIT, np.random.default_rng(1))


def test_a_pool_of_the_family_is_believed_at_five_origins() -> None:
    found = of(FIXED)
    assert len(found.parts) == 5
    assert not found.refused
    assert found.forecast == pytest.approx(found.came, rel=0.1)


@pytest.mark.slow
def test_random_picks_are_refused() -> None:
    found = of(SHUFFLED, shape=CROWDS)
    assert found.refused
    assert found.reason is None
    assert found.forecast > 1.25 * found.came


def test_a_recording_of_few_ends_is_refused_with_the_reason() -> None:
    found = of(FIXED, 1)
    assert found.refused
    assert "20 are needed" in str(found.reason)


def test_a_large_miss_is_beyond_chance_and_a_small_one_is_not() -> None:
    def miss(came: int) -> BackTest:
        return BackTest([Part(0, 1, 1000, 100.0, 2.0, came)], None)

    assert not miss(110).refused
    assert miss(140).refused
    assert miss(100).error == PUBLISHED_ERROR
    assert miss(140).error > 0.3
