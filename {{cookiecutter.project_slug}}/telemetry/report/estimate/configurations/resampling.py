"""Resampled environments: what the means of a configuration would have been in another run.

Times are skewed and environments few, so Student's quantiles far out in the tails, which many intervals at
once need, are too small: with 30 environments of 8 requests, six configurations had all their t intervals
right in 89 of 100 simulated runs. The studentised bootstrap takes the quantiles from the data (Efron and
Tibshirani, An Introduction to the Bootstrap, 1993, section 12.5): environments are drawn with replacement,
and how far each resample's mean is from that of the run, in standard errors of its own, stands for how far
the run's is from the truth. (On the logarithm of the mean, upper limits of heavy tails had no end.)
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from telemetry.report.estimate.configurations.mixture import Mixture
from telemetry.report.read.columns import Vector

RESAMPLES: Final = 4_000
SEED: Final = 20_261_126
NOISE: Final = 1e-7
"""Of a mean: a smaller error is what rounding leaves where nothing varies."""
AT_ONCE: Final = 2_000_000
"""Numbers that are drawn at once."""


@dataclass(frozen=True, slots=True)
class Resampled:
    """A mean, its standard error, and how far resamples are from it in theirs."""

    value: float
    error: float
    t: Vector
    """One a resample; NaN where a resample has no variance."""

    def limits(self, lowest: float, highest: float) -> tuple[float, float]:
        """Return the interval of the mean, given the quantiles of `t` on both sides."""
        return max(0.0, self.value - highest * self.error), self.value - lowest * self.error

    def interval(self, level: float) -> tuple[float, float]:
        """Return the two-sided interval by itself."""
        return self.limits(*quantiles(self.t, self.t, level))


def quantiles(least: Vector, most: Vector, level: float) -> tuple[float, float]:
    """Return what so many resamples are between, as much below as above."""
    beyond = (1 - level) / 2
    lowest = float(np.nanquantile(least, beyond, method="inverted_cdf"))
    return lowest, float(np.nanquantile(most, 1 - beyond, method="inverted_cdf"))


def resampled(mixtures: Sequence[Mixture], seed: Sequence[int]) -> list[Resampled]:
    """Resample the environments of one configuration, the same ones in all its means.

    Args:
        mixtures: Means of at least two environments each.
        seed: Of the draws.
    """
    environments = len(mixtures[0][0][0].n)
    ones = np.ones((1, environments))
    whole = [_mean(mixture, ones) for mixture in mixtures]
    drawn: list[list[tuple[Vector, Vector]]] = [
        [_mean(mixture, counts) for mixture in mixtures] for counts in _counts(environments, seed)
    ]
    found = []
    for number, (value, error) in enumerate(whole):
        values, errors = (np.concatenate([batch[number][part] for batch in drawn]) for part in (0, 1))
        varies = errors > 0
        t: Vector = np.full(len(values), np.nan)
        t[varies] = (values[varies] - value[0]) / errors[varies]
        found.append(Resampled(float(value[0]), float(error[0]), t))
    return found


def _counts(environments: int, seed: Sequence[int]) -> Iterator[NDArray[np.float64]]:
    """Yield how often each environment is drawn, a row a resample."""
    random = np.random.default_rng(seed)
    rows = max(1, min(RESAMPLES, AT_ONCE // environments))
    for begin in range(0, RESAMPLES, rows):
        count = min(rows, RESAMPLES - begin)
        yield random.multinomial(environments, np.full(environments, 1 / environments), count).astype(
            np.float64
        )


def _mean(mixture: Mixture, counts: NDArray[np.float64]) -> tuple[Vector, Vector]:
    """Return the mean and its standard error for each row of counts.

    The error is that of the linearised mean (Cochran, Sampling Techniques, 1977, section 6.4).
    """
    environments = counts.sum(axis=1)
    value, columns, factors = np.zeros(len(counts)), [], []
    for of, weight in mixture:
        ms, n = counts @ of.ms, counts @ of.n
        with np.errstate(divide="ignore", invalid="ignore"):
            value, scale = value + weight * ms / n, weight / n
            columns += [of.ms, of.n]
            factors += [scale, -scale * ms / n]
    square = np.zeros(len(counts))
    for column, factor in zip(columns, factors, strict=True):
        for other, its in zip(columns, factors, strict=True):
            square += factor * its * (counts @ (column * other))
    error = np.sqrt(np.maximum(square, 0.0) * environments / (environments - 1))
    return value, np.where(error > NOISE * np.abs(value), error, 0.0)
