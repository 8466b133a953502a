"""Everything that is estimated from one piece of evidence: the numbers of a verdict."""

from dataclasses import dataclass
from typing import Literal

from adapter.placement import Weights
from telemetry.report.estimate.comparison import Arm, Comparison, arms_of, compare
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
    progress_of,
    refused,
)
from telemetry.report.estimate.deciding.completeness import (
    MOST_LOST,
    Completeness,
    completeness_of,
    left_out_of,
    shown,
    shown_arm,
)
from telemetry.report.estimate.intervals import ratios
from telemetry.report.estimate.start_classes import (
    Invocations,
    Latency,
    Starts,
    invocations_of,
    latency_of,
    starts_of,
)
from telemetry.report.estimate.startup.advice import ResourceAdvice, advise
from telemetry.report.estimate.startup.ledger_check import LedgerCheck, ledger_check
from telemetry.report.estimate.startup.startup_cost import StartupCost, startup_cost
from telemetry.report.estimate.startup.state_size import State, state_of
from telemetry.report.estimate.startup.unused import Unused, unused_of
from telemetry.report.estimate.startup.upper_bound import UpperBound, upper_bound
from telemetry.report.estimate.strata import Means, StratumArms, described
from telemetry.report.read.evidence import Evidence, Input
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.mixtures import functions_of
from telemetry.report.read.names import printable, told_apart
from telemetry.report.read.records import Host
from telemetry.report.read.strata import Strata, strata_of
from telemetry.report.read.totals import Totals


@dataclass(frozen=True, slots=True)
class Declared:
    """What the reader of a report says about the experiment, where the records do not."""

    weights: Weights | None = None
    planned: int | None = None
    """Environments in every arm."""


@dataclass(frozen=True, slots=True)
class MeasuredOn:
    """Where and when it was measured."""

    where: Literal["lab", "lambda"]
    service: str | None
    host: Host | None
    python: list[str]
    memory_mb: float | None
    function: str | None
    memory_sizes_mb: list[float]
    versions: list[str]
    first_at: float | None
    """Unix milliseconds of the first request; so the last."""
    last_at: float | None
    complete: bool
    """No lab run was cut short."""


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
    arms: list[Arm]
    comparisons: list[Comparison]
    completeness: Completeness | None
    """None where nothing that is left out could change what is told."""
    bound: UpperBound | None
    ledger: LedgerCheck | None
    startup: StartupCost
    resources: list[ResourceAdvice]
    state: State
    starts: Starts
    latency: list[Latency]
    invocations: list[Invocations]
    assignment: Assignment | None
    refused_experiments: list[str]
    """Experiments in the records that no adapter would have run."""
    progress: Progress | None
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
    sums = totals.sums
    user, billed = ratios(sums, sums.user), ratios(sums, sums.billed, sums.billed_n)
    state = state_of(ledger, loads, sums)
    units = [unit for unit, judged in zip(ledger.units, ledger.judged(), strict=True) if judged]
    assignment = assignment_of(units, user, declared.weights)
    strata = strata_of(ledger, sums)
    stratified = len(strata.found) > 1 and (assignment is not None or bool(ledger.labs))
    means = Means(sums, sums.user, sums.timed, strata)
    pair, pair_billed = (
        (means.pair, Means(sums, sums.billed, sums.billed_n, strata).pair) if stratified else (None, None)
    )
    comparisons = compare(user, "user_visible_ms", pair)
    every, left_out = [*comparisons, *compare(billed, "billed_ms", pair_billed)], left_out_of(evidence)
    completeness = completeness_of(every, left_out)
    untold = () if completeness is None else completeness.untold
    bounded = not user["every_invocation"].environments and left_out.lost_share(("init",)) <= MOST_LOST
    return Results(
        measured_on=_measured_on(ledger, totals, state.memory_mb, strata),
        arms=[shown_arm(arm, left_out) for arm in arms_of(units, sums, user, billed)],
        comparisons=[shown(found, left_out) for found in every],
        completeness=completeness,
        bound=upper_bound(ledger, sums) if bounded else None,
        ledger=None if "every_invocation" in untold else ledger_check(sums),
        startup=startup_cost(ledger, loads, totals.repeats),
        resources=advise(ledger, loads, totals),
        state=state,
        starts=starts_of(totals, ledger.labs),
        latency=latency_of(totals),
        invocations=invocations_of(sums),
        assignment=assignment,
        refused_experiments=refused(units),
        progress=progress_of(assignment, user, declared.planned or max(ledger.planned, default=None)),
        unrecorded=unrecorded_of(totals),
        init_waits=init_waits_of(totals, lab=bool(ledger.labs)),
        other_reading=None if untold else other_reading_of(ledger, means, comparisons, stratified=stratified),
        pings=pings_of(totals),
        unused=unused_of(ledger, totals, loads),
        strata=described(sums, strata),
        stratified=stratified,
        basis=_basis(evidence),
        input=evidence.read,
    )


def _measured_on(ledger: Ledger, totals: Totals, memory_mb: float | None, strata: Strata) -> MeasuredOn:
    """Say where; a lab record makes it a lab run, and nothing else does."""
    told = totals.first_at <= totals.last_at
    return MeasuredOn(
        where="lab" if ledger.labs else "lambda",
        service=printable(ledger.service or next(iter(ledger.services), "")) or None,
        host=ledger.labs[0].host if ledger.labs else None,
        python=sorted(ledger.pythons),
        memory_mb=memory_mb,
        function=printable(ledger.function or next(iter(functions_of(ledger)), "")) or None,
        memory_sizes_mb=sorted({one.memory_mb for one in strata.found if one.memory_mb is not None}),
        versions=told_apart(dict.fromkeys(one.version for one in strata.found if one.version is not None)),
        first_at=totals.first_at if told else None,
        last_at=totals.last_at if told else None,
        complete=all(lab.complete for lab in ledger.labs),
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
