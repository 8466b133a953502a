"""Shares, medians and counts: exact intervals that hold for few environments too."""

import math

import numpy as np

from telemetry.report.estimate.jackknife import LEVEL, NO_INTERVAL
from telemetry.report.read.columns import Vector


def share_interval(successes: int, trials: int, level: float = LEVEL) -> tuple[float, float]:
    """Exact two-sided interval of a proportion (Clopper and Pearson, Biometrika 26, 1934)."""
    if not trials:
        return 0.0, 1.0
    from scipy.special import betaincinv  # noqa: PLC0415  # slow to import: see `jackknife.around`

    tail, failures = (1 - level) / 2, trials - successes
    low = float(betaincinv(successes, failures + 1, tail)) if successes else 0.0
    high = float(betaincinv(successes + 1, failures, 1 - tail)) if failures else 1.0
    return low, high


def median_interval(values: Vector) -> tuple[float, float]:
    """Distribution-free interval of the median, from two order statistics; NaN for fewer than six values.

    With r the largest rank for which P(Binomial(n, 1/2) < r) <= (1 - level) / 2, it is the r-th smallest and
    the r-th largest value (Hahn and Meeker, Statistical Intervals, 1991, section 5.2).
    """
    from scipy.special import bdtr  # noqa: PLC0415  # slow to import: see `jackknife.around`

    n = len(values)
    ranks = np.arange(n)
    rank = int(np.count_nonzero(bdtr(ranks, n, 0.5) <= (1 - LEVEL) / 2)) if n else 0
    if rank < 1:
        return NO_INTERVAL
    ordered = np.sort(values)
    return float(ordered[rank - 1]), float(ordered[n - rank])


def goodness_of_fit(counts: list[int], weights: list[float]) -> tuple[float, float]:
    """Pearson's chi-square of counts against expected shares, and its p-value (Phil. Mag. 50, 1900)."""
    from scipy.special import chdtrc  # noqa: PLC0415  # slow to import: see `jackknife.around`

    total, whole = sum(counts), sum(weights)
    expected = [total * weight / whole for weight in weights]
    statistic = math.fsum((o - e) ** 2 / e for o, e in zip(counts, expected, strict=True))
    return statistic, float(chdtrc(len(counts) - 1, statistic))
