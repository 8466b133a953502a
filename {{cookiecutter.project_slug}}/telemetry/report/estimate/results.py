"""Everything that is estimated from one piece of evidence: the numbers of a verdict."""

from dataclasses import dataclass

from adapter.placement import Placement, Weights
from telemetry.report.estimate.by_settings import ComparedWithin, by_settings
from telemetry.report.estimate.compared import compared_in, told
from telemetry.report.estimate.comparison import Arm, Comparison, arms_of
from telemetry.report.estimate.configurations.by_configuration import (
    ASKS_NOTHING,
    Configurations,
    Wished,
    configurations_of,
)
from telemetry.report.estimate.counted_apart import (
    InitWait,
    OtherReading,
    Pings,
    Unrecorded,
    init_waits_of,
    other_reading_of,
    pings_of,
    unrecorded_of,
)
from telemetry.report.estimate.deciding.assignment import (
    Assignment,
    Progress,
    assignment_of,
    refused,
)
from telemetry.report.estimate.deciding.completeness import (
    MOST_LOST,
    Completeness,
    completeness_of,
    left_out_of,
    shown_arm,
)
from telemetry.report.estimate.deciding.decision import Decision, Grounds, decision_of
from telemetry.report.estimate.deciding.failures import (
    FailureDifference,
    FailureShare,
)
from telemetry.report.estimate.deciding.lazy_contrast import deciding_contrast
from telemetry.report.estimate.deciding.population import Population, population_of, progress_of
from telemetry.report.estimate.deciding.unplaced import Bounds
from telemetry.report.estimate.distribution import Distribution, distributions_of
from telemetry.report.estimate.first_request import FirstRequestResults
from telemetry.report.estimate.intervals import ratios
from telemetry.report.estimate.measured_on import MeasuredOn, measured_on_of
from telemetry.report.estimate.narrowing import Narrowing, narrowing_of
from telemetry.report.estimate.percentiles import PercentileDifference
from telemetry.report.estimate.smallest import DEFAULT, Smallest
from telemetry.report.estimate.start_classes import (
    Invocations,
    Latency,
    Starts,
    invocations_of,
    latency_of,
    starts_of,
)
from telemetry.report.estimate.startup.advice import Circumstances, ResourceAdvice, advise
from telemetry.report.estimate.startup.ledger_check import LedgerCheck, ledger_check
from telemetry.report.estimate.startup.repeatable import does_not_repeat
from telemetry.report.estimate.startup.startup_cost import StartupCost, startup_cost
from telemetry.report.estimate.startup.state_size import State, state_of
from telemetry.report.estimate.startup.time_split import TimeSplit, time_splits
from telemetry.report.estimate.startup.unused import Unused, unused_of
from telemetry.report.estimate.startup.upper_bound import UpperBound, upper_bound
from telemetry.report.estimate.strata import StratumArms, described
from telemetry.report.read.evidence import Evidence, Input
from telemetry.report.read.records import Imported, place_of


@dataclass(frozen=True, slots=True)
class Declared:
    """What the reader of a report says about the experiment, where the records do not."""

    weights: Weights | None = None
    planned: int | None = None
    """Environments in every arm."""
    timeout_s: float | None = None
    """The function's."""
    smallest: Smallest = DEFAULT
    """The smallest difference that matters to the reader."""
    wished: Wished = ASKS_NOTHING
    """What is asked of configurations."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What the figures rest on: the platform's own lines, or else what the adapter measured."""

    requests: int
    without_report: int
    """Requests without a platform.report line."""
    imports_counted: bool
    """For cold starts among them, INIT holds the imports; else only the startup."""
    billed_without_init: int
    """Cold starts whose billed ms cannot hold INIT."""
    aggregated: bool
    """Logs Insights summed up the requests; no single record was read."""
    unsummed_requests: int
    """Requests that were left out of those sums."""


@dataclass(frozen=True, slots=True)
class Results:
    """All numbers of a verdict. None is what cannot be told."""

    measured_on: MeasuredOn
    time_split: list[TimeSplit]
    imports: list[Imported]
    """The packages whose imports take longest, of the last lab run that says it."""
    arms: list[Arm]
    comparisons: list[Comparison]
    """Of all requests first, then of first and of warm ones."""
    by_settings: list[ComparedWithin]
    """The same at each memory size and init type, where a lab run compares several."""
    configurations: Configurations | None
    """Of a lab run of several settings."""
    completeness: Completeness | None
    """None where nothing that is left out could change what is told."""
    first_requests: FirstRequestResults
    bound: UpperBound | None
    ledger: LedgerCheck | None
    startup: StartupCost
    startup_repeats: bool
    """False where no environment of stock Mangum's arm could repeat it."""
    resources: list[ResourceAdvice]
    state: State
    starts: Starts
    latency: list[Latency]
    invocations: list[Invocations]
    warm_weights: dict[Placement, float]
    """How often a warm request counts in an arm that a lab sent fewer; empty where all count once."""
    assignment: Assignment | None
    refused_experiments: list[str]
    """Experiments in the records that no adapter would have run."""
    progress: Progress | None
    population: Population
    decisions: list[Decision]
    """Of each comparison."""
    failures: list[FailureShare]
    failure_differences: list[FailureDifference]
    percentiles: list[PercentileDifference]
    """Empty where no single request is known."""
    distributions: list[Distribution]
    """Likewise."""
    narrowing: Narrowing | None
    """Of the comparison with a lazy startup, else with stock Mangum."""
    bounds: list[Bounds]
    """Where failed requests of unknown arm were reported."""
    unrecorded: list[Unrecorded]
    init_waits: list[InitWait]
    other_reading: OtherReading | None
    """None where no gap leaves it open, and in a lab, which sends the first request at once."""
    pings: list[Pings]
    unused: list[Unused]
    strata: list[StratumArms]
    """Versions and memory sizes, where there are several."""
    stratified: bool
    """The comparisons are within strata: environments were assigned by chance, whatever their version."""
    basis: Basis
    input: Input


def results_of(evidence: Evidence, declared: Declared | None = None) -> Results:
    """Estimate everything; `declared` wins over what the records say of the experiment."""
    declared = declared or Declared()
    ledger, totals, loads = evidence.ledger, evidence.totals, evidence.loads
    state = state_of(ledger, loads, totals.sums)
    units = [unit for unit, judged in zip(ledger.units, ledger.judged(), strict=True) if judged]
    assignment = assignment_of(units, ratios(totals.sums, totals.sums.user), declared.weights)
    planned = declared.planned or max(ledger.planned, default=None)
    compared = compared_in(evidence, population_of(evidence, assignment, planned), declared.smallest)
    population, means = compared.population, compared.means
    sums, strata, stratified = means.sums, means.strata, means.stratified
    served = totals.sums.only(population.counted)
    user, billed = ratios(sums, sums.user), ratios(sums, sums.billed, sums.billed_n)
    progress = progress_of(population, planned)
    other = other_reading_of(
        ledger, means, [one for one in compared.comparisons if one.estimand == "user_visible_ms"],
        declared.smallest, population.widening,
    )  # fmt: skip
    left_out = left_out_of(evidence)
    completeness = completeness_of(compared.comparisons, left_out)
    untold = () if completeness is None else completeness.untold
    compared = told(compared, left_out, untold)
    other = None if untold else other
    grounds = Grounds(
        assignment=assignment,
        progress=progress,
        population=population,
        failure_shares=compared.failures,
        failures=compared.failure_differences,
        bounds=compared.bounds,
        completeness=completeness,
        left_open=other is not None and other.differs,
    )
    arms = arms_of([unit for unit in units if population.counted[unit.number]], served, user, billed)
    bounded = not user["every_invocation"].environments and left_out.lost_share(("init",)) <= MOST_LOST
    return Results(
        measured_on=measured_on_of(ledger, totals, state.memory_mb, strata),
        time_split=time_splits(ledger, totals, loads),
        imports=next((list(lab.imports) for lab in reversed(ledger.labs) if lab.imports), []),
        arms=[shown_arm(arm, left_out) for arm in arms],
        comparisons=compared.comparisons,
        by_settings=by_settings(evidence, population, declared.smallest, left_out),
        configurations=configurations_of(evidence, population, declared.smallest, left_out, declared.wished),
        completeness=completeness,
        first_requests=compared.first_requests,
        bound=upper_bound(ledger, sums) if bounded else None,
        ledger=None if "every_invocation" in untold else ledger_check(sums),
        startup=startup_cost(ledger, loads, totals.repeats),
        startup_repeats=not does_not_repeat(ledger, sums),
        resources=advise(ledger, loads, totals, _circumstances(evidence, compared.comparisons, declared)),
        state=state,
        starts=starts_of(totals, ledger.labs),
        latency=latency_of(totals),
        invocations=invocations_of(served),
        warm_weights=totals.warm_weights,
        assignment=assignment,
        refused_experiments=refused(units),
        progress=progress,
        population=population,
        decisions=[decision_of(found, grounds) for found in compared.comparisons],
        failures=compared.failures,
        failure_differences=compared.failure_differences,
        percentiles=compared.percentiles,
        distributions=distributions_of(evidence, compared),
        narrowing=narrowing_of(evidence, compared),
        bounds=compared.bounds,
        unrecorded=unrecorded_of(totals),
        init_waits=init_waits_of(totals, lab=place_of(ledger.labs) == "lab"),
        other_reading=other,
        pings=pings_of(totals),
        unused=unused_of(ledger, totals, loads),
        strata=described(sums, strata),
        stratified=stratified,
        basis=_basis(evidence),
        input=evidence.read,
    )


def _circumstances(evidence: Evidence, comparisons: list[Comparison], declared: Declared) -> Circumstances:
    """Say what speaks for or against lazy loads.

    The time-out is the declared one, else the lab's, else as long as the longest request that timed out.
    """
    answer, firsts = deciding_contrast(comparisons), evidence.totals.firsts
    seen_ms = 0.0 if firsts is None else firsts.timeout_ms
    in_lab = min((lab.timeout_s for lab in evidence.ledger.labs if lab.timeout_s), default=0.0)
    return Circumstances(
        lazy_is_better=answer is not None and answer.finding == "costs",
        timeout_ms=1000 * (declared.timeout_s or in_lab) or seen_ms or None,
    )


def _basis(evidence: Evidence) -> Basis:
    totals = evidence.totals
    return Basis(
        requests=int(totals.sums.n.sum()),
        without_report=evidence.read.requests_without_report,
        imports_counted=totals.imports_counted,
        billed_without_init=totals.billed_without_init,
        aggregated=evidence.aggregated,
        unsummed_requests=evidence.unsummed_requests,
    )
