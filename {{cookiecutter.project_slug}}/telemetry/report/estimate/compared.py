"""The arms, compared over one population in everything that is compared."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from adapter.placement import Placement
from telemetry.report.estimate.comparison import Comparison, Estimand, compare
from telemetry.report.estimate.deciding.completeness import LeftOut, shown
from telemetry.report.estimate.deciding.failures import (
    FailureDifference,
    FailureShare,
    failure_differences,
    share_of,
)
from telemetry.report.estimate.deciding.population import Population
from telemetry.report.estimate.deciding.unplaced import FAILED, Bounds, bounds_of
from telemetry.report.estimate.first_request import FirstRequestResults, first_request_results
from telemetry.report.estimate.intervals import ratios
from telemetry.report.estimate.percentiles import PercentileDifference, percentile_differences
from telemetry.report.estimate.smallest import Smallest
from telemetry.report.estimate.strata import Means
from telemetry.report.read.evidence import Evidence
from telemetry.report.read.strata import strata_of
from telemetry.report.read.sums import Sums
from telemetry.report.read.totals import Totals


@dataclass(frozen=True, slots=True)
class Compared:
    """How the arms are compared, and what that gives: for each baseline and estimand."""

    population: Population
    means: Means
    """Of user-visible ms."""
    comparisons: list[Comparison]
    first_requests: FirstRequestResults
    failures: list[FailureShare]
    failure_differences: list[FailureDifference]
    percentiles: list[PercentileDifference]
    bounds: list[Bounds]


def compared_in(evidence: Evidence, population: Population, smallest: Smallest) -> Compared:
    """Compare arms over one population, in everything that is compared."""
    totals = evidence.totals
    served, wide = totals.sums.only(population.counted), population.widening
    sums = served if totals.not_warm is None else totals.even().only(population.counted)
    strata = strata_of(evidence.ledger, sums)
    stratified = len(strata.found) > 1 and population.randomised
    # A lab run has arms of equal size, and ends by the width of Student's interval.
    permuted = population.randomised and not evidence.ledger.labs
    means = Means(sums, sums.user, sums.timed, strata, stratified, permuted)
    comparisons = []
    estimands: dict[Estimand, Means] = {
        "user_visible_ms": means,
        "billed_ms": replace(means, ms=sums.billed, n=sums.billed_n),
    }
    for estimand, of in estimands.items():
        arms = ratios(sums, of.ms, of.n)
        comparisons += compare(arms, estimand, of.pair, of.quantiles, smallest=smallest, widening=wide)
    failed = Means(served, served.failed, served.n, strata, stratified)
    shares = ratios(served, served.failed, served.n)
    first = first_request_results(evidence.ledger, totals, means, smallest, population)
    counted = comparisons if sums is served else [_counted(found, served) for found in comparisons]
    visible = [found for found in counted if found.estimand == "user_visible_ms"]
    return Compared(
        population=population,
        means=means,
        comparisons=[*counted, *first.comparisons],
        first_requests=first,
        failures=[share_of(arm, of) for arm, of in shares.items() if of.n],
        failure_differences=failure_differences(
            shares, failed.pair, wide, all_placed=not totals.unplaced.by_arm[:, FAILED].any()
        ),
        percentiles=[]
        if evidence.aggregated
        else percentile_differences(means, totals.durations, _alike(visible, totals), wide),
        bounds=bounds_of(
            visible, totals.unplaced, {arm: round(of.value * of.n) for arm, of in shares.items() if of.n}
        ),
    )


def _counted(found: Comparison, served: Sums) -> Comparison:
    """Say how many requests there were, and not how often they count."""
    return replace(
        found, n_requests={arm: int(served.n[served.in_arm(arm)].sum()) for arm in found.n_requests}
    )


def _alike(visible: Sequence[Comparison], totals: Totals) -> list[Placement]:
    """Return the baselines whose environments served as many requests as those of `init`, one by one."""
    weights = totals.warm_weights
    return [one.baseline for one in visible if weights.get(one.baseline) == weights.get(one.arm)]


def told(of: Compared, left_out: LeftOut, untold: Sequence[Placement]) -> Compared:
    """Return what can be told of it: no interval where requests that are in no figure could change a finding.

    Args:
        of: Compared over the requests that are known.
        left_out: Requests that are in no figure.
        untold: Baselines of which nothing is told for that reason.
    """
    first = of.first_requests
    firsts = {
        found.baseline
        for found in first.comparisons
        if found.estimand == "first_request_ms" and left_out.tells(found)
    }
    return replace(
        of,
        comparisons=[shown(found, left_out) for found in of.comparisons],
        first_requests=replace(
            first,
            comparisons=[shown(found, left_out) for found in first.comparisons],
            per_request=[one for one in first.per_request if one.baseline in firsts],
        ),
        percentiles=[one for one in of.percentiles if one.baseline not in untold],
    )
