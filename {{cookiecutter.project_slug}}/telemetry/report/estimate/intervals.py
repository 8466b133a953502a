"""Estimates with intervals, as they are reported, and how many environments they take."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from adapter.placement import PLACEMENTS, Placement
from telemetry.report.estimate.jackknife import LEVEL, NO_INTERVAL, Difference, Ratio, difference, ratio
from telemetry.report.read.columns import Vector
from telemetry.report.read.sums import Sums

FEWEST: Final = 10
"""Environments in an arm below which no interval is shown: simulated at 5, it covers 93 % and less."""
MINIMUM_EFFECTIVE: Final = 20
"""Effective environments per arm below which intervals are too narrow to be believed (simulated: at 20 the
t interval still covers 94 %)."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its two-sided interval; None where it cannot be told."""

    value: float
    low: float | None
    high: float | None
    level: float


def ratios(sums: Sums, ms: Vector, n: Vector | None = None) -> dict[Placement, Ratio]:
    """Estimate the mean of some of the sums over requests whose time is known, or over `n`, by arm."""
    n = sums.timed if n is None else n
    arms = {arm: sums.in_arm(arm) for arm in PLACEMENTS}
    return {arm: ratio(ms[mine], n[mine]) for arm, mine in arms.items()}


def estimate(of: Ratio) -> Estimate:
    """Return a ratio with its interval; without one where there are too few environments."""
    low, high = of.interval() if of.environments >= FEWEST else NO_INTERVAL
    return Estimate(of.value, known(low), known(high), LEVEL)


def difference_of(baseline: Ratio, arm: Ratio) -> Estimate:
    """Return a difference with its interval; without one where an arm has too few environments."""
    found = contrast(baseline, arm, difference)
    return Estimate(found.value, known(found.low), known(found.high), LEVEL)


def contrast(baseline: Ratio, arm: Ratio, how: Callable[[Ratio, Ratio], Difference]) -> Difference:
    """Contrast two arms; the interval is NaN where an arm has too few environments to show one."""
    found = how(baseline, arm)
    if min(baseline.environments, arm.environments) < FEWEST:
        return Difference(found.value, *NO_INTERVAL, math.nan)
    return found


def more_needed(arm: Ratio) -> int:
    """Return how many more environments, of the traffic seen so far, reach `MINIMUM_EFFECTIVE`; 0 if none.

    Equal environments give one effective environment each, skewed ones less: the same share is assumed on.
    """
    if round(arm.g_eff) >= MINIMUM_EFFECTIVE:
        return 0
    return max(1, math.ceil(MINIMUM_EFFECTIVE * arm.environments / arm.g_eff) - arm.environments)


def known(value: float) -> float | None:
    """Turn NaN into None: what cannot be told is null in JSON."""
    return None if math.isnan(value) else value
