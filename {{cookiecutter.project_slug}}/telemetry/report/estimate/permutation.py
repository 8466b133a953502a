"""Quantiles of a difference as chance alone would make it: the assignment of arms, drawn again.

Student's quantiles are right where the arms are as large as each other, or their errors are normal. Weights
of 90 to 10 and a few very long requests are neither: the small arm seldom has one of these and the large one
has some, so the small arm looks faster than it is, with a variance that is too small. In an experiment chance
assigned each environment to its arm, so the distribution of the difference need not be assumed. Environments
are dealt out to the arms again and again, within their stratum, and each time the difference is divided by
its own standard error. That division makes the quantiles right for arms whose variances differ too, with many
environments (Janssen, Studentized permutation tests for non-i.i.d. hypotheses and the generalized
Behrens-Fisher problem, Statistics & Probability Letters 36, 1997; Chung and Romano, Exact and asymptotically
robust permutation tests, Annals of Statistics 41, 2013; for strata and averages over them Wu and Ding,
Randomization tests for weak null hypotheses in randomized experiments, JASA 116, 2021).

That holds for the tails only as far as both arms have the same shape. An arm that fails fast in some requests
has not: it lends the other one short requests that this has not had, and moves the quantiles the wrong way.
So at each end the quantile that is further out is taken, this one or Student's. Simulated at 90 to 10 with a
heavy tail, first requests are then held in 96.1 % where nothing differs, and in 94.0 % where one in twenty of
the larger arm fails at once (94.1 and 92.8 % by these quantiles alone, 92.0 and 93.2 % by Student's).

Where Student's quantiles are right, nothing is drawn. What moves the tails
of a studentised difference is its skewness, and the first term of that is known (Hall, The Bootstrap and
Edgeworth Expansion, 1992, section 2.6): it is small in arms of equal size, where it cancels, in large ones,
and without a heavy tail.

What is dealt out are deviations from the mean of the own arm, so that a difference between the arms is in
them no more. The interval follows as that of a bootstrap-t does: its ends are the difference minus these
quantiles, times its standard error (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, section
12.5).
"""

import math
import zlib
from collections.abc import Sequence
from statistics import NormalDist
from typing import Final, NamedTuple

import numpy as np
from numpy.random import Generator

from telemetry.report.estimate.jackknife import LEVEL, Quantiles
from telemetry.report.read.columns import Flags, Vector

DRAWS: Final = 1_999
"""With so many, a tail of 2.5 % ends exactly at the fiftieth."""
SEED: Final = 20_261_128
"""With what is dealt out: the same records give the same interval, others have draws of their own. What is
missed by drawing so often and no oftener would else be the same for all.
"""
MOST_ENVIRONMENTS: Final = 1_000
"""Of the smaller arm: beyond that Student's quantiles take over, as dealing out would take seconds. They are
then wrong in 5.7 % at 90 to 10 and in 4.5 % at 50 to 50 (simulated, with first requests of heavy tail).
"""
MOST_MOVED: Final = 0.005
"""Share of experiments by which skewness may move a tail of 2.5 % without anything being dealt out."""
CELLS: Final = 2**21
"""Environments times draws that are dealt out at once: 8 MiB."""


class Block(NamedTuple):
    """The environments of two arms in one stratum."""

    weight: float
    """Of the stratum in the difference."""
    ms: Vector
    n: Vector
    baseline: Flags
    """Whether it is of the baseline's arm."""


def permuted_quantiles(blocks: Sequence[Block], draws: int = DRAWS) -> Quantiles | None:
    """Return the quantiles of the difference over its standard error at both ends of `LEVEL`.

    Args:
        blocks: The strata that are compared, with two environments of either arm or more.
        draws: How often environments are dealt out.

    Returns:
        None where Student's are as right, and where there are too many environments, or too few to tell a
        quantile.
    """
    baselines = sum(int(block.baseline.sum()) for block in blocks)
    others = sum(len(block.n) for block in blocks) - baselines
    deviations = list(map(_deviations, blocks))
    if min(baselines, others) > MOST_ENVIRONMENTS or _moved(blocks, deviations) <= MOST_MOVED:
        return None
    tables = [_sorted(ms, block.n) for ms, block in zip(deviations, blocks, strict=True)]
    random = np.random.default_rng((SEED, *map(_checksum, tables)))
    value, variance = np.zeros(draws), np.zeros(draws)
    for block, table in zip(blocks, tables, strict=True):
        more, its_variance = _dealt(table, int(block.baseline.sum()), draws, random)
        value += block.weight * more
        variance += block.weight**2 * its_variance
    with np.errstate(divide="ignore", invalid="ignore"):
        over_error = np.where(value == 0, 0.0, value / np.sqrt(variance))
    low, high = np.quantile(over_error, ((1 - LEVEL) / 2, (1 + LEVEL) / 2), method="weibull")
    return Quantiles(float(low), float(high)) if np.isfinite(low) and np.isfinite(high) else None


def _moved(blocks: Sequence[Block], deviations: Sequence[Vector]) -> float:
    """Return by how much skewness moves a tail, to first order, if both arms have the same distribution."""
    variance = third = 0.0
    for block, ms in zip(blocks, deviations, strict=True):
        for mine, sign in ((block.baseline, 1), (~block.baseline, -1)):
            share = block.weight / float(block.n[mine].sum())
            variance += float(mine.sum()) * share**2 * float((ms**2).mean())
            third += sign * float(mine.sum()) * share**3 * float((ms**3).mean())
    if not variance > 0:
        return 0.0
    normal = NormalDist().inv_cdf((1 + LEVEL) / 2)
    density = math.exp(-(normal**2) / 2) / math.sqrt(2 * math.pi)
    return float(abs(third) / variance**1.5 * (2 * normal**2 + 1) / 6 * density)


def _checksum(table: Vector) -> int:
    """Return a number that is another one for other environments; what rounding did to sums is not in it."""
    return zlib.crc32((np.round(table[:, :2], 3) + 0.0).tobytes())


def _dealt(table: Vector, baselines: int, draws: int, random: Generator) -> tuple[Vector, Vector]:
    """Return the difference of one stratum and its variance, by draw."""
    count = len(table)
    few = _sums(table, min(baselines, count - baselines), draws, random)
    many = table.sum(axis=0) - few
    of_baseline, of_init = (few, many) if 2 * baselines <= count else (many, few)
    left, left_variance = _ratio(of_baseline, baselines)
    right, right_variance = _ratio(of_init, count - baselines)
    return left - right, left_variance + right_variance


def _deviations(block: Block) -> Vector:
    """Return what each environment took beyond the mean of its arm."""
    found = np.empty(len(block.n))
    for mine in (block.baseline, ~block.baseline):
        found[mine] = block.ms[mine] - block.ms[mine].sum() / block.n[mine].sum() * block.n[mine]
    return found


def _sorted(ms: Vector, n: Vector) -> Vector:
    """Return what the sums of an arm need, a row each; in an order that is not that of the log's lines."""
    rows = np.stack((ms, n, ms * ms, ms * n, n * n), axis=1)
    return rows[np.lexsort((n, ms))]


def _sums(table: Vector, size: int, draws: int, random: Generator) -> Vector:
    """Sum up so many rows, drawn without replacement, by draw."""
    at_once = max(1, CELLS // len(table))
    parts = [min(at_once, draws - begin) for begin in range(0, draws, at_once)]
    return np.concatenate([_drawn(table, size, part, random) for part in parts])


def _drawn(table: Vector, size: int, draws: int, random: Generator) -> Vector:
    """Do so for some draws at once, each by a shuffle of its own (Fisher and Yates)."""
    orders = np.tile(np.arange(len(table), dtype=np.int32), (draws, 1))
    places, begins = orders.reshape(-1), np.arange(draws) * len(table)  # one index takes half the time of two
    found = np.zeros((draws, table.shape[1]))
    for place in range(size):
        other = random.integers(place, len(table), draws) + begins
        found += table.take(places.take(other), axis=0)
        places[other] = orders[:, place]
    return found


def _ratio(sums: Vector, environments: int) -> tuple[Vector, Vector]:
    """Return ratios and their linearised variances; for equal n these are what the jackknife gives."""
    ms, n, squares, products, n_squares = sums.T
    ratio = ms / n
    left = np.maximum(squares - 2 * ratio * products + ratio**2 * n_squares, 0.0)
    return ratio, left / n**2 * environments / (environments - 1)
