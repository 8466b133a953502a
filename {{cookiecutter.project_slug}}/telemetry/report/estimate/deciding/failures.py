"""Requests that failed, by arm: a fast error makes an arm look fast, a time-out that is not seen does too.

A share is a ratio like a mean, failed requests over requests, so environments are its unit as well. Where
no request of an arm failed, or every one did, the jackknife knows no variance; the interval is then the exact
one of so many requests, as if each failed by itself. It holds at every look: no failure among more requests
was none among fewer. The difference of such an arm and another takes both intervals, each side by itself
(Zou and Donner, Statistics in Medicine 27, 2008).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from adapter.placement import PLACEMENTS, Placement
from telemetry.report.estimate.intervals import FEWEST, known
from telemetry.report.estimate.jackknife import LEVEL, NO_INTERVAL, Ratio, difference
from telemetry.report.estimate.proportions import share_interval

ALIKE: Final = 0.001
"""Shares that differ by no more, 0.1 points, are taken to be alike."""
MOST: Final = 0.5
"""Share of failures above which a mean of all requests is one of failures."""
Shares: TypeAlias = Literal["alike", "baseline fails more", "arm fails more", "cannot tell"]


@dataclass(frozen=True, slots=True)
class FailureShare:
    """Failed requests of one arm: status 500 or above, no response, a crash or a time-out."""

    placement: Placement
    requests: int
    failed: int
    share: float
    low: float | None
    high: float | None
    level: float


@dataclass(frozen=True, slots=True)
class FailureDifference:
    """Share of failures, baseline minus arm: above 0, the baseline fails more."""

    baseline: Placement
    arm: Placement
    difference: float
    low: float | None
    high: float | None
    level: float
    none_failed: bool
    """No request of either arm failed: taken as alike, whatever the interval leaves open; see `decision`."""
    shares: Shares


def share_of(placement: Placement, of: Ratio) -> FailureShare:
    """Describe one arm."""
    low, high = _interval(of)
    return FailureShare(
        placement=placement,
        requests=of.n,
        failed=round(of.value * of.n) if of.n else 0,
        share=of.value,
        low=known(max(0.0, low)),
        high=known(min(1.0, high)),
        level=LEVEL,
    )


def failure_differences(
    arms: dict[Placement, Ratio],
    pair: Callable[[Placement], dict[Placement, Ratio]],
    widening: float,
    *,
    all_placed: bool,
) -> list[FailureDifference]:
    """Compare the shares of every recorded arm with those of `init`.

    Args:
        arms: Share of failures, by arm.
        pair: Gives the shares of a baseline and of `init` that are to be compared.
        widening: How many times as wide as that of a single look an interval has to be.
        all_placed: Every request that failed is in the shares.
    """
    if not arms["init"].environments:
        return []
    baselines = [arm for arm in reversed(PLACEMENTS) if arm != "init" and arms[arm].environments]
    return [_compared(name, pair(name), widening, all_placed=all_placed) for name in baselines]


def _compared(
    baseline: Placement, both: dict[Placement, Ratio], widening: float, *, all_placed: bool
) -> FailureDifference:
    left, right = both[baseline].widened(widening), both["init"].widened(widening)
    none_failed = left.value == right.value == 0 and all_placed
    low, high = _difference_interval(left, right)
    return FailureDifference(
        baseline=baseline,
        arm="init",
        difference=left.value - right.value,
        low=known(low),
        high=known(high),
        level=LEVEL,
        none_failed=none_failed,
        shares="alike" if none_failed else _shares(low, high),
    )


def _difference_interval(left: Ratio, right: Ratio) -> tuple[float, float]:
    if not (_is_uniform(left) or _is_uniform(right)):
        found = difference(left, right)
        few = min(left.environments, right.environments) < FEWEST
        return NO_INTERVAL if few else (found.low, found.high)
    (left_low, left_high), (right_low, right_high) = _interval(left), _interval(right)
    value = left.value - right.value
    down = math.hypot(left.value - left_low, right_high - right.value)
    up = math.hypot(left_high - left.value, right.value - right_low)
    return value - down, value + up


def _interval(of: Ratio) -> tuple[float, float]:
    if _is_uniform(of):
        return share_interval(round(of.value * of.n), of.n)
    return of.interval() if of.environments >= FEWEST else NO_INTERVAL


def _is_uniform(of: Ratio) -> bool:
    """Say whether all requests failed, or none did."""
    return of.value == 0 or math.isclose(of.value, 1)


def _shares(low: float, high: float) -> Shares:
    if low >= -ALIKE and high <= ALIKE:
        return "alike"
    if low > 0:
        return "baseline fails more"
    return "arm fails more" if high < 0 else "cannot tell"
