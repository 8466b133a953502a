"""What an option does: cold share, latency and dollars a month, each with an interval."""

from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from telemetry.prices import MONTH, Prices, Usage, dollars
from telemetry.report.choose.blocks import weights
from telemetry.report.choose.dynamics import Dynamics
from telemetry.report.choose.options import Option
from telemetry.report.choose.times import STEP, Times, quantiles
from telemetry.report.estimate.intervals import Estimate
from telemetry.report.estimate.jackknife import LEVEL
from telemetry.report.read.columns import Vector

REPLICATES: Final = 400
QUANTILES: Final = np.asarray([0.5, 0.95, 0.99])
LEAST: Final = 0.05
"""Share of the recorded requests that a coming period has at least."""
BOUNDS: Final = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)


class Samples(NamedTuple):
    """What a period may bring, drawn again and again; the first of each is the forecast itself.

    Of all options that are forecast with one seed the same chance at the same place, so that they can be
    compared place by place.
    """

    cold_share: Vector
    p50_ms: Vector
    p95_ms: Vector
    p99_ms: Vector
    dollars: Vector | None
    """A month; None where a price is not known."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one option."""

    option: Option
    samples: Samples
    certain: bool = True
    """False for traffic that was never seen: it has no interval."""

    @property
    def cold_share(self) -> Estimate:
        """Share of the requests that wait for INIT."""
        return self._estimate(self.samples.cold_share)

    @property
    def p50_ms(self) -> Estimate:
        """Median of what users wait."""
        return self._estimate(self.samples.p50_ms)

    @property
    def p95_ms(self) -> Estimate:
        """Of what users wait."""
        return self._estimate(self.samples.p95_ms)

    @property
    def p99_ms(self) -> Estimate:
        """Of what users wait."""
        return self._estimate(self.samples.p99_ms)

    @property
    def dollars(self) -> Estimate | None:
        """A month; None where a price is not known."""
        return None if self.samples.dollars is None else self._estimate(self.samples.dollars)

    def _estimate(self, values: Vector) -> Estimate:
        found = _estimate(values)
        return found if self.certain else Estimate(found.value, None, None, found.level)


@dataclass(frozen=True, slots=True)
class Setting:
    """What all options share."""

    prices: Prices
    seconds: float
    """Of the traffic that was replayed."""
    error: float
    """The model's own, as the standard deviation of the logarithm of a number of cold starts."""
    seed: int


@dataclass(frozen=True, slots=True)
class _Sums:
    """Of the traffic, for each replicate; the first is the forecast itself."""

    requests: Vector
    born: Vector
    waited: Vector
    provisioned: Vector


def forecast(option: Option, dynamics: Dynamics, setting: Setting) -> Outcome:
    """Forecast one option."""
    sums = _sums(dynamics, setting.error, np.random.default_rng(setting.seed))
    # Each with a seed of its own, so that options with the same times draw the same environments.
    random, other, third = (np.random.default_rng((setting.seed, number)) for number in range(3))
    errors = third.standard_normal((REPLICATES, 2)) * option.error
    warm, warm_seconds = _stretched(_resampled(option.times.warm, random), errors[:, 0])
    late, late_seconds = _stretched(_resampled(option.times.held_up, other), errors[:, 1])
    share = np.minimum(1.0, sums.waited / sums.requests)
    parts, extra = [(share, late), (1 - share, warm)], np.zeros_like(share)
    if option.late is not None:
        parts, extra = _lazily(option, sums, share, warm, late)
    found = quantiles(np.sum([weight[:, None] * bins for weight, bins in parts], axis=0), QUANTILES)
    bill = _bill(option, dynamics, setting, sums, (warm_seconds, late_seconds, extra))
    return Outcome(option, Samples(share, found[:, 0], found[:, 1], found[:, 2], bill))


def cold_share(dynamics: Dynamics, setting: Setting) -> Estimate:
    """Forecast the share of requests that wait for INIT."""
    sums = _sums(dynamics, setting.error, np.random.default_rng(setting.seed))
    return _estimate(np.minimum(1.0, sums.waited / sums.requests))


def _sums(dynamics: Dynamics, error: float, random: np.random.Generator) -> _Sums:
    blocks = len(dynamics.requests)
    by_block = np.vstack([np.ones(blocks), weights(blocks, REPLICATES, random)])
    draw = random.integers(0, len(dynamics.born), REPLICATES)
    missed = np.exp(error * random.standard_normal(REPLICATES))
    mean = dynamics.born.mean(axis=0)
    born = np.append(mean.sum(), (by_block[1:] * dynamics.born[draw]).sum(axis=1) * missed)
    waited = np.append(dynamics.waited.mean(), dynamics.waited[draw])
    requests = _floored(by_block @ dynamics.requests)
    counts = _counted(np.maximum(0.0, born), random)
    provisioned = np.clip(by_block @ dynamics.provisioned, 0.0, requests)
    return _Sums(requests, counts, counts * waited, provisioned)


def _floored(requests: Vector) -> Vector:
    """Let no period be nearly without requests."""
    return np.asarray(np.maximum(requests, LEAST * requests[0]), np.float64)


def _counted(expected: Vector, random: np.random.Generator) -> Vector:
    """Let chance count: a coming period has a whole number of cold starts."""
    return np.append(expected[:1], random.poisson(expected[1:]).astype(np.float64))


def _resampled(times: Times, random: np.random.Generator) -> tuple[NDArray[np.float64], Vector]:
    """Resample environments; the first row is of all of them as they were."""
    groups = times.groups
    drawn = random.multinomial(groups, np.full(groups, 1 / groups), size=REPLICATES)
    empty = (drawn @ times.counts.sum(axis=1)) == 0
    drawn[empty] = 1
    return times.weighed(np.vstack([np.ones(groups), drawn]).astype(np.float64))


def _stretched(
    drawn: tuple[NDArray[np.float64], Vector], errors: Vector
) -> tuple[NDArray[np.float64], Vector]:
    """Make times longer or shorter by errors of their logarithms; the first row stays as it is."""
    if not errors.any():
        return drawn
    bins, seconds = drawn
    errors = np.append(0.0, errors)
    moved = np.arange(bins.shape[1]) - np.rint(errors / STEP).astype(np.int64)[:, None]
    inside = (moved >= 0) & (moved < bins.shape[1])
    found = np.take_along_axis(bins, np.clip(moved, 0, bins.shape[1] - 1), axis=1)
    return np.where(inside, found, 0.0), seconds * np.exp(errors)


def _lazily(
    option: Option, sums: _Sums, share: Vector, warm: NDArray[np.float64], held_up: NDArray[np.float64]
) -> tuple[list[tuple[Vector, NDArray[np.float64]]], Vector]:
    """Let the first request that uses a lazily loaded resource wait for it."""
    touched, seconds = option.late or (0.0, 0.0)
    later = np.minimum(1 - share, touched * sums.born / sums.requests)
    slow = Times(warm, np.zeros(len(warm))).longer(1000 * seconds).counts
    return [(share, held_up), (later, slow), (1 - share - later, warm)], touched * sums.born * seconds


def _bill(
    option: Option, dynamics: Dynamics, setting: Setting, sums: _Sums, seconds: tuple[Vector, Vector, Vector]
) -> Vector | None:
    warm, held_up, extra = seconds
    month, gb = MONTH / setting.seconds, option.arm.memory_mb / 1024
    snapstart = option.arm.snapstart
    on_demand = sums.requests - sums.provisioned - sums.waited
    init = np.maximum(0.0, held_up - warm)
    busy = on_demand * warm + sums.waited * held_up + (sums.born - sums.waited) * init + extra
    found = [
        dollars(
            setting.prices,
            Usage(
                requests=sums.requests[i] * month,
                seconds=max(0.0, busy[i]) * month,
                gb=gb,
                provisioned_seconds=dynamics.provisioned_seconds * month,
                provisioned_busy_seconds=sums.provisioned[i] * warm[i] * month,
                cached_seconds=MONTH if snapstart else 0.0,
                restores=sums.born[i] * month if snapstart else 0.0,
            ),
        )
        for i in range(len(busy))
    ]
    known = [one for one in found if one is not None]
    return np.asarray(known) if len(known) == len(found) else None


def _estimate(values: Vector) -> Estimate:
    """Take the first as the forecast, and the rest for its interval, which holds it."""
    low, high = np.quantile(values[1:], BOUNDS)
    first = float(values[0])
    return Estimate(first, min(first, float(low)), max(first, float(high)), LEVEL)


def relative(outcomes: list[Outcome], base: Outcome) -> list[Outcome]:
    """Return outcomes with times and dollars as shares of one of them: of a lab run no more can be told."""
    return [replace(one, samples=_divided(one.samples, base.samples)) for one in outcomes]


def _divided(one: Samples, base: Samples) -> Samples:
    known = None if one.dollars is None or base.dollars is None else one.dollars / base.dollars
    return Samples(
        one.cold_share,
        one.p50_ms / base.p50_ms,
        one.p95_ms / base.p95_ms,
        one.p99_ms / base.p99_ms,
        known,
    )
