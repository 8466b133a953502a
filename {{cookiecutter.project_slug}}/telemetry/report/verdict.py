"""The ledger's verdict: every part computed once, and put together."""

from dataclasses import dataclass

from adapter.placement import Placement, Weights
from telemetry.report import agreement, notes
from telemetry.report.advice import advise
from telemetry.report.assignment import assignment_of, progress_of, unreadable
from telemetry.report.bound import bound
from telemetry.report.comparison import compare, estimate
from telemetry.report.evidence import Evidence
from telemetry.report.findings import Arm
from telemetry.report.jackknife import Ratio
from telemetry.report.ledger import Ledger
from telemetry.report.measured import measured_on
from telemetry.report.model import VERSION, Verdict
from telemetry.report.saying import in_words
from telemetry.report.starts import invocations_of, latency_of, starts_of
from telemetry.report.startup import startup_cost
from telemetry.report.state import state_of
from telemetry.report.sums import Sums
from telemetry.report.totals import Totals


@dataclass(frozen=True, slots=True)
class Declared:
    """What the reader of a report says about the experiment, where the records do not."""

    weights: Weights | None = None
    planned: int | None = None
    """Environments in every arm."""


def judge(evidence: Evidence, declared: Declared | None = None) -> Verdict:
    """Compute the verdict of everything that was read."""
    declared = declared or Declared()
    ledger, totals, loads = evidence.ledger, evidence.totals, evidence.loads
    sums = totals.sums
    user, billed = sums.ratios(sums.user), sums.ratios(sums.billed, sums.billed_n)
    comparisons = compare(user, "user_visible_ms")
    stock = user["every_invocation"].environments
    at_most = None if stock else bound(ledger, sums)
    state = state_of(ledger, loads, sums)
    place = measured_on(ledger, totals, state.memory_mb)
    check, assignment = agreement.check(sums), assignment_of(ledger.units, user, declared.weights)
    progress = progress_of(assignment, user, declared.planned or max(ledger.planned, default=None))
    verdict = Verdict(
        v=VERSION,
        sentence="",
        headline=[],
        meaning=None,
        measured_on=place,
        arms=_arms(ledger, sums, user, billed),
        comparisons=[*comparisons, *compare(billed, "billed_ms")],
        bound=at_most,
        ledger=check,
        ledger_sentence=None if check is None else agreement.sentence(check),
        startup=startup_cost(ledger, loads, totals.again),
        resources=advise(ledger, loads, totals),
        state=state,
        starts=starts_of(totals, ledger.labs),
        latency=latency_of(totals),
        invocations=invocations_of(sums),
        assignment=assignment,
        progress=progress,
        notes=[],
        not_estimated=list(notes.NOT_ESTIMATED),
        input=evidence.read,
    )
    verdict.notes.extend([*evidence.remarks, *_notes(verdict, ledger, totals, user)])
    return in_words(verdict)


def _arms(
    ledger: Ledger, sums: Sums, user: dict[Placement, Ratio], billed: dict[Placement, Ratio]
) -> list[Arm]:
    fell_back = [unit.placement for unit in ledger.units if unit.fell_back]
    return [
        Arm(
            placement=placement,
            environments=of.environments,
            g_eff=of.g_eff,
            requests=of.n,
            failed_requests=int(sums.failed[sums.in_arm(placement)].sum()),
            fell_back=fell_back.count(placement),
            user_visible_ms=estimate(of),
            billed_ms=estimate(billed[placement]) if billed[placement].environments else None,
        )
        for placement, of in user.items()
        if of.environments
    ]


def _notes(verdict: Verdict, ledger: Ledger, totals: Totals, user: dict[Placement, Ratio]) -> list[str]:
    return [
        *notes.input_notes(verdict.input),
        *notes.measure_notes(totals, verdict.input),
        *notes.arm_notes(verdict.arms),
        *notes.run_notes(verdict.measured_on, verdict.startup, verdict.starts, verdict.input),
        *notes.experiment_notes(unreadable(ledger.units)),
        *notes.design_notes(user, verdict),
        *notes.bound_notes(verdict.bound),
    ]
