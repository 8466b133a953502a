import math

import numpy as np
import pytest
from scipy import stats

from telemetry.report.estimate.jackknife import Quantiles, around, difference, quotient, ratio
from telemetry.report.read.columns import Vector


def vector(*values: float) -> Vector:
    return np.array(values, np.float64)


def test_ratio_weighs_requests() -> None:
    assert ratio(vector(10, 300), vector(1, 3)).value == 310 / 4


def test_variance_of_equal_environments_is_the_means() -> None:
    ms = vector(1, 2, 4, 9)
    assert ratio(ms, vector(1, 1, 1, 1)).variance == pytest.approx(float(ms.var(ddof=1)) / 4)


def test_variance_leaves_out_one_environment_each() -> None:
    ms, n = vector(10, 300, 25, 40), vector(1, 3, 2, 5)
    left_out = [(375 - m) / (11 - k) for m, k in zip(ms, n, strict=True)]
    middle = sum(left_out) / 4
    assert ratio(ms, n).variance == pytest.approx(3 / 4 * sum((one - middle) ** 2 for one in left_out))


def test_busy_environment_counts_once() -> None:
    assert ratio(vector(*[1.0] * 10), vector(91, *[1.0] * 9)).g_eff == pytest.approx(100**2 / (91**2 + 9))


def test_idle_environments_count_nothing() -> None:
    with_idle, without = ratio(vector(1, 2, 0), vector(1, 1, 0)), ratio(vector(1, 2), vector(1, 1))
    assert with_idle == without


def test_one_environment_has_no_interval() -> None:
    alone = ratio(vector(5), vector(1))
    assert alone.value == 5
    assert all(map(math.isnan, alone.interval()))


def test_nothing_has_no_value() -> None:
    empty = ratio(vector(), vector())
    assert math.isnan(empty.value)
    assert (empty.environments, empty.n, empty.g_eff) == (0, 0, 0)


def test_equal_environments_have_welchs_interval() -> None:
    a, b = (1.0, 2.0, 4.0, 9.0), (2.0, 3.0, 3.0, 8.0, 9.0)
    reference = stats.ttest_ind(a, b, equal_var=False)
    low, high = reference.confidence_interval(0.95)
    found = difference(ratio(vector(*a), np.ones(4)), ratio(vector(*b), np.ones(5)))
    assert (found.value, found.df) == pytest.approx((-1, reference.df))
    assert (found.low, found.high) == pytest.approx((low, high))


def test_times_is_symmetric() -> None:
    a, b = ratio(vector(1, 2, 4, 9), np.ones(4)), ratio(vector(2, 3, 3, 8, 9), np.ones(5))
    there, back = quotient(a, b), quotient(b, a)
    assert there.value == pytest.approx(1 / back.value)
    assert there.low == pytest.approx(1 / back.high)


def test_times_of_nothing_is_unknown() -> None:
    assert math.isnan(quotient(ratio(vector(1, 2), np.ones(2)), ratio(vector(0, 0), np.ones(2))).value)


@pytest.mark.parametrize(("first", "second"), [(20, 20), (300, 20)])
def test_interval_covers_as_it_says(first: int, second: int) -> None:
    random = np.random.default_rng(3)
    covered = 0
    for _ in range(800):
        arms = []
        for environments, mean in ((first, 70.0), (second, 60.0)):
            n = random.geometric(1 / 30, environments).astype(np.float64)
            machine = mean * random.lognormal(-0.02, 0.2, environments)
            arms.append(ratio(machine * n + random.normal(0, 20, environments) * np.sqrt(n), n))
        found = difference(arms[0], arms[1])
        covered += found.low <= 10 <= found.high
    assert 0.925 <= covered / 800 <= 0.975


@pytest.mark.parametrize("quantiles", [(-3, 1), (-1, 3), (-3, 3), (-1, 1)])
def test_each_end_is_the_one_that_is_further_out(quantiles: tuple[float, float]) -> None:
    student = float(stats.t.ppf(0.975, 50))
    low, high = around(10.0, 4.0, 50.0, quantiles=Quantiles(*quantiles))
    assert low == pytest.approx(10 - 2 * max(quantiles[1], student))
    assert high == pytest.approx(10 + 2 * max(-quantiles[0], student))
