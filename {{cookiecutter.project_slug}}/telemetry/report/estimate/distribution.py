"""How all requests of each arm are spread, and where the first requests of environments begin.

This describes what was recorded: percentiles with intervals are in `percentiles`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from adapter.placement import PLACEMENTS, Placement
from telemetry.report.estimate.compared import Compared
from telemetry.report.read.columns import Vector
from telemetry.report.read.durations import Durations
from telemetry.report.read.evidence import Evidence
from telemetry.report.read.sums import middle_of

PER_DECADE: Final = 12
"""Points for each tenfold fewer requests that are slower."""
FEWEST_SLOWER: Final = 5
"""Requests beyond the last point: what fewer of them do is chance."""


@dataclass(frozen=True, slots=True)
class Point:
    """So many ms, and the share of requests that take longer."""

    slower: float
    ms: float


@dataclass(frozen=True, slots=True)
class Distribution:
    """User-visible ms of all compared requests of one arm, weighted as in its comparison if there is one."""

    placement: Placement
    requests: int
    first_share: float
    """Of requests that are the first of a process: where these are slow, they are the slowest ones."""
    points: list[Point]


def distributions_of(evidence: Evidence, compared: Compared) -> list[Distribution]:
    """Describe every arm that has enough requests; nothing where no single request is known."""
    if evidence.aggregated:
        return []
    return list(_described(compared, evidence.totals.durations))


def _described(compared: Compared, durations: Durations) -> Iterator[Distribution]:
    means, baselines = compared.means, _baselines(compared)
    for arm in PLACEMENTS:
        mine = means.sums.in_arm(arm) & (means.n > 0)
        requests = int(means.n[mine].sum())
        if requests <= FEWEST_SLOWER:
            continue
        against = baselines if arm == "init" else [one for one in baselines if one == arm]
        weights: Vector = np.where(mine, means.weights(against[0]) if against else 1.0 / requests, 0.0)
        cumulated = np.cumsum(durations.histogram(weights))
        if not cumulated[-1] > 0:
            continue
        firsts = float((weights * means.sums.firsts)[mine].sum() / cumulated[-1])
        yield Distribution(arm, requests, firsts, list(_points(cumulated / cumulated[-1], requests)))


def _baselines(compared: Compared) -> list[Placement]:
    """Return the arms that are compared, first the one whose comparison weights `init` too."""
    return [one.baseline for one in reversed(compared.comparisons) if one.estimand == "user_visible_ms"]


def _points(cumulated: Vector, requests: int) -> Iterator[Point]:
    """Yield points at even distances on a logarithmic scale of how many are slower."""
    least = FEWEST_SLOWER / requests
    count = max(2, round(PER_DECADE * -np.log10(least)) + 1)
    for slower in np.geomspace(1.0, least, count)[1:]:
        at = min(int(np.searchsorted(cumulated, 1 - slower)), len(cumulated) - 1)
        yield Point(float(slower), middle_of(at))
