"""Failed requests of which nothing tells the arm: the comparison, whichever arm they were of.

Bounds in the sense of Manski (Partial Identification of Probability Distributions, 2003): the interval is
drawn around the worst of all ways to give them to the two arms, by how they ended.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from adapter.placement import PLACEMENTS, Placement
from telemetry.report.estimate.comparison import Comparison
from telemetry.report.read.requests import OUTCOMES, Unplaced

FAILED = range(1, OUTCOMES)
"""Outcomes of the platform: failed, timed out."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """A comparison of user-visible ms, with failed requests of unknown arm given to either."""

    baseline: Placement
    arm: Placement
    requests: int
    """Of unknown arm, or of no known environment."""
    lowest_ms: float
    highest_ms: float
    low: float | None
    high: float | None
    failures_lowest: float
    """Share of failures, baseline minus arm."""
    failures_highest: float


def bounds_of(
    comparisons: list[Comparison], unplaced: Unplaced, failed: dict[Placement, int]
) -> list[Bounds]:
    """Bound each comparison; nothing where every failed request has its environment.

    Args:
        comparisons: Of user-visible ms.
        unplaced: Requests that are in no environment.
        failed: Failed requests of known environments, by arm.
    """
    if not unplaced.by_arm[:, FAILED].any():
        return []
    return [_bounded(found, unplaced, failed) for found in comparisons]


def _bounded(found: Comparison, unplaced: Unplaced, failed: dict[Placement, int]) -> Bounds:
    ways = list(_ways(found, unplaced, failed))
    times = [time for time, _ in ways]
    shares = [share for _, share in ways]
    lowest, highest = min(times), max(times)
    return Bounds(
        baseline=found.baseline,
        arm=found.arm,
        requests=int(unplaced.by_arm[:, FAILED].sum()),
        lowest_ms=lowest,
        highest_ms=highest,
        low=None if found.low is None else lowest - (found.difference_ms - found.low),
        high=None if found.high is None else highest + (found.high - found.difference_ms),
        failures_lowest=min(shares),
        failures_highest=max(shares),
    )


def _ways(
    found: Comparison, unplaced: Unplaced, failed: dict[Placement, int]
) -> Iterator[tuple[float, float]]:
    """Yield the difference of time, and that of failures, for every way to give the unknown to an arm."""
    both = (found.baseline, found.arm)
    unknown = unplaced.by_arm[-1, FAILED]
    for to_baseline in product((True, False), repeat=len(unknown)):
        mean, share = {}, {}
        for arm in both:
            mine = np.asarray(to_baseline) == (arm == found.baseline)
            row = PLACEMENTS.index(arm)
            more = unplaced.by_arm[row, FAILED] + unknown * mine
            ms = float((unplaced.user_ms[row, FAILED] + unplaced.user_ms[-1, FAILED] * mine).sum())
            n, count = found.n_requests[arm], int(more.sum())
            mean[arm] = (found.mean_ms[arm] * n + ms) / (n + count)
            share[arm] = (failed[arm] + count) / (n + count)
        yield mean[both[0]] - mean[both[1]], share[both[0]] - share[both[1]]
