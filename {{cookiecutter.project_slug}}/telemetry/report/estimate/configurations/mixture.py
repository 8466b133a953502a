"""A mean over requests at a stated share of cold ones: first requests of environments, and all later ones.

A run sends each environment as many requests as it was told, so the share of first requests in it says
nothing of anybody's traffic. The mean of first requests times their share, and that of later ones times the
rest, is what a mean over all would be at that share. It is a function of means over environments, so the
delete-one-environment jackknife gives its variance (Efron and Tibshirani, An Introduction to the Bootstrap,
1993, chapter 11).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from telemetry.report.estimate.jackknife import Ratio, ratio
from telemetry.report.read.columns import Flags, Vector


@dataclass(frozen=True, slots=True)
class Requests:
    """Sums over some requests, by environment."""

    ms: Vector
    n: Vector

    def only(self, mine: Flags) -> "Requests":
        """Return those of some environments."""
        return Requests(self.ms[mine], self.n[mine])

    @property
    def ratio(self) -> Ratio:
        """Their mean by itself."""
        return ratio(self.ms, self.n)


Mixture: TypeAlias = Sequence[tuple[Requests, float]]
"""Means over the same environments, and the weight of each in their sum."""


def mixed(first: Requests, later: Requests, share: float) -> Ratio:
    """Return the mean of which first requests are that share.

    Args:
        first: First requests of environments.
        later: All others of the same environments.
        share: Between 0, for later requests alone, and 1.
    """
    if share <= 0 or share >= 1:
        return (later if share <= 0 else first).ratio
    used = (first.n > 0) | (later.n > 0)
    parts = [(first.only(used), share), (later.only(used), 1 - share)]
    groups = int(used.sum())
    if any(np.count_nonzero(of.n) < 2 for of, _ in parts):
        value = sum(weight * of.ratio.value for of, weight in parts)
        return Ratio(value, np.nan, min(float(groups), 1.0), groups, 0)
    without = sum(weight * (of.ms.sum() - of.ms) / (of.n.sum() - of.n) for of, weight in parts)
    return Ratio(
        value=sum(weight * float(of.ms.sum() / of.n.sum()) for of, weight in parts),
        variance=(groups - 1) / groups * float(((without - np.mean(without)) ** 2).sum()),
        g_eff=min(of.ratio.g_eff for of, _ in parts),
        environments=groups,
        n=_effective([(float(of.n.sum()), weight) for of, weight in parts]),
    )


def _effective(parts: list[tuple[float, float]]) -> int:
    """Return how many independent requests, none of which counts more than others, tell as much."""
    return int(1 / sum(weight**2 / n for n, weight in parts))
