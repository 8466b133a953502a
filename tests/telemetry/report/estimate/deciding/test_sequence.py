"""A confidence sequence holds at every look at once."""

import numpy as np
import pytest

from telemetry.report.estimate.deciding.sequence import NARROWEST_AT, widening
from telemetry.report.estimate.jackknife import Ratio, difference, ratio
from telemetry.report.read.columns import Flags, Vector


def _ratio_of(ms: Vector, n: Vector, mine: Flags) -> Ratio:
    return ratio(ms[: len(mine)][mine], n[: len(mine)][mine])


def test_v7_it_is_about_one_and_a_half_times_as_wide_where_it_is_narrowest() -> None:
    assert widening(NARROWEST_AT) == pytest.approx(1.55, abs=0.01)
    assert widening(40) > widening(NARROWEST_AT) < widening(10_000)


def test_v7_daily_looks_seldom_find_what_is_not_there() -> None:
    random = np.random.default_rng(7)
    fixed = ever = 0
    for _ in range(400):
        n = random.geometric(1 / 20, 1120).astype(np.float64)
        ms = n * 20 * random.lognormal(-0.02, 0.2, 1120)
        arms = np.arange(1120) % 2
        looks = range(80, 1121, 40)  # 40 environments a day
        found = [
            (
                difference(_ratio_of(ms, n, arms[:until] == 0), _ratio_of(ms, n, arms[:until] == 1)),
                until,
            )
            for until in looks
        ]
        fixed += any(one.low > 0 or one.high < 0 for one, _ in found)
        ever += any(abs(one.value) > widening(until) * (one.high - one.low) / 2 for one, until in found)
    assert fixed / 400 > 0.15
    assert ever / 400 < 0.05
