"""The first request of each environment, which is where `init` and a lazy startup differ.

An experiment draws the arm before the environment serves anything, and each environment has one first
request, so the contrast is a plain difference of two means (Welch, Biometrika 34, 1947). A request that
failed or timed out counts with what its user waited. Environments that answered no first request are
counted by arm: where their share differs between the arms, those that did answer are not alike any more, and
the difference among them is only known within bounds (Lee, Review of Economic Studies 76, 2009): of the arm
that answered more often, the surplus is left out at one end of the times, and then at the other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from adapter.placement import PLACEMENTS, Placement
from telemetry.report.estimate.comparison import Comparison, Estimand, compare
from telemetry.report.estimate.deciding.population import Population
from telemetry.report.estimate.intervals import Estimate, ratios
from telemetry.report.estimate.smallest import Smallest
from telemetry.report.estimate.startup.unused import unused_units
from telemetry.report.estimate.strata import Means
from telemetry.report.read.columns import Flags, Vector
from telemetry.report.read.first_requests import ANSWERED, FAILED, FirstRequests
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.sums import Sums
from telemetry.report.read.totals import Totals
from telemetry.report.read.units import TIMED_OUT


@dataclass(frozen=True, slots=True)
class FirstAnswers:
    """What became of the first request of the environments of one arm."""

    placement: Placement
    environments: int
    answered: int
    failed: int
    timed_out: int
    unused: int
    """Started and never got a request."""
    unknown: int
    """Waited for an INIT of unknown length: in no mean of first requests."""


@dataclass(frozen=True, slots=True)
class AnsweredBounds:
    """Baseline minus `init`, ms, among environments that would have answered in either arm."""

    baseline: Placement
    answered_share: dict[Placement, float]
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class PerRequest:
    """A difference of first requests, shared out over all requests of the recorded traffic."""

    baseline: Placement
    requests_of_each: float
    """Requests of an environment, over all that served one; taken as recorded."""
    difference_ms: Estimate


@dataclass(frozen=True, slots=True)
class FirstRequestResults:
    """First and warm requests, compared."""

    comparisons: list[Comparison]
    """Of `first_request_ms`, then of `warm_request_ms`."""
    per_request: list[PerRequest]
    answers: list[FirstAnswers]
    bounds: list[AnsweredBounds]
    """Only where the arms answered different shares of the first requests."""


def first_request_results(
    ledger: Ledger, totals: Totals, means: Means, smallest: Smallest, population: Population
) -> FirstRequestResults:
    """Compare first requests, and warm ones; nothing where no single request is known.

    Args:
        ledger: Tells unused environments.
        totals: Holds first requests.
        means: The sums and strata that means are compared over.
        smallest: The smallest difference that matters.
        population: The environments that are compared, of which some may have served no request.
    """
    sums, widening = means.sums, population.widening
    if totals.firsts is None:
        return FirstRequestResults([], [], [], [])
    firsts = totals.firsts.only(sums.n > 0)
    first = _compared(means_of_first(totals.firsts, means), "first_request_ms", smallest, widening)
    warm_ms, warm_n = firsts.warm()
    of_warm = replace(means, ms=warm_ms, n=warm_n)
    unused = unused_units(ledger, totals) & population.counted
    answers = list(_answers(totals.sums, firsts, unused))
    return FirstRequestResults(
        comparisons=[*first, *_compared(of_warm, "warm_request_ms", smallest, widening)],
        per_request=[_per_request(one, firsts, sums) for one in first],
        answers=answers,
        bounds=[found for one in first for found in _bounds(one.baseline, answers, firsts, sums)],
    )


def means_of_first(firsts: FirstRequests, means: Means) -> Means:
    """Return the sums over first requests, of the environments that `means` is of."""
    of = firsts.only(means.sums.n > 0)
    return replace(means, ms=np.nan_to_num(of.ms), n=of.timed.astype(np.float64))


def _compared(means: Means, estimand: Estimand, smallest: Smallest, widening: float) -> list[Comparison]:
    arms = ratios(means.sums, means.ms, means.n)
    return compare(arms, estimand, means.pair, means.quantiles, smallest=smallest, widening=widening)


def _per_request(found: Comparison, firsts: FirstRequests, sums: Sums) -> PerRequest:
    of_each = float(sums.n[firsts.seen].sum()) / max(int(firsts.seen.sum()), 1)
    low, high = (None if bound is None else bound / of_each for bound in (found.low, found.high))
    return PerRequest(
        found.baseline, of_each, Estimate(found.difference_ms / of_each, low, high, found.level)
    )


def _answers(sums: Sums, firsts: FirstRequests, unused: Flags) -> Iterator[FirstAnswers]:
    """Count by arm what became of the environments that are compared."""
    for arm in PLACEMENTS:
        mine = sums.in_arm(arm)
        seen = mine & firsts.seen
        answered, failed, timed_out = (
            int((seen & (firsts.ended == how)).sum()) for how in (ANSWERED, FAILED, TIMED_OUT)
        )
        idle = int((mine & unused & ~firsts.seen).sum())
        if total := answered + failed + timed_out + idle:
            unknown = int((seen & ~firsts.timed).sum())
            yield FirstAnswers(arm, total, answered, failed, timed_out, idle, unknown)


def _bounds(
    baseline: Placement, answers: Sequence[FirstAnswers], firsts: FirstRequests, sums: Sums
) -> Iterator[AnsweredBounds]:
    """Bound the difference among answered first requests where the arms answered different shares."""
    arms: tuple[Placement, ...] = (baseline, "init")
    shares = {one.placement: one.answered / one.environments for one in answers if one.placement in arms}
    answered = firsts.timed & (firsts.ended == ANSWERED)
    ms = {arm: np.sort(firsts.ms[answered & sums.in_arm(arm)]) for arm in arms}
    if len(set(shares.values())) < 2 or not all(map(len, ms.values())):
        return
    least = min(shares.values())
    ends = {arm: _trimmed(ms[arm], 1 - least / shares[arm]) for arm in arms}
    (low, high), (init_low, init_high) = ends[baseline], ends["init"]
    yield AnsweredBounds(baseline, shares, low - init_high, high - init_low)


def _trimmed(ms: Vector, share: float) -> tuple[float, float]:
    """Return the mean without a share of the longest, and without that share of the shortest."""
    kept = max(1, len(ms) - round(share * len(ms)))
    return float(ms[:kept].mean()), float(ms[-kept:].mean())
