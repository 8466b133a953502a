"""What a reader must know beside the numbers: exclusions, fallbacks, and what does not fit."""

from collections.abc import Iterator
from typing import Final

from telemetry import schema
from telemetry.memory_size import ONE_CORE_MB
from telemetry.report.estimate.comparison import Arm
from telemetry.report.estimate.deciding.assignment import Assignment
from telemetry.report.estimate.deciding.lazy_contrast import deciding_contrast
from telemetry.report.estimate.digits import probability
from telemetry.report.estimate.intervals import FEWEST
from telemetry.report.estimate.results import Basis, Results
from telemetry.report.estimate.start_classes import Mismatch
from telemetry.report.estimate.startup.upper_bound import UpperBound
from telemetry.report.read.evidence import Input
from telemetry.report.read.names import printable
from telemetry.report.read.skipped import PREFIXED, UNPREFIXED, unlike_the_rest
from telemetry.report.show.population_notes import population_notes
from telemetry.report.show.request_notes import request_notes
from telemetry.report.show.wording import INIT_IS_BILLED, counted, listed

NOT_ESTIMATED: Final = (
    "cold-start counts by arm (the arms share one pool of environments)",
    "break-even of the arms (it rests on those counts)",
    f"fleet dollars ({INIT_IS_BILLED}); `python -m telemetry choose` forecasts these three",
    "what requests of one start class gain, such as cold ones (the arm decides which these are)",
)
MOST: Final = 3
"""Of one kind of note."""


def notes(results: Results) -> Iterator[str]:
    """Yield all notes, first how the records were read."""
    yield from _left_out(results.input)
    yield from _aggregation(results.basis)
    yield from _input(results.input)
    yield from request_notes(results)
    yield from _basis(results.basis)
    yield from _arms(results.arms)
    yield from _run(results)
    yield from _refused(results.refused_experiments)
    yield from _design(results)
    yield from population_notes(results)
    yield from _bound(results.bound)


def _left_out(read: Input) -> Iterator[str]:
    """Say so first if more lines were left out for their prefix, or for having none, than were read."""
    left_out = sum(sum(unlike_the_rest(read.others, skips)) for skips in (PREFIXED, UNPREFIXED))
    if left_out > sum(read.records.values()):
        yield (
            f"most of the log was left out: {counted(left_out, 'line')} that begin in another way than the "
            "others, as an app may have been made to print them; an export in JSON keeps each message whole"
        )


def _aggregation(basis: Basis) -> Iterator[str]:
    if basis.aggregated:
        yield (
            "summed up by Logs Insights, environment by environment: startups, resources, state, start "
            "classes, percentiles and responses of status 5xx need the records themselves (--engine download)"
        )
    if basis.unsummed_requests:
        yield (
            f"{counted(basis.unsummed_requests, 'warm request')} that share a record (LIFESPAN_WRITE_EVERY) "
            "are in no figure, because Logs Insights cannot take such a record apart: the means are too "
            "high; use --engine download"
        )


def _input(read: Input) -> Iterator[str]:
    """Say what was skipped, and why."""
    for name, held in list(read.silent.items())[:MOST]:
        yield f"nothing was read from {name}: {held}"
    if len(read.silent) > MOST:
        yield f"nothing was read from {len(read.silent) - MOST} sources more"
    if read.malformed:
        yield f"skipped {counted(sum(read.malformed.values()), 'line')}: {listed(read.malformed)}"
    if read.others:
        yield f"{counted(sum(read.others.values()), 'line')} of other kinds: {listed(read.others)}"
    if any(read.duplicates.values()):
        duplicates = {kind: count for kind, count in read.duplicates.items() if count}
        yield f"dropped {counted(sum(duplicates.values()), 'duplicate')}: {listed(duplicates)}"


def _basis(basis: Basis) -> Iterator[str]:
    """Say where the adapter's own figures had to stand in for the platform's."""
    without, total = basis.without_report, basis.requests
    if basis.billed_without_init:
        yield (
            f"{counted(basis.billed_without_init, 'cold start')} billed without INIT (as before 2025-08): "
            "billed ms is as the platform gave it"
        )
    if not without:
        return
    whose = "no request has a" if without == total else f"{without} of {counted(total, 'request')} have no"
    imports = "imports and startup in INIT" if basis.imports_counted else "startup in INIT, without imports"
    yield (
        f"{whose} platform.report line: user-visible ms there is InvocationDuration, plus {imports} for cold "
        "starts; billed ms leaves them out"
    )


def _arms(arms: list[Arm]) -> Iterator[str]:
    """Say which arms are too small, which did not run as assigned, and which failed requests."""
    if small := [arm for arm in arms if arm.environments < FEWEST]:
        yield (
            f"no interval of a mean or of a difference of arms is shown below {FEWEST} environments: "
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
            yield f"{share} of `{arm.placement}` failed (status 5xx, no answer, or timed out)"


def _run(results: Results) -> Iterator[str]:
    """Say what was odd about the run."""
    startup = results.startup
    if not results.measured_on.complete:
        yield "the lab run was cut short: its counts may not match what it sent"
    if results.starts.mismatches:
        differences = "; ".join(map(mismatch, results.starts.mismatches))
        yield f"start classes differ from what the lab sent: {differences}"
    if startup.failed:
        yield f"{counted(startup.failed, 'startup')} did not complete: not in the startup times"
    if (startup.whole.first_in_init or startup.whole.first_in_invocation) and not startup.resources:
        yield (
            'no resource was measured by itself: `with preload("name"):` around a load in the lifespan tells '
            "what it costs, and whether it should be lazy"
        )
    for kind, name in ((schema.DEATH, "lifespan death"), (schema.FAULT, "telemetry fault")):
        if count := results.input.records.get(kind):
            yield f"{counted(count, name)} recorded"


def mismatch(found: Mismatch) -> str:
    """Say by how much the recorded requests differ from those that the lab sent."""
    return f"{found.placement}: {found.recorded} {found.start} recorded, {found.sent} sent"


def _refused(experiments: list[str]) -> Iterator[str]:
    """Say which declared experiments the adapter would have refused."""
    for text in experiments[:MOST]:
        yield f"records name an experiment that the adapter refuses, {printable(text)}: left out of the check"
    if len(experiments) > MOST:
        yield f"and {len(experiments) - MOST} more such experiments"


def _design(results: Results) -> Iterator[str]:
    """Say how the environments came into their arms, and how far the experiment is."""
    assignment = results.assignment
    recorded = [arm.placement for arm in results.arms]
    if assignment is not None:
        yield _fit(assignment)
        if len(assignment.experiments) > 1:
            yield (
                f"the weights were changed during the experiment ({'; '.join(assignment.experiments)}): "
                "arms are compared within each declaration"
            )
        if others := [arm for arm in recorded if arm not in assignment.weights]:
            yield f"recorded, but not part of the declared experiment: {', '.join(others)}"
        if results.progress is not None or not results.measured_on.lab_run:
            yield _progress(results)
    elif not results.measured_on.lab_run and len(recorded) > 1:
        yield (
            "no experiment was declared (LIFESPAN_EXPERIMENT, --experiment): the arms may differ in time, "
            "code and traffic too, so their difference decides nothing"
        )


def _fit(assignment: Assignment) -> str:
    test = (
        f"chi-square {assignment.chi_square:.1f} on {assignment.df} df, p {probability(assignment.p_value)}"
    )
    of = counted(sum(assignment.environments.values()), "environment")
    none = f"{' and '.join(assignment.empty)} has none of {of}"
    if not assignment.as_declared:
        empty = f"{none}: " if assignment.empty else ""
        return f"assignment NOT as declared: the comparison is not to be trusted: {empty}{test}"
    if assignment.empty:
        return (
            f"assignment not known to be as declared: {none}, which may be chance, or a handler that does "
            f"not take its placement from the environment: {test}"
        )
    return f"nothing speaks against an assignment as declared: {test}"


def _progress(results: Results) -> str:
    progress = results.progress
    if progress is None:
        return (
            "no size was planned (LIFESPAN_EXPERIMENT_PLANNED, --planned): `plan` proposes one, and its "
            "intervals are narrower"
        )
    if progress.interim:
        return (
            f"interim: stop at {progress.planned} environments per arm, not when you like the result; only "
            "errors, or environments not assigned as declared, are a reason to stop before"
        )
    if not results.comparisons:
        return "the planned size is reached, but there are no requests of two arms to compare"
    answer = deciding_contrast(results.comparisons) or results.comparisons[0]
    if answer.more_environments:
        return (
            "the planned size is reached, and too small for an answer: environments born later do not count, "
            "so declare a larger one (`plan` proposes it)"
        )
    return "the planned size is reached: this is the verdict, and the experiment may end" + (
        "; it stands still" if progress.final else ""
    )


def _bound(bound: UpperBound | None) -> Iterator[str]:
    """Say how much slower a startup may be where stock Mangum would repeat it."""
    if bound is not None and bound.k > 1:
        yield (
            f"CPU work of the startup may take up to {bound.k:.1f} times as long in a request as in INIT, "
            f"which has a CPU boost ({ONE_CORE_MB} MB over the memory size)"
        )
