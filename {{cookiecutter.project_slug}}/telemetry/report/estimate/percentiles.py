"""Percentiles of all requests of an arm, with intervals that respect environments, and their differences.

Woodruff, Confidence intervals for medians and other position measures, JASA 47, 1952: the share of requests
that are no slower than the estimated percentile is a ratio like a mean, with an interval on environments; the
percentiles at both ends of that interval are the ends of the percentile's. It holds whatever the distribution
is like between them.

The difference of two arms takes both intervals together. Its ends are those of all pairs of percentiles whose
two deviations, each in units of its margin, have squares that add up to 1 at most. Where percentiles grow
evenly with the share this is the method of variance estimates recovery (Zou and Donner, Statistics in
Medicine 27, 2008), whose ends are the differences of such a pair as well, but read off a straight line.

They do not grow evenly where slow first requests make a step in the distribution: a hair more or less of them
moves the percentile by the whole height. An interval that has the step in it is as wide as that, and the
reader is told why. Read off a straight line, its ends would lie where hardly any request does.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

import numpy as np

from adapter.placement import Placement
from telemetry.report.estimate.intervals import FEWEST, known
from telemetry.report.estimate.jackknife import LEVEL, Ratio
from telemetry.report.estimate.strata import Means
from telemetry.report.read.columns import Vector
from telemetry.report.read.durations import Durations
from telemetry.report.read.sums import BINS, middle_of

PERCENTS: Final = (50, 95, 99)
ANGLES: Final = np.linspace(0, np.pi / 2, 65)
"""Deviations of two arms whose squares add up to 1: their sine and cosine."""
Told: TypeAlias = Literal["told", "edge of cold starts", "too few requests", "too few environments"]


@dataclass(frozen=True, slots=True)
class Percentile:
    """User-visible ms that so many of a hundred requests of one arm do not exceed."""

    value: float
    low: float | None
    high: float | None
    told: Told
    """Why there is no interval, or why it is wide: at the edge of cold starts it has a step in it."""


@dataclass(frozen=True, slots=True)
class PercentileDifference:
    """A percentile of all requests of two arms, over the same versions, memory sizes and weights."""

    percent: int
    baseline: Placement
    arm: Placement
    of: dict[Placement, Percentile]
    difference_ms: float
    """Baseline minus arm; so the interval, which is None where either arm has none."""
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
        at = {arm: bin_of(cumulated[arm], percent / 100) for arm in both}
        ends = np.where(means.sums.in_arm("init"), at["init"], at[baseline])
        shares = replace(means, ms=durations.up_to(ends)).pair(baseline)
        found = {
            arm: _inverted(cumulated[arm], percent / 100, shares[arm].widened(widening), edges[arm])
            for arm in both
        }
        yield _difference(percent, baseline, found)


def _edges(means: Means, baseline: Placement, arm: Placement) -> Iterator[Ratio]:
    """Yield the shares of requests that are a process's first, and that waited for INIT."""
    for slow in (means.sums.firsts, means.sums.waited):
        yield replace(means, ms=slow).pair(baseline)[arm]


def bin_of(cumulated: Vector, share: float) -> int:
    """Return the bin of a quantile: the first up to which that share of the weight lies."""
    return min(int(np.searchsorted(cumulated, share * cumulated[-1] * (1 - 1e-12))), BINS - 1)


@dataclass(frozen=True, slots=True)
class _Inverted:
    """A percentile of one arm, and what it is read off."""

    percentile: Percentile
    cumulated: Vector
    share: float
    margin: float
    """Half the interval of the share."""

    def at(self, deviations: Iterable[float]) -> Vector:
        """Return the ms at shares that deviate so much from the percentile's, in units of the margin."""
        shares = (self.share + one * self.margin for one in deviations)
        return np.asarray([middle_of(bin_of(self.cumulated, share)) for share in shares])


def _inverted(
    cumulated: Vector, share: float, of: Ratio, edges: list[Ratio], level: float = LEVEL
) -> _Inverted:
    """Invert the interval of the share."""
    if not cumulated[-1] > 0:
        return _Inverted(Percentile(math.nan, None, None, "too few environments"), cumulated, share, math.nan)
    value = middle_of(bin_of(cumulated, share))
    if round(of.g_eff) < FEWEST:
        return _Inverted(Percentile(value, None, None, "too few environments"), cumulated, share, math.nan)
    # Requests vary at least as independent ones do, also where none is above the percentile.
    low, high = replace(of, variance=max(of.variance, share * (1 - share) / of.n)).interval(level)
    margin = (high - low) / 2
    if math.isnan(margin) or share + margin >= 1 or share - margin <= 0:
        return _Inverted(Percentile(value, None, None, "too few requests"), cumulated, share, margin)
    told: Told = "edge of cold starts" if any(_at_edge(share, margin, edge) for edge in edges) else "told"
    lowest, highest = (middle_of(bin_of(cumulated, share + sign * margin)) for sign in (-1, 1))
    return _Inverted(Percentile(value, lowest, highest, told), cumulated, share, margin)


def percentile_of(
    cumulated: Vector, share: float, of: Ratio, edges: list[Ratio], level: float = LEVEL
) -> Percentile:
    """Return a percentile of one arm with its interval.

    Args:
        cumulated: Weight of the requests up to each bin.
        share: Of requests that are no slower than the percentile.
        of: That share as it was estimated, at the bin of the percentile.
        edges: Shares of slow requests.
        level: Of the interval.
    """
    return _inverted(cumulated, share, of, edges, level).percentile


def _at_edge(share: float, margin: float, slow: Ratio) -> bool:
    """Say whether the step of the slow requests is between the ends of the percentile's interval.

    Both ends are read off the same requests as the share of slow ones, so that share adds no uncertainty.
    """
    return 0 < slow.value < 1 and abs(share - (1 - slow.value)) <= margin


def _difference(percent: int, baseline: Placement, of: dict[Placement, _Inverted]) -> PercentileDifference:
    left, right = of[baseline], of["init"]
    value, low, high = left.percentile.value - right.percentile.value, math.nan, math.nan
    if left.percentile.low is not None and right.percentile.low is not None:
        sines, cosines = np.sin(ANGLES), np.cos(ANGLES)
        low = float((left.at(-sines) - right.at(cosines)).min())
        high = float((left.at(sines) - right.at(-cosines)).max())
    return PercentileDifference(
        percent=percent,
        baseline=baseline,
        arm="init",
        of={arm: found.percentile for arm, found in of.items()},
        difference_ms=value,
        low=known(low),
        high=known(high),
        level=LEVEL,
        told=_told(left.percentile, right.percentile),
    )


def _told(left: Percentile, right: Percentile) -> Told:
    """Return what keeps either from being told, first what leaves no interval at all."""
    without = [one.told for one in (left, right) if one.low is None]
    return next((told for told in (*without, left.told, right.told) if told != "told"), "told")
