"""The ledger's verdict: every part computed once, and put together."""

from telemetry import schema
from telemetry.report import agreement, notes
from telemetry.report.advice import advise
from telemetry.report.assignment import Weights, assignment_of
from telemetry.report.bound import bound
from telemetry.report.comparison import compare, estimate
from telemetry.report.findings import Arm, Bound
from telemetry.report.jackknife import Ratio
from telemetry.report.ledger import Ledger
from telemetry.report.measured import measured_on
from telemetry.report.model import VERSION, Input, Verdict
from telemetry.report.reading import Reader
from telemetry.report.records import Placement
from telemetry.report.requests import Requests, join
from telemetry.report.sentence import doubted, sentence
from telemetry.report.sources import lines_of
from telemetry.report.starts import latency_of, starts_of
from telemetry.report.startup import Loads, loads_of, startup_cost
from telemetry.report.state import state_of


def verdict_of(files: list[str], service: str | None = None, weights: Weights | None = None) -> Verdict:
    """Read files (`-` is standard input) and judge.

    Raises:
        UnusableError: A file cannot be read, no record is in them, or they hold several services.
    """
    ledger = Ledger(service)
    reader = Reader(ledger)
    for name in files:
        reader.read(lines_of(name))
    reader.must_have_read(files)
    return judge(ledger, reader, files, weights)


def judge(ledger: Ledger, reader: Reader, sources: list[str], weights: Weights | None = None) -> Verdict:
    """Compute the verdict; `weights` are those of a declared experiment."""
    requests, loads = join(ledger), loads_of(ledger)
    user, billed = requests.ratios(requests.user_ms), requests.ratios(requests.billed_ms)
    comparisons = compare(user, "user_visible_ms")
    stock = user["every_invocation"].environments
    at_most = None if stock else bound(ledger, requests)
    state = state_of(ledger, loads, requests)
    place = measured_on(ledger, state.memory_mb)
    check, assignment = agreement.check(requests), assignment_of(user, weights)
    text = sentence(comparisons, at_most, place, {arm: of.environments for arm, of in user.items()})
    verdict = Verdict(
        v=VERSION,
        sentence=doubted(text) if assignment and not assignment.as_declared else text,
        measured_on=place,
        arms=_arms(ledger, requests, user, billed),
        comparisons=[*comparisons, *compare(billed, "billed_ms")],
        bound=at_most,
        ledger=check,
        ledger_sentence=None if check is None else agreement.sentence(check),
        startup=startup_cost(ledger, loads, requests),
        resources=advise(ledger, loads, requests),
        state=state,
        starts=starts_of(requests, ledger.labs),
        latency=latency_of(requests),
        assignment=assignment,
        notes=[],
        not_estimated=list(notes.NOT_ESTIMATED),
        input=_input(reader, ledger, requests, loads, sources),
    )
    verdict.notes.extend(_notes(verdict, requests, user, at_most))
    return verdict


def _arms(
    ledger: Ledger, requests: Requests, user: dict[Placement, Ratio], billed: dict[Placement, Ratio]
) -> list[Arm]:
    fell_back = [unit.placement for unit in ledger.units if unit.fell_back]
    return [
        Arm(
            placement=placement,
            environments=of.environments,
            g_eff=of.g_eff,
            requests=of.n,
            failed_requests=int(requests.failed[requests.in_arm(placement)].sum()),
            fell_back=fell_back.count(placement),
            user_visible_ms=estimate(of),
            billed_ms=estimate(billed[placement]) if billed[placement].environments else None,
        )
        for placement, of in user.items()
        if of.environments
    ]


def _input(reader: Reader, ledger: Ledger, requests: Requests, loads: Loads, sources: list[str]) -> Input:
    return Input(
        sources=sources,
        lines=reader.lines,
        records=dict(reader.records),
        malformed=dict(reader.malformed.most_common()),
        others=dict(reader.others.most_common()),
        duplicates={
            schema.INVOCATION: ledger.duplicates,
            "startup or resource": loads.duplicates,
            schema.PLATFORM_REPORT: requests.duplicate_reports,
        },
        requests_without_report=int((~requests.reported).sum()),
        reports_without_request=requests.reports_without_request,
    )


def _notes(
    verdict: Verdict, requests: Requests, user: dict[Placement, Ratio], at_most: Bound | None
) -> list[str]:
    return [
        *notes.input_notes(verdict.input),
        *notes.measure_notes(requests, verdict.input),
        *notes.arm_notes(verdict.arms),
        *notes.run_notes(verdict.measured_on, verdict.startup, verdict.starts, verdict.input),
        *notes.design_notes(user, verdict.measured_on, verdict.assignment),
        *notes.bound_notes(at_most),
    ]
