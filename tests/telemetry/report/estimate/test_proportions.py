import math

import numpy as np
import pytest
from scipy import stats
from scipy.special import bdtr

from telemetry.report.estimate.proportions import goodness_of_fit, median_interval, share_interval


def test_share_interval_is_exact() -> None:
    reference = stats.binomtest(4, 75).proportion_ci(0.95, method="exact")
    assert share_interval(4, 75) == pytest.approx((reference.low, reference.high))


def test_share_of_none_and_all() -> None:
    assert share_interval(0, 20) == pytest.approx((0, 1 - 0.025 ** (1 / 20)))
    assert share_interval(20, 20) == pytest.approx((0.025 ** (1 / 20), 1))
    assert share_interval(0, 0) == (0, 1)


def test_share_bounds_leave_their_tails() -> None:
    low, high = share_interval(7, 40, 0.9)
    assert float(bdtr(7, 40, high)) == pytest.approx(0.05)
    assert 1 - float(bdtr(6, 40, low)) == pytest.approx(0.05)


def test_median_interval_takes_order_statistics() -> None:
    # Ranks 6 and 15 of 20: P(Binomial(20, 1/2) < 6) = 0.0207
    values = np.arange(1.0, 21.0)
    assert median_interval(values[::-1]) == (6, 15)


def test_few_values_have_no_median_interval() -> None:
    assert all(map(math.isnan, median_interval(np.arange(5.0))))
    assert median_interval(np.arange(6.0)) == (0, 5)


def test_fit_of_counts() -> None:
    statistic, p_value = goodness_of_fit([60, 40], [1, 1])
    assert statistic == pytest.approx(4)
    assert p_value == pytest.approx(0.0455, abs=1e-4)


def test_fit_respects_weights() -> None:
    assert goodness_of_fit([90, 10], [9, 1]) == (0, 1)
