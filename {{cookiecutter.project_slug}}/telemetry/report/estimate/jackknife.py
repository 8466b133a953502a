"""Means per request, and their differences, with intervals that respect environments.

Requests of one environment are alike (same machine, same state), so the environment is the unit: an interval
that took requests for independent would be far too narrow.
"""

import math
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from telemetry.report.read.columns import Vector

LEVEL: Final = 0.95
NO_INTERVAL: Final = (math.nan, math.nan)
LEAST_DF: Final = 1.0
"""Two environments, effectively. With fewer degrees of freedom, as where one environment got nearly all
requests, Student's quantile grows beyond anything that the records could mean.
"""
LARGEST_LOG: Final = 20.0
"""A quotient of five hundred million times, or more, is none that data could tell."""


class Quantiles(NamedTuple):
    """Of a difference over its standard error, at both ends of `LEVEL`.

    An interval goes by Student's where these are not further out.
    """

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Ratio:
    """Sum of ms over sum of n, with what its interval needs."""

    value: float
    variance: float
    """NaN with fewer than two environments."""
    g_eff: float
    environments: int
    n: int

    @property
    def df(self) -> float:
        """Degrees of freedom on the effective number of environments."""
        return self.g_eff - 1

    def interval(self, level: float = LEVEL) -> tuple[float, float]:
        """Two-sided interval."""
        return around(self.value, self.variance, self.df, level)

    def widened(self, times: float) -> "Ratio":
        """Return the ratio with an interval that is so many times as wide."""
        return self if times == 1 else replace(self, variance=self.variance * times**2)


@dataclass(frozen=True, slots=True)
class Difference:
    """A contrast of two arms with its interval at `LEVEL`."""

    value: float
    low: float
    high: float
    df: float


def ratio(ms: Vector, n: Vector) -> Ratio:
    """Estimate sum(ms) / sum(n) over environments; environments without requests count for nothing.

    The variance is the delete-one-environment jackknife, (G-1)/G * sum((t_i - mean(t))^2), where t_i is the
    ratio without environment i (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 11; for
    ratios Cochran, Sampling Techniques, 1977, section 6.17). The effective number of environments is
    (sum n)^2 / sum(n^2) (Kish, Survey Sampling, 1965): one that got most requests counts for most.
    """
    ms, n = ms[n > 0], n[n > 0]
    groups, total = len(n), float(n.sum())
    if not groups:
        return Ratio(math.nan, math.nan, 0.0, 0, 0)
    value, g_eff = float(ms.sum()) / total, total**2 / float((n**2).sum())
    if groups < 2:
        return Ratio(value, math.nan, g_eff, groups, int(total))
    without = (ms.sum() - ms) / (total - n)
    variance = (groups - 1) / groups * float(((without - without.mean()) ** 2).sum())
    return Ratio(value, variance, g_eff, groups, int(total))


def difference(baseline: Ratio, arm: Ratio, quantiles: Quantiles | None = None) -> Difference:
    """Estimate baseline - arm for two independent groups of environments; None for Student's quantiles."""
    variance, df = _pooled(baseline, arm, 1.0, 1.0)
    value = baseline.value - arm.value
    return Difference(value, *around(value, variance, df, quantiles=quantiles), df)


def quotient(baseline: Ratio, arm: Ratio, quantiles: Quantiles | None = None) -> Difference:
    """Estimate baseline / arm, on the log scale (delta method: var(log x) = var(x) / x^2).

    The quantiles are those of the difference: to first order, both are the same over their standard errors.
    """
    if not (baseline.value > 0 and arm.value > 0):
        return Difference(math.nan, *NO_INTERVAL, math.nan)
    variance, df = _pooled(baseline, arm, 1 / baseline.value**2, 1 / arm.value**2)
    value = math.log(baseline.value / arm.value)
    low, high = around(value, variance, df, quantiles=quantiles)
    if high > LARGEST_LOG:
        low, high = NO_INTERVAL
    return Difference(math.exp(value), math.exp(low), math.exp(high), df)


def _pooled(a: Ratio, b: Ratio, scale_a: float, scale_b: float) -> tuple[float, float]:
    """Variance and degrees of freedom after Welch (1947) and Satterthwaite (1946), on effective sizes."""
    var_a, var_b = a.variance * scale_a, b.variance * scale_b
    variance = var_a + var_b
    if min(a.df, b.df) < LEAST_DF:
        return math.nan, min(a.df, b.df)
    if not variance > 0:
        return variance, a.df + b.df
    return variance, variance**2 / (var_a**2 / a.df + var_b**2 / b.df)


def around(
    value: float, variance: float, df: float, level: float = LEVEL, quantiles: Quantiles | None = None
) -> tuple[float, float]:
    """Two-sided interval by Student's t, or by quantiles that are further out; NaN where it cannot be had."""
    if not (variance >= 0 and df >= LEAST_DF):
        return NO_INTERVAL
    # SciPy takes as long to import as all the rest together: what reads a log starts before that.
    from scipy.special import stdtrit  # noqa: PLC0415  # as above

    student, error = float(stdtrit(df, (1 + level) / 2)), math.sqrt(variance)
    low, high = (-student, student) if quantiles is None else quantiles
    return value - max(high, student) * error, value - min(low, -student) * error
