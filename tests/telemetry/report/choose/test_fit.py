"""The fit finds the numbers that a fleet was simulated with."""

import math

import numpy as np
import pytest

from bench.choose_fleets import Policy
from telemetry.report.choose.fit import FEWEST, Fit, fitted, given
from telemetry.report.choose.lives import lives_of
from telemetry.workload import Pool
from tests.telemetry.report.choose.fleet import FIXED, days, served


def of(policy: Policy) -> Fit:
    return fitted(lives_of(served(days(10), policy)), Pool())


def test_a_fixed_expiry_is_found() -> None:
    found = of(FIXED)
    assert found.best.idle == pytest.approx(600, rel=0.03)
    assert found.best.spread < 0.15
    assert found.ended > 100


def test_a_spread_expiry_is_found() -> None:
    found = of(Policy("", lambda random: 400 * math.exp(random.gauss(0, 0.4))))
    assert found.best.idle == pytest.approx(400, rel=0.15)
    assert found.best.spread == pytest.approx(0.35, abs=0.11)


def test_an_age_limit_is_found() -> None:
    found = of(Policy("", lambda _random: 900.0, lambda _random: 7200.0))
    assert found.best.age == pytest.approx(7200, rel=0.15)


@pytest.mark.parametrize("seed", [1, 2])
def test_an_age_limit_that_no_environment_met_is_not_found(seed: int) -> None:
    """Any limit above the greatest age is as likely as none, and the least of them is no finding."""
    found = fitted(lives_of(served(days(10, seed), FIXED, seed)), Pool())
    assert math.isinf(found.best.age)
    assert found.best.idle == pytest.approx(600, rel=0.03)
    assert found.weights.sum() == pytest.approx(1)


def test_draws_are_of_the_fitted_pools() -> None:
    found = of(FIXED)
    drawn = found.draws(50, np.random.default_rng(1))
    assert len(drawn) == 50
    assert {pool.idle for pool in drawn} <= {pool.idle for pool in found.pools}


def test_a_given_pool_needs_no_environments() -> None:
    found = given(Pool(700))
    assert (found.best.idle, found.ended) == (700, FEWEST)


def test_what_is_not_fitted_is_kept() -> None:
    assert fitted(lives_of(served(days(3))), Pool(proactive=0.3)).best.proactive == 0.3
