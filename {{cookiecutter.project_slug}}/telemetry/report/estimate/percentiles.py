"""Percentiles of all requests of an arm, with intervals that respect environments, and their differences.

Woodruff, Confidence intervals for medians and other position measures, JASA 47, 1952: the share of requests
that are no slower than the estimated percentile is a ratio like a mean, with an interval on environments; the
percentiles at both ends of that interval are the ends of the percentile's. The difference of two arms is put
together from both by the method of variance estimates recovery (Zou and Donner, Statistics in Medicine 27,
2008).

Slow first requests make a step in the distribution. Where the interval has the step in it, a hair more or
less of them moves the percentile by the whole height, and nothing can be told.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

import numpy as np

from adapter.placement import Placement
from telemetry.report.estimate.intervals import known, more_needed
from telemetry.report.estimate.jackknife import LEVEL, Ratio
from telemetry.report.estimate.strata import Means
from telemetry.report.read.columns import Vector
from telemetry.report.read.durations import Durations
from telemetry.report.read.sums import BINS, middle_of

PERCENTS: Final = (50, 95, 99)
Told: TypeAlias = Literal["told", "edge of cold starts", "too few requests", "too few environments"]


@dataclass(frozen=True, slots=True)
class Percentile:
    """User-visible ms that so many of a hundred requests of one arm do not exceed."""

    value: float
    low: float | None
    high: float | None
    told: Told
    """Why there is no interval."""


@dataclass(frozen=True, slots=True)
class PercentileDifference:
    """A percentile of all requests of two arms, over the same versions, memory sizes and weights."""

    percent: int
    baseline: Placement
    arm: Placement
    of: dict[Placement, Percentile]
    difference_ms: float
    """Baseline minus arm; so the interval, which is None where either arm cannot be told."""
    low: float | None
    high: float | None
    level: float
    told: Told


def percentile_differences(
    means: Means, durations: Durations, baselines: list[Placement], widening: float
) -> list[PercentileDifference]:
    """Compare percentiles of each baseline with those of `init`.

    Args:
        means: The sums and strata that means are compared over; its `n` are the requests that have a time.
        durations: Of those requests.
        baselines: Arms to compare.
        widening: How many times as wide as that of a single look an interval has to be.
    """
    return [found for name in baselines for found in _compared(means, durations, name, widening)]


def _compared(
    means: Means, durations: Durations, baseline: Placement, widening: float
) -> Iterator[PercentileDifference]:
    both: tuple[Placement, Placement] = (baseline, "init")
    weights = means.weights(baseline)
    cumulated = {arm: np.cumsum(durations.histogram(weights * means.sums.in_arm(arm))) for arm in both}
    edges = {arm: list(_edges(means, baseline, arm)) for arm in both}
    for percent in PERCENTS:
        at = {arm: _bin(cumulated[arm], percent / 100) for arm in both}
        ends = np.where(means.sums.in_arm("init"), at["init"], at[baseline])
        shares = replace(means, ms=durations.up_to(ends)).pair(baseline)
        found = {
            arm: _percentile(cumulated[arm], percent / 100, shares[arm].widened(widening), edges[arm])
            for arm in both
        }
        yield _difference(percent, baseline, found)


def _edges(means: Means, baseline: Placement, arm: Placement) -> Iterator[Ratio]:
    """Yield the shares of requests that are a process's first, and that waited for INIT."""
    for slow in (means.sums.firsts, means.sums.waited):
        yield replace(means, ms=slow).pair(baseline)[arm]


def _bin(cumulated: Vector, share: float) -> int:
    """Return the bin of a quantile: the first up to which that share of the weight lies."""
    return min(int(np.searchsorted(cumulated, share * cumulated[-1] * (1 - 1e-12))), BINS - 1)


def _percentile(cumulated: Vector, share: float, of: Ratio, edges: list[Ratio]) -> Percentile:
    """Invert the interval of the share, unless a step is in it."""
    if not cumulated[-1] > 0:
        return Percentile(math.nan, None, None, "too few environments")
    value = middle_of(_bin(cumulated, share))
    if more_needed(of):
        return Percentile(value, None, None, "too few environments")
    # Requests vary at least as independent ones do, also where none is above the percentile.
    low, high = replace(of, variance=max(of.variance, share * (1 - share) / of.n)).interval()
    margin = (high - low) / 2
    if any(_at_edge(share, margin, edge) for edge in edges):
        return Percentile(value, None, None, "edge of cold starts")
    if math.isnan(margin) or share + margin >= 1 or share - margin <= 0:
        return Percentile(value, None, None, "too few requests")
    lowest, highest = (middle_of(_bin(cumulated, share + sign * margin)) for sign in (-1, 1))
    return Percentile(value, lowest, highest, "told")


def _at_edge(share: float, margin: float, slow: Ratio) -> bool:
    """Say whether the step of the slow requests is between the ends of the percentile's interval.

    Both ends are read off the same requests as the share of slow ones, so that share adds no uncertainty.
    """
    return 0 < slow.value < 1 and abs(share - (1 - slow.value)) <= margin


def _difference(percent: int, baseline: Placement, of: dict[Placement, Percentile]) -> PercentileDifference:
    left, right = of[baseline], of["init"]
    value, low, high = left.value - right.value, math.nan, math.nan
    if not (left.low is None or left.high is None or right.low is None or right.high is None):
        low = value - math.hypot(left.value - left.low, right.high - right.value)
        high = value + math.hypot(left.high - left.value, right.value - right.low)
    return PercentileDifference(
        percent=percent,
        baseline=baseline,
        arm="init",
        of=of,
        difference_ms=value,
        low=known(low),
        high=known(high),
        level=LEVEL,
        told=left.told if left.told != "told" else right.told,
    )
