"""How the interval of the answer narrowed, as environments were born.

Each look takes the environments that were born until then, with all that they served: it shows what more of
them add, and is not what a report said at that time. Without a declared size the intervals are those of the
confidence sequence, which hold at all looks at once; else each holds for one look alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np

from adapter.placement import Placement
from telemetry.report.estimate.compared import Compared
from telemetry.report.estimate.comparison import Comparison, Estimand, compare
from telemetry.report.estimate.deciding.lazy_contrast import deciding_contrast
from telemetry.report.estimate.deciding.population import births_of
from telemetry.report.estimate.deciding.sequence import widening
from telemetry.report.estimate.first_request import means_of_first
from telemetry.report.estimate.intervals import ratios
from telemetry.report.estimate.permutation import DRAWS
from telemetry.report.estimate.strata import Means
from telemetry.report.read.columns import Vector
from telemetry.report.read.evidence import Evidence
from telemetry.report.read.first_requests import FirstRequests

LOOKS: Final = 24
"""At most so many, at even numbers of environments."""
FEWEST_LOOKS: Final = 3
"""With fewer there is nothing to see."""
FEWER_DRAWS: Final = 499
"""For looks before the last one: an end of theirs is then known to some 7 % of the interval's half width."""


@dataclass(frozen=True, slots=True)
class Look:
    """The difference over the environments that were born until then; above 0, keeping the lifespan saves."""

    at: float
    """Unix milliseconds of the last birth."""
    environments: int
    """Of both arms."""
    difference_ms: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The looks at one comparison, in order of birth."""

    baseline: Placement
    estimand: Estimand
    any_time: bool
    """The intervals hold at all looks at once."""
    looks: list[Look]


def narrowing_of(evidence: Evidence, compared: Compared) -> Narrowing | None:
    """Follow the comparison that answers whether to start up in INIT or lazily, else the first one.

    None where chance did not assign the arms, births are not known, environments are not complete although
    no size was declared, or there are too few looks.
    """
    answer = deciding_contrast(compared.comparisons) or next(iter(compared.comparisons), None)
    population = compared.population
    if answer is None or answer.low is None or not population.randomised or population.rule == "incomplete":
        return None
    means = _means(answer, evidence.totals.firsts, compared.means)
    born = births_of(evidence)
    if means is None or np.isnan(born[means.n > 0]).any():
        return None
    sequence = population.rule == "in order of birth"
    looks = list(_looks(answer, means, born, sequence=sequence))
    return (
        Narrowing(answer.baseline, answer.estimand, sequence, looks) if len(looks) >= FEWEST_LOOKS else None
    )


def _means(answer: Comparison, firsts: FirstRequests | None, means: Means) -> Means | None:
    """Return the sums of what the comparison is of; None where no single request is known."""
    if answer.estimand != "first_request_ms":
        return means
    return None if firsts is None else means_of_first(firsts, means)


def _looks(answer: Comparison, means: Means, born: Vector, *, sequence: bool) -> Iterator[Look]:
    arms = means.sums.in_arm(answer.baseline) | means.sums.in_arm("init")
    births = np.sort(born[arms & (means.n > 0)])
    for count in _counts(len(births)):
        until = births[count - 1]
        some = born <= until
        wide = widening(int((some & (means.sums.n > 0)).sum())) if sequence else 1.0
        draws = DRAWS if count == len(births) else FEWER_DRAWS
        found = _at(replace(means, ms=means.ms * some, n=means.n * some), answer, wide, draws)
        if found is not None and found.low is not None and found.high is not None:
            yield Look(float(until), count, found.difference_ms, found.low, found.high)


def _counts(births: int) -> Sequence[int]:
    steps = min(LOOKS, births)
    return sorted({round(births * (step + 1) / steps) for step in range(steps)})


def _at(means: Means, answer: Comparison, wide: float, draws: int) -> Comparison | None:
    arms, quantiles = ratios(means.sums, means.ms, means.n), partial(means.quantiles, draws=draws)
    found = compare(arms, answer.estimand, means.pair, quantiles, widening=wide)
    return next((one for one in found if one.baseline == answer.baseline), None)
