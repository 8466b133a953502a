"""What a reader must know beside the numbers: exclusions, fallbacks, and what does not fit."""

from collections.abc import Iterator

from telemetry import schema
from telemetry.report.comparison import FEWEST
from telemetry.report.findings import Arm, Bound, StartupCost
from telemetry.report.jackknife import Ratio
from telemetry.report.ledger import printable
from telemetry.report.model import Assignment, Input, MeasuredOn, Starts, Verdict
from adapter.placement import Placement
from telemetry.report.totals import Totals
from telemetry.report.wording import INIT_IS_BILLED, counted, listed

NOT_ESTIMATED = (
    "cold-start counts by arm (the arms share one pool of environments)",
    "break-even of the arms (it rests on those counts)",
    f"fleet dollars ({INIT_IS_BILLED})",
    "what cold, warm or slow requests gain (percentiles only describe: the arm decides which are cold)",
)


MOST = 3
"""Of one kind of note."""


def input_notes(read: Input) -> Iterator[str]:
    """Say what was skipped, and why."""
    if read.malformed:
        yield f"skipped {counted(sum(read.malformed.values()), 'line')}: {listed(read.malformed)}"
    if read.others:
        yield f"{counted(sum(read.others.values()), 'line')} of other kinds: {listed(read.others)}"
    if any(read.duplicates.values()):
        duplicates = {kind: count for kind, count in read.duplicates.items() if count}
        yield f"dropped {counted(sum(duplicates.values()), 'duplicate')}: {listed(duplicates)}"
    if read.reports_without_request:
        yield (
            f"{counted(read.reports_without_request, 'platform.report line')} without an invocation record "
            "(time-outs, crashes, or another function): not in the figures"
        )


def measure_notes(totals: Totals, read: Input) -> Iterator[str]:
    """Say where the adapter's own figures had to stand in for the platform's."""
    without, total = read.requests_without_report, int(totals.sums.n.sum())
    if totals.billed_without_init:
        yield (
            f"{counted(totals.billed_without_init, 'cold start')} billed without INIT (as before 2025-08): "
            "billed ms is as the platform gave it"
        )
    if not without:
        return
    whose = "no request has a" if without == total else f"{without} of {counted(total, 'request')} have no"
    imports = "imports and startup in INIT" if totals.imports_counted else "startup in INIT, without imports"
    yield (
        f"{whose} platform.report line: user-visible ms there is InvocationDuration, plus {imports} for cold "
        "starts; billed ms leaves them out"
    )


def arm_notes(arms: list[Arm]) -> Iterator[str]:
    """Say which arms are too small, which did not run as assigned, and which failed requests."""
    if small := [arm for arm in arms if arm.environments < FEWEST]:
        yield (
            f"no interval is shown below {FEWEST} environments: "
            + ", ".join(f"`{arm.placement}` has {arm.environments}" for arm in small)
        )
    for arm in arms:
        if arm.fell_back:
            yield (
                f"{counted(arm.fell_back, 'environment')} of `{arm.placement}` fell back to `init` after a "
                "failed repeat; analysed as assigned"
            )
        if arm.failed_requests:
            share = f"{arm.failed_requests} of {arm.requests} requests"
            yield f"{share} of `{arm.placement}` failed (status 5xx, or no answer)"


def run_notes(place: MeasuredOn, startup: StartupCost, starts: Starts, read: Input) -> Iterator[str]:
    """Say what was odd about the run."""
    if not place.complete:
        yield "the lab run was cut short: its counts may not match what it sent"
    if starts.mismatches:
        yield f"start classes differ from what the lab sent: {'; '.join(starts.mismatches)}"
    if startup.failed:
        yield f"{counted(startup.failed, 'startup')} did not complete: not in the startup times"
    if (startup.whole.first_in_init or startup.whole.first_in_invocation) and not startup.resources:
        yield (
            'no resource was measured by itself: `with preload("name"):` around a load in the lifespan tells '
            "what it costs, and whether it should be lazy"
        )
    kinds = {schema.DEATH: "lifespan death", schema.FAULT: "telemetry fault"}
    for kind, name in kinds.items():
        if count := read.records.get(kind):
            yield f"{counted(count, name)} recorded"


def experiment_notes(unreadable: list[str]) -> Iterator[str]:
    """Say which declared experiments the adapter would have refused."""
    for text in unreadable[:MOST]:
        yield f"records name an experiment that the adapter refuses, {printable(text)}: left out of the check"
    if len(unreadable) > MOST:
        yield f"and {len(unreadable) - MOST} more such experiments"


def _fit(assignment: Assignment) -> str:
    test = f"chi-square {assignment.chi_square:.1f} on {assignment.df} df, p = {assignment.p_value:.3g}"
    if not assignment.as_declared:
        return f"assignment NOT as declared: the comparison is not to be trusted: {test}"
    if assignment.empty:
        of = counted(sum(assignment.environments.values()), "environment")
        return (
            f"assignment not known to be as declared: {', '.join(assignment.empty)} has none of {of}, which "
            f"may be chance, or a handler that does not take its placement from the environment: {test}"
        )
    return f"assignment as declared: {test}"


def design_notes(arms: dict[Placement, Ratio], verdict: Verdict) -> Iterator[str]:
    """Say how the environments came into their arms, and how far the experiment is."""
    assignment = verdict.assignment
    recorded = [arm for arm, of in arms.items() if of.environments]
    if assignment is not None:
        yield _fit(assignment)
        if len(assignment.experiments) > 1:
            yield (
                f"the weights were changed on the way ({'; '.join(assignment.experiments)}): traffic may "
                "differ between the times, so compare each alone"
            )
        if others := [arm for arm in recorded if arm not in assignment.weights]:
            yield f"recorded, but not part of the declared experiment: {', '.join(others)}"
        yield from _progress_notes(verdict)
    elif verdict.measured_on.where == "lambda" and len(recorded) > 1:
        yield (
            "no experiment was declared (LIFESPAN_EXPERIMENT, --experiment): unless environments were "
            "assigned at random, the arms may differ in time and traffic too"
        )


def _progress_notes(verdict: Verdict) -> Iterator[str]:
    progress = verdict.progress
    if progress is None:
        yield (
            "no size was planned (LIFESPAN_EXPERIMENT_PLANNED, --planned): whoever looks often, and stops at "
            "a number they like, is wrong more often than 1 time in 20; `plan` proposes a size"
        )
    elif progress.interim:
        yield (
            f"interim: stop at {progress.planned} environments per arm, not at a number that you like; only "
            "errors, or environments not assigned as declared, are a reason to stop before"
        )
    else:
        yield "the planned size is reached: this is the verdict, and the experiment may end"


def bound_notes(bound: Bound | None) -> Iterator[str]:
    """Say what the upper bound rests on."""
    if bound is not None and bound.k > 1:
        yield (
            f"the upper bound takes CPU work as {bound.k:.1f} times slower in an invocation than in INIT, "
            "which has a CPU boost (1769 MB over the memory size)"
        )
