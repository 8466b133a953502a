"""The pool of a function, fitted to the lives of its environments.

Idle times and greatest ages are log-normal: a median and a spread each. Environments that were ended within
a known span are interval-censored, those that were used again or that may still live are right-censored; so
the likelihood needs no platform that says when it ends one. The parameters are weighed on a grid, first a
wide one, then one around its best.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from telemetry.report.choose.lives import Lives
from telemetry.report.read.columns import Flags, Numbers, Vector
from telemetry.workload import Pool

IDLE: Final = np.geomspace(60, 4 * 3600, 40)
SPREADS: Final = (0.02, 0.1, 0.2, 0.35, 0.6, 1.0)
AGES: Final = np.append(np.geomspace(1800, 48 * 3600, 16), np.inf)
AGE_SPREADS: Final = (0.02, 0.3)
AROUND: Final = np.geomspace(1 / 1.35, 1.35, 41)
"""Of the best median of the wide grid, on the narrow one; its neighbours are 1.15 times apart."""
AGES_AROUND: Final = np.geomspace(1 / 1.4, 1.4, 12)
SURPRISE: Final = 1e-3
"""Share of environments that may do anything: one of them alone rules out no pool."""
MOST: Final = 2000
"""Environments that are looked at, evenly over time: more say nothing new about five numbers."""
BINS: Final = np.geomspace(1, 7 * 86400, 800)
"""Where bins of gaps begin, seconds."""
LIGHTEST: Final = 1e-6
"""Weight, of that of the best, below which a pool is left out."""
AS_LIKELY: Final = math.exp(-1.92)
"""Ratio of likelihoods above which a pool is not rejected for another with one number more, at 5 %."""
FEWEST: Final = 20
"""Environments that must have been ended: fewer say nothing of when."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Pools with their weights, best first."""

    pools: Sequence[Pool]
    weights: Vector
    ended: int
    """Environments of which the end is bounded."""

    @property
    def best(self) -> Pool:
        """The pool with the largest weight."""
        return self.pools[0]

    def draws(self, count: int, random: np.random.Generator) -> list[Pool]:
        """Draw pools by their weights."""
        chosen = random.choice(len(self.pools), count, p=self.weights)
        return [self.pools[number] for number in chosen]


def given(pool: Pool) -> Fit:
    """Return a pool that somebody names as if it had been fitted, to as many environments as are enough."""
    return Fit([pool], np.ones(1), FEWEST)


def fitted(lives: Lives, other: Pool) -> Fit:
    """Fit idle times and ages; what else a pool is, is taken from another one."""
    lives, gaps = _fewer(lives), _binned(lives.gaps)
    wide = _weighed(lives, gaps, (IDLE, AGES), other)
    best = wide.best
    ages = np.append(AGES_AROUND * best.age, np.inf) if best.age < math.inf else AGES
    return _without_an_age_unless_seen(_weighed(lives, gaps, (AROUND * best.idle, ages), other))


def _without_an_age_unless_seen(fit: Fit) -> Fit:
    """Put a pool without an age limit first where a limit explains the lives no better.

    Limits above all ages that were seen are as likely as none: of these the first is no finding.
    """
    plain = next((number for number, pool in enumerate(fit.pools) if math.isinf(pool.age)), None)
    if plain is None or fit.weights[plain] < AS_LIKELY * fit.weights[0]:
        return fit
    order = [plain, *(number for number in range(len(fit.pools)) if number != plain)]
    return replace(fit, pools=[fit.pools[number] for number in order], weights=fit.weights[order])


def _fewer(lives: Lives) -> Lives:
    """Leave out environments beyond `MOST`."""
    count = len(lives.age)
    if count <= MOST:
        return lives
    kept = np.linspace(0, count - 1, MOST).astype(np.int64)
    return replace(lives, age=lives.age[kept], idle_from=lives.idle_from[kept], idle_to=lives.idle_to[kept])


def _weighed(lives: Lives, gaps: Numbers, grid: tuple[Vector, Vector], other: Pool) -> Fit:
    idle, ages = grid
    bounded = np.isfinite(lives.idle_to)
    tried: list[tuple[float, float, float, float]] = []
    likelihoods = []
    aged = list(_ages(lives, ages, bounded))
    for spread in SPREADS:
        used_again = _used_again(gaps, idle, spread)
        before = _survival(lives.idle_from[bounded], idle, spread)
        after = _survival(lives.idle_to[bounded], idle, spread)
        for age in aged:
            ended = _log(before * age.before - after * age.after).sum(axis=1)
            likelihoods.append(used_again + ended + age.reached)
            tried += [(at, spread, age.median, age.spread) for at in idle.tolist()]
    kept, weights = _ranked(np.concatenate(likelihoods))
    pools = [
        replace(other, idle=at, spread=spread, age=age, age_spread=age_spread)
        for at, spread, age, age_spread in (tried[number] for number in kept.tolist())
    ]
    return Fit(pools, weights, int(bounded.sum()))


class _Age(NamedTuple):
    """A greatest age, and how well it goes with the lives."""

    median: float
    spread: float
    reached: float
    """Logarithm of the likelihood of the ages that environments had when they were last used."""
    before: Vector
    """By environment whose end is bounded: of those as old, the share that outlasts the lower bound."""
    after: Vector
    """The same of the upper bound."""


def _ages(lives: Lives, ages: Vector, bounded: Flags) -> Iterator[_Age]:
    old = lives.age, (lives.age + lives.idle_from)[bounded], (lives.age + lives.idle_to)[bounded]
    for age in ages.tolist():
        for spread in AGE_SPREADS if age < math.inf else AGE_SPREADS[:1]:
            reached, before, after = (_survival(seen, np.asarray([age]), spread)[0] for seen in old)
            of = np.maximum(reached[bounded], 1e-12)
            yield _Age(age, spread, float(_log(reached).sum()), before / of, after / of)


def _binned(gaps: Vector) -> Numbers:
    """Count gaps by bin; those under a second tell nothing of times that are minutes."""
    long = gaps[gaps >= BINS[0]]
    step = math.log(BINS[1] / BINS[0])
    bins = np.minimum((np.log(long / BINS[0]) / step).astype(np.int64), len(BINS) - 1)
    return np.bincount(bins, minlength=len(BINS))


def _used_again(counts: Numbers, idle: Vector, spread: float) -> Vector:
    """Return, by median idle time, the likelihood of all gaps after which environments were used."""
    some = counts > 0  # an environment was idle for at least as long as its bin begins
    found: Vector = (_log(_survival(BINS[some], idle, spread)) * counts[some]).sum(axis=1)
    return found


def _survival(times: Vector, medians: Vector, spread: float) -> NDArray[np.float64]:
    """Return the share of log-normal times that outlast others: a row for each median."""
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = (np.log(times)[None, :] - np.log(medians)[:, None]) / spread
    found: NDArray[np.float64] = ndtr(-np.where(np.isnan(logs), -np.inf, logs))
    return found


def _log(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.log((1 - SURPRISE) * np.clip(shares, 0, 1) + SURPRISE / 2)
    return found


def _ranked(likelihoods: Vector) -> tuple[Numbers, Vector]:
    """Return which pools have a weight that counts, best first, and the weights."""
    order = np.argsort(-likelihoods, kind="stable")
    weights = np.exp(likelihoods[order] - likelihoods[order[0]])
    kept = weights > LIGHTEST
    return order[kept], weights[kept] / weights[kept].sum()
