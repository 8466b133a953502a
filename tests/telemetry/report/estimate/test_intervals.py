import numpy as np

from telemetry.report.estimate.intervals import difference_of, estimate, more_needed
from telemetry.report.estimate.jackknife import ratio


def test_skewed_environments_need_more() -> None:
    skewed = ratio(np.ones(40), np.array([391.0, *[1.0] * 39]))
    assert round(skewed.g_eff) == 1
    assert more_needed(skewed) > 400


def test_just_enough_environments_suffice() -> None:
    almost_equal = ratio(np.ones(20), np.array([9.0, *[10.0] * 19]))
    assert almost_equal.g_eff < 20
    assert more_needed(almost_equal) == 0


def test_few_environments_have_a_mean_alone() -> None:
    few, enough = (ratio(np.arange(1.0, n + 1), np.ones(n)) for n in (9, 10))
    assert (estimate(few).value, estimate(few).low, estimate(few).high) == (5, None, None)
    assert estimate(enough).low is not None
    assert difference_of(enough, few).low is None
    assert difference_of(enough, enough).low is not None
