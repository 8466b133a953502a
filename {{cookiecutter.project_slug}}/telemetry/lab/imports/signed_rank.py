"""An interval of a shift by Wilcoxon's signed ranks: exact, and not moved by a few disturbed measurements.

Hollander, Wolfe and Chicken, Nonparametric Statistical Methods (2014), sections 3.1 to 3.3.
"""

from collections.abc import Sequence
from statistics import median
from typing import Final, NamedTuple

LEVEL: Final = 0.95
FEWEST: Final = 6
"""Pairs below which no interval has the level."""


class Shift(NamedTuple):
    """How far differences are from 0: the median of their pairwise means, and its interval at `LEVEL`."""

    value: float
    low: float
    high: float


def shift(differences: Sequence[float]) -> Shift:
    """Estimate a shift from the differences of pairs, `FEWEST` or more.

    Whatever disturbs both of a pair alike cancels out. The rest has to be symmetric, as it is where both are
    measured in random order in the same way.
    """
    count = len(differences)
    means = sorted((first + second) / 2 for i, first in enumerate(differences) for second in differences[i:])
    cut = _cut(count)
    return Shift(median(means), means[cut], means[len(means) - 1 - cut])


def _cut(count: int) -> int:
    """Return how many of the means, at either end, are outside of the interval.

    The statistic is a sum of those of the ranks 1 to `count` whose signs are positive, each by even chance.
    """
    ways = [1]
    for rank in range(1, count + 1):
        longer = ways + [0] * rank
        for total, number in enumerate(ways):
            longer[total + rank] += number
        ways = longer
    below, cut = 0, 0
    for number in ways:
        below += number
        if below / 2**count > (1 - LEVEL) / 2:
            break
        cut += 1
    return cut - 1
