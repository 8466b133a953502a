"""What users wait and what is billed, by class of request: resampled by environment."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from telemetry.report.read.columns import Numbers, Vector

STEP: Final = 0.01
"""Width of a bin, of the logarithm of ms."""
LEAST: Final = 0.05
"""Ms; nothing is shorter."""
BINS: Final = 1680
"""The last is of more than 900 s, the longest that Lambda runs a request."""
MIDDLES: Final = LEAST * np.exp(STEP * (np.arange(BINS) + 0.5))
GROUPS: Final = 400
"""Environments are resampled one by one up to so many, and beyond in so many groups."""


@dataclass(frozen=True, slots=True)
class Times:
    """Requests of one class, by group of environments."""

    counts: NDArray[np.float64]
    """A row for each group, a column for each bin of ms."""
    billed: Vector
    """Billed seconds by group."""

    @property
    def n(self) -> int:
        """How many requests."""
        return int(self.counts.sum())

    @property
    def groups(self) -> int:
        """How many groups."""
        return len(self.billed)

    @property
    def mean_ms(self) -> float:
        """Of what users wait."""
        return float(self.counts.sum(axis=0) @ MIDDLES / self.counts.sum())

    @property
    def relative_error(self) -> float:
        """Standard error of the mean, as a share of it; 0 where there is one group."""
        n = self.counts.sum(axis=1)
        residual = self.counts @ MIDDLES - n * self.mean_ms
        groups = int((n > 0).sum())
        if groups < 2:
            return 0.0
        return float(np.sqrt((residual**2).sum() * groups / (groups - 1)) / n.sum() / self.mean_ms)

    def weighed(self, weights: NDArray[np.float64]) -> tuple[NDArray[np.float64], Vector]:
        """Return shares by bin and mean billed seconds, for each row of weights of the groups."""
        counts = weights @ self.counts
        total = np.maximum(counts.sum(axis=1), 1e-12)
        return counts / total[:, None], (weights @ self.billed) / total

    def scaled(self, ratio: float) -> "Times":
        """Return times that are longer by a factor."""
        return replace(_moved(self, MIDDLES * ratio), billed=self.billed * ratio)

    def longer(self, ms: float) -> "Times":
        """Return times that are longer by so many ms, or shorter."""
        seconds = self.billed + self.counts.sum(axis=1) * ms / 1000
        return replace(_moved(self, MIDDLES + ms), billed=np.maximum(0.0, seconds))


def times_of(group: Numbers, ms: Vector, billed_ms: Vector, groups: int) -> Times:
    """Sort requests into bins.

    Args:
        group: Of the environment of each, from 0.
        ms: What its user waited.
        billed_ms: NaN where the platform did not say it: it bills whole ms.
        groups: How many there are.
    """
    counts = np.bincount(group * BINS + _bins(ms), minlength=groups * BINS).astype(np.float64)
    billed = np.where(np.isnan(billed_ms), np.ceil(ms), billed_ms)
    seconds = np.bincount(group, billed / 1000, groups).astype(np.float64)
    return Times(counts.reshape(groups, BINS), seconds)


def quantiles(shares: NDArray[np.float64], wanted: Vector) -> NDArray[np.float64]:
    """Return quantiles in ms: a row for each row of shares by bin."""
    reached = np.cumsum(shares, axis=1)
    rows = [MIDDLES[np.minimum(np.searchsorted(row, wanted * row[-1]), BINS - 1)] for row in reached]
    return np.asarray(rows)


def _bins(ms: Vector) -> Numbers:
    found: Numbers = np.clip(np.log(np.maximum(ms, LEAST) / LEAST) / STEP, 0, BINS - 1).astype(np.int64)
    return found


def _moved(times: Times, ms: Vector) -> Times:
    counts = np.zeros_like(times.counts)
    for column, to in enumerate(_bins(ms).tolist()):
        counts[:, to] += times.counts[:, column]
    return replace(times, counts=counts)
