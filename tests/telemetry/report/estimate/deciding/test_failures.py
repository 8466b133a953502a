"""Shares of failures: an arm without a failure is not an arm that cannot fail."""

import math

import numpy as np
import pytest
from scipy.stats import beta

from telemetry.report.estimate.deciding.failures import (
    FailureDifference,
    FailureShare,
    failure_differences,
    share_of,
)
from telemetry.report.estimate.jackknife import Ratio, ratio
from telemetry.report.read.columns import Vector

FEW, MANY = 10.0, 400.0
"""Requests of each environment."""


def arm(failed: Vector, requests: float) -> Ratio:
    return ratio(failed, np.full(len(failed), requests))


def compared(baseline: Ratio, init: Ratio) -> FailureDifference:
    empty = arm(np.zeros(0), 1)
    arms = {"init": init, "first_invocation": baseline, "every_invocation": empty}
    (found,) = failure_differences(arms, lambda name: {name: baseline, "init": init}, 1.0, all_placed=True)  # type: ignore[arg-type]  # names of arms
    return found


def exact(failed: int, requests: int) -> tuple[float, float]:
    """Clopper and Pearson by SciPy's beta distribution."""
    low = beta.ppf(0.025, failed, requests - failed + 1) if failed else 0.0
    high = beta.ppf(0.975, failed + 1, requests - failed) if failed < requests else 1.0
    return float(low), float(high)


def some(share: float) -> Vector:
    """Failures of 30 environments with many requests."""
    return np.random.default_rng(1).binomial(int(MANY), share, 30).astype(float)


def test_no_failure_among_few_requests_is_not_told_to_be_alike() -> None:
    init, lazy = arm(some(1 / 8000), MANY), arm(np.zeros(30), FEW)
    found = compared(lazy, init)
    _, high = exact(0, 300)
    assert init.value > 0
    assert not found.none_failed
    assert found.high == pytest.approx(-init.value + math.hypot(high, init.value - init.interval()[0]))
    assert found.shares == "cannot tell"


def test_an_arm_whose_few_requests_did_not_fail_may_fail_as_often() -> None:
    init, lazy = arm(some(1 / 250), MANY), arm(np.zeros(30), FEW)
    assert compared(lazy, init).shares == "cannot tell"
    assert compared(init, lazy).shares == "cannot tell"
    enough = arm(np.zeros(30), MANY)
    assert compared(enough, init).shares == "arm fails more"


@pytest.mark.parametrize("failed", [0, 300])
def test_a_share_without_variance_has_the_exact_interval(failed: int) -> None:
    found: FailureShare = share_of("init", arm(np.full(30, failed / 30), FEW))
    assert (found.low, found.high) == pytest.approx(exact(failed, 300))


def test_that_all_of_few_requests_failed_in_both_arms_does_not_make_them_alike() -> None:
    all_failed = arm(np.full(30, FEW), FEW)
    found = compared(all_failed, all_failed)
    low, _ = exact(300, 300)
    assert (found.low, found.high) == pytest.approx((low - 1, 1 - low))
    assert found.shares == "cannot tell"
