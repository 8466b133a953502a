"""Percentiles of any number of durations, in memory of fixed size."""

import numpy as np

from telemetry.report.jackknife import Vector

STEP = 1e-3
"""Width of a bin on the natural log scale: a percentile is off by 0.05 % at most."""
LEAST_MS, MOST_MS = 1e-3, 1e8
"""What lies outside, up to a day and more, counts as these."""
BINS = int(np.ceil(np.log(MOST_MS / LEAST_MS) / STEP))


class Histogram:
    """Counts durations in bins of equal width on the log scale (DDSketch: Masson et al., VLDB 12, 2019)."""

    def __init__(self) -> None:
        self._counts = np.zeros(BINS, np.int64)
        self._total = 0.0

    def add(self, ms: Vector) -> None:
        """Count some durations."""
        within = np.clip(ms, LEAST_MS, MOST_MS)
        bins = np.minimum((np.log(within / LEAST_MS) / STEP).astype(np.int64), BINS - 1)
        self._counts += np.bincount(bins, minlength=BINS)
        self._total += float(ms.sum())

    @property
    def n(self) -> int:
        """How many were counted."""
        return int(self._counts.sum())

    @property
    def mean(self) -> float:
        """Exact."""
        return self._total / self.n

    def percentile(self, percent: float) -> float:
        """Return the middle of the bin that holds the nearest rank."""
        rank = max(1, int(np.ceil(self.n * percent / 100)))
        at = int(np.searchsorted(np.cumsum(self._counts), rank))
        return float(LEAST_MS * np.exp((at + 0.5) * STEP))
