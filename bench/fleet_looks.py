"""On which days a look could decide wrongly: the others are not judged, as that takes most of the time.

Without a declared size an interval is 1.55 times that of a single look or wider, with one it is not wider. An
interval that has 0 well inside decides nothing; nor does one before the declared size is reached, nor one
whose faster arm fails more by more than what counts as alike. On the day after, a verdict with a declared
size has its last figures. So a look is left out if the difference is less than `NEAR` of its standard errors
from 0, or points where it cannot be wrong. The last day is always judged.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from telemetry.report.estimate.deciding.failures import ALIKE
from telemetry.report.read.columns import Flags, Numbers, Vector

NEAR: Final = {True: 1.0, False: 1.6}
"""By whether a size was declared. Quantiles of a permutation are 1.2 errors and more, times 1.55 that is 1.9.
"""


@dataclass(frozen=True, slots=True)
class Born:
    """What environments took and served in all, in the order of birth."""

    counts: Numbers
    """How many were born until the end of each day, from the first on; none after a declared size's cut."""
    arms: Numbers
    versions: Numbers
    first_ms: Vector
    user_ms: Vector
    requests: Vector
    failed: Vector


def near_days(of: Born, reached: int | None, better: int | None, days: Sequence[int]) -> list[int]:
    """Return the days on which an arm could be called better that is not.

    Args:
        of: The environments.
        reached: The day on which every arm has its declared size; None without a declared size.
        better: The arm that is better; None where neither is.
        days: The days to choose from, counted from 1.
    """
    sized = reached is not None
    if reached is not None:
        days = [day for day in days if day == reached]
    found = np.zeros(len(days), np.bool_)
    counts = of.counts[np.asarray(days, np.int64) - 1] if days else np.zeros(0, np.int64)
    fails = _differences(of, of.failed, of.requests, counts)[0]
    for ms, n in ((of.first_ms, np.ones_like(of.requests)), (of.user_ms, of.requests)):
        difference, error = _differences(of, ms, n, counts)
        for arm, way in ((0, 1), (1, -1)):  # the lazy arm takes longer: the kept one would be called better
            if arm != better:
                clear: Flags = way * difference >= NEAR[sized] * error
                found |= clear & (way * fails >= -ALIKE)
    return [day for day, one in zip(days, found, strict=True) if one]


def _differences(of: Born, ms: Vector, n: Vector, counts: Numbers) -> tuple[Vector, Vector]:
    """Return the lazy arm's mean minus the kept one's within versions, and its standard error, by count."""
    parts = [list(_arms(of, version, ms, n, counts)) for version in np.unique(of.versions)]
    requests = np.asarray([np.where(init[3] * lazy[3] > 0, init[2] + lazy[2], 0.0) for init, lazy in parts])
    whole = requests.sum(axis=0)
    weights = np.divide(requests, whole, out=np.zeros_like(requests), where=whole > 0)
    difference = sum(
        (weight * (lazy[0] - init[0]) for weight, (init, lazy) in zip(weights, parts, strict=True)), 0.0
    )
    variance = sum(
        (weight**2 * (lazy[1] + init[1]) for weight, (init, lazy) in zip(weights, parts, strict=True)), 0.0
    )
    return np.asarray(difference), np.sqrt(np.asarray(variance))


def _arms(of: Born, version: int, ms: Vector, n: Vector, counts: Numbers) -> Iterator[tuple[Vector, ...]]:
    """Yield of both arms of a version, by count: mean, its variance, requests, and 1 if that can be told."""
    for arm in (0, 1):
        mine = (of.versions == version) & (of.arms == arm)
        columns = np.stack((mine, mine * ms, mine * n, mine * ms * ms, mine * ms * n, mine * n * n))
        sums = np.concatenate((np.zeros((6, 1)), np.cumsum(columns, axis=1)), axis=1)[:, counts]
        many, total, requests = sums[:3]
        enough = many >= 2
        safe = np.where(requests > 0, requests, 1.0)
        mean = total / safe
        left = np.maximum(sums[3] - 2 * mean * sums[4] + mean**2 * sums[5], 0.0)
        yield mean, left / safe**2 * many / np.maximum(many - 1, 1), requests, enough.astype(np.float64)
