"""Twenty published measurements of AWS Lambda, forecast with whole regions of rate held out.

The measurements are of about 2020, Poisson arrivals at a fixed rate, published with SimFaaS (N. Mahmoudi and
H. Khazaei, "SimFaaS: A Performance Simulator for Serverless Computing Platforms", 2021; data MIT licensed).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from telemetry.report.choose.levels import levels_of
from telemetry.report.choose.walk import walk
from telemetry.report.read.columns import Flags, Vector
from telemetry.workload import Pool


class Point(NamedTuple):
    """Requests a second, mean ms of a warm and a cold request, share of cold ones, its standard error."""

    rate: float
    warm_ms: float
    cold_ms: float
    share: float
    error: float


POINTS: Final = (
    Point(0.001863, 1955.0, 2563.4, 0.3429883, 0.0317635),
    Point(0.002458, 1954.2, 2462.8, 0.2108281, 0.0370852),
    Point(0.002882, 1952.4, 2536.1, 0.1454311, 0.0241807),
    Point(0.003453, 1959.8, 2430.1, 0.1100981, 0.0228016),
    Point(0.004248, 1958.3, 2397.8, 0.0794801, 0.0123934),
    Point(0.005725, 1951.7, 2358.6, 0.0382848, 0.0061700),
    Point(0.007851, 1969.6, 2422.0, 0.0338214, 0.0051956),
    Point(0.016384, 1959.4, 2340.9, 0.0195526, 0.0021372),
    Point(0.050120, 1967.1, 2192.3, 0.0085421, 0.0009361),
    Point(0.099871, 1972.6, 2310.1, 0.0059491, 0.0006805),
    Point(0.100377, 1975.9, 2244.1, 0.0056585, 0.0004158),
    Point(0.198076, 1986.1, 2302.0, 0.0037243, 0.0002753),
    Point(0.301791, 1991.7, 2270.8, 0.0029395, 0.0001999),
    Point(0.397486, 1997.8, 2180.5, 0.0020846, 0.0001374),
    Point(0.499673, 2006.7, 2152.4, 0.0019133, 0.0000975),
    Point(0.595606, 2002.4, 2208.7, 0.0017559, 0.0000687),
    Point(0.697266, 2012.7, 2183.5, 0.0017512, 0.0001138),
    Point(0.797943, 2015.5, 2182.8, 0.0015602, 0.0000624),
    Point(0.902459, 2016.0, 2163.4, 0.0015134, 0.0000664),
    Point(1.000533, 2021.7, 2172.5, 0.0013070, 0.0000814),
)
REGIONS: Final[Mapping[str, slice]] = {
    "4 slowest": slice(0, 4),
    "8 middle": slice(4, 12),
    "8 fastest": slice(12, 20),
}
IDLE: Final = tuple(range(540, 760, 20))
"""Seconds."""
AGE: Final = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0, 8.0, math.inf)
"""Hours."""
SPREAD_OF_TIMES: Final = 0.05
"""Coefficient of variation of service times: those of one function that always does the same."""
MISSES: Final = 4000
"""Cold starts to simulate at each point."""
FIXED: Final = Pool(600.0)
FOUR_HOURS: Final = Pool(630.0, age=4 * 3600.0)
"""The best of a grid that begins at two hours, with another simulation: beside the one that is published."""
QUANTILE: Final = 1.959964
ERRORS: Final = np.linspace(0.0, 0.4, 81)
"""Standard deviations of the logarithm that the model's own error may have."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """Of one held-out point; `sd` is of the logarithm, the measurement's own error included."""

    region: str
    point: Point
    share: float
    sd: float

    @property
    def relative_error(self) -> float:
        """Of the share."""
        return abs(self.share / self.point.share - 1)

    @property
    def score(self) -> float:
        """Interval score (Gneiting and Raftery, 2007) of the 95 % interval of the logarithm."""
        beyond = abs(math.log(self.point.share / self.share)) - QUANTILE * self.sd
        return 2 * QUANTILE * self.sd + (2 / 0.05) * max(0.0, beyond)


def grid() -> list[Pool]:
    """Return the pools that are tried."""
    return [Pool(float(idle), age=hours * 3600) for idle in IDLE for hours in AGE]


def shares(pools: Sequence[Pool], point: Point, seed: int) -> Vector:
    """Simulate the share of cold starts at one point, by pool, on the same arrivals."""
    random = np.random.default_rng(seed)
    count = math.ceil(MISSES / point.share)
    at = np.cumsum(random.exponential(1 / point.rate, count))
    busy = np.maximum(0.001, random.normal(1.0, SPREAD_OF_TIMES, count)) * point.warm_ms / 1000
    levels = levels_of(at, busy)
    return np.asarray([len(walk(pool, levels, random)) / count for pool in pools])


def agreement(found: Vector) -> tuple[float, int, float]:
    """Return how one pool agrees with all points.

    Args:
        found: Simulated shares, by point.

    Returns:
        The mean relative error, how many points are inside 1.96 of their standard errors, and chi-square.
    """
    measured = np.asarray([point.share for point in POINTS])
    off = (found - measured) / np.asarray([point.error for point in POINTS])
    return (
        float(np.abs(found / measured - 1).mean()),
        int((np.abs(off) < QUANTILE).sum()),
        float((off**2).sum()),
    )


def held_out(found: Vector) -> list[Forecast]:
    """Forecast each region from the points of the other two.

    Args:
        found: Simulated shares, a row for each pool to choose from and a column for each point.
    """
    return [one for name, region in REGIONS.items() for one in _forecasts(found, name, region)]


def _forecasts(found: Vector, name: str, region: slice) -> list[Forecast]:
    logs = np.log(found)
    observed = np.log([point.share for point in POINTS])
    errors = np.asarray([point.error / point.share for point in POINTS])
    known: Flags = np.ones(len(POINTS), np.bool_)
    known[region] = False
    weights, model = _posterior(logs[:, known], observed[known], errors[known])
    mean = weights @ logs
    variance = weights @ (logs - mean) ** 2
    return [
        Forecast(name, POINTS[i], math.exp(mean[i]), math.sqrt(variance[i] + model**2 + errors[i] ** 2))
        for i in np.flatnonzero(~known)
    ]


def _posterior(logs: Vector, observed: Vector, errors: Vector) -> tuple[Vector, float]:
    """Weigh pools, and estimate the model's own error, by the likelihood of the logarithms."""
    squares = (logs - observed) ** 2
    variance = errors**2 + ERRORS[:, None] ** 2
    likelihood = -0.5 * (squares @ (1 / variance).T + np.log(variance).sum(axis=1))
    weights = np.exp(likelihood - likelihood.max())
    weights /= weights.sum()
    return weights.sum(axis=1), float(np.sqrt(weights.sum(axis=0) @ ERRORS**2))
