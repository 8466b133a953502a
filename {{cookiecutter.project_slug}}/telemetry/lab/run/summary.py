"""What the person who ran the lab is told: the counts of the run, and why a function did not start."""

from collections.abc import Iterator, Sequence
from shlex import quote
from typing import Final, assert_never, get_args

from rich.console import Console
from rich.table import Table

from adapter.placement import PLACEMENT_VARIABLE, Placement
from telemetry.lab.platform.environment import SHUTDOWN_BUDGET, Shutdown
from telemetry.lab.platform.runtime_api import InitError, RestoreError
from telemetry.lab.run.accuracy import CLOSE
from telemetry.lab.run.counts import Counts
from telemetry.lab.run.load.sentences import load_lines
from telemetry.lab.run.schedule import described
from telemetry.lab.run.settings import Settings
from telemetry.lab.run.snapshot_summary import show_snapshot
from telemetry.lab.run.tracebacks import exception_message, shown, tracebacks
from telemetry.lab.terminal import print_lines, table
from telemetry.memory_size import ONE_CORE_MB
from telemetry.schema import STARTS

SHOWN_LINES: Final = 20
"""Lines of output that are shown of an environment that did not start."""
SHOWN_WIDTH: Final = 300


def show(settings: Settings, counts: Counts, console: Console, *, complete: bool) -> None:
    """Print what was run, what came of it, and which file holds the records."""
    function = settings.function
    heading = f"{function.target}, {function.init_type}: measured on this machine, not on Lambda."
    print_lines(console, [heading, ""])
    console.print(_table(counts))
    print_lines(console, ["", *_failures(counts), *_load(settings, counts), *_shutdowns(settings, counts)])
    print_lines(console, [*_cpu(settings, counts), *_precision(settings, counts)])
    if settings.function.snap_start:
        show_snapshot(counts, console)
    if not complete:
        print_lines(console, ["The run is incomplete."])
    print_lines(console, _files(settings, counts))


def init_failure(name: str, error: InitError, output: Sequence[str], advice: Sequence[str]) -> str:
    """Say that an environment did not start, why, and what it wrote last.

    The adapter gives Lambda only the type and place of an exception, as its message may hold a secret. The
    message is in the function's own log, at the end of a traceback.

    Args:
        name: Of the environment.
        error: What Lambda was told.
        output: What the environment wrote, in lines.
        advice: Lines that say what to do about it.
    """
    what = "failed after its restore" if isinstance(error, RestoreError) else "did not start"
    lines = [
        f"lab: the function {what}, in {name}: {error}",
        *(f"  {line}" for line in exception_message(output) if line not in str(error)),
        *advice,
        *(f"  {line}" for line in _traceback(error, output)),
        f"The end of its output, {_counted(len(output), 'line')} in all:" if output else "It wrote nothing.",
        *(f"  {line[:SHOWN_WIDTH]}" for line in output[-SHOWN_LINES:]),
        "The run stops here, since arms of unequal size would compare badly.",
    ]
    return "\n".join(lines) + "\n"


def _traceback(error: InitError, output: Sequence[str]) -> list[str]:
    """Return the first traceback in the log: the app's own, where the adapter told Lambda only its type."""
    found = tracebacks(output)
    return shown(found[0]) if found else [line.rstrip() for line in error.stack]


def ignored_placement(expected: Placement, actual: str) -> str:
    """Say that a handler started up otherwise than the lab told it to, and what to change in it."""
    return (
        f"lab: the handler ignores its placement: in the warm-up, {PLACEMENT_VARIABLE} was {expected}, but "
        f"its startup record says {actual}.\nLet the handler read the variable: construct LifespanAdapter "
        "without a placement, or with placement=placement_from(os.environ).\n"
    )


def _table(counts: Counts) -> Table:
    starts = [start for start in STARTS if any(arm.starts[start] for arm in counts.arms.values())]
    return table(
        ("placement", "environments", "invocations", *starts, "2xx"),
        (
            (
                name,
                arm.environments,
                arm.invocations,
                *(arm.starts[start] for start in starts),
                arm.succeeded,
            )
            for name, arm in counts.arms.items()
        ),
    )


def _failures(counts: Counts) -> Iterator[str]:
    if counts.failures:
        kinds = ", ".join(f"{name} ({count})" for name, count in counts.failures.most_common())
        yield f"{counts.failures.total()} of {counts.invocations} invocations had no 2xx response: {kinds}."


def _load(settings: Settings, counts: Counts) -> Iterator[str]:
    if settings.load is not None:
        yield from load_lines(settings.load, counts.load, len(settings.placements))


def _shutdowns(settings: Settings, counts: Counts) -> Iterator[str]:
    if counts.init_timeouts:
        yield (
            f"INIT was stopped after {settings.function.init_timeout:.0f} s, as on Lambda, in "
            f"{_counted(counts.init_timeouts, 'environment')}; the first invocation began it again."
        )
    for shutdown in get_args(Shutdown):
        if count := counts.shutdowns[shutdown]:
            yield _shutdown(shutdown, _counted(count, "environment"), sigterm=settings.function.sigterm)


def _shutdown(shutdown: Shutdown, environments: str, *, sigterm: bool) -> str:
    match shutdown:
        case "sigterm":
            return f"SIGTERM ended {environments}."
        case "sigterm too slow":
            return (
                f"SIGKILL ended {environments} {SHUTDOWN_BUDGET * 1000:.0f} ms after SIGTERM, as on Lambda: "
                "the shutdown had not finished."
            )
        case "sigkill" if sigterm:
            return f"SIGKILL ended {environments}, as on Lambda where no extension is registered."
        case "sigkill":
            return f"SIGKILL ended {environments}, because of --no-sigterm."
        case _:
            assert_never(shutdown)


def _cpu(settings: Settings, counts: Counts) -> Iterator[str]:
    if counts.accuracy is None:
        why = f": {settings.no_shares}" if settings.no_shares else " (--cpu full)"
        yield f"Requests ran as fast as INIT{why}. On Lambda they get memory / {ONE_CORE_MB} of a core."
        return
    shares = ", ".join(
        f"{share.asked:.3f} at {share.memory_mb} MB ({share.got:.3f} in a test before the run)"
        for share in counts.accuracy.shares
    )
    init = {
        "on-demand": "INIT ran at full speed, requests",
        "provisioned-concurrency": "INIT and requests",
        "snap-start": "INIT ran at full speed, requests and the hooks after a restore",
    }[settings.function.init_type]
    yield f"{init} with memory / {ONE_CORE_MB} of a core, as on Lambda: {shares}."
    if counts.at_once > 1 and settings.load is None:
        yield f"{counts.at_once} environments ran at once, as many as in that test."
    if not counts.accuracy.close:
        yield (
            f"A share was more than {CLOSE:.0%} off: this machine was busy with something else, or has less "
            "CPU to give than it says. Repeat the run when it is not, or elsewhere."
        )


def _precision(settings: Settings, counts: Counts) -> Iterator[str]:
    if settings.precision is not None and counts.looks:
        yield f"Asked was a precision of {settings.precision}: {described(counts.looks[-1])}."


def _files(settings: Settings, counts: Counts) -> list[str]:
    log = f"(the function's stderr: {settings.log})"
    if not counts.invocations:
        return [
            f"No invocation was recorded, so {settings.out} was not touched.",
            f"What there is, is in {settings.partial_out} {log}",
        ]
    if not counts.has_records:
        return [
            f"Lambda's report lines, without records: {settings.out} {log}",
            "Next: the same of the other version; then python -m telemetry compare BEFORE.jsonl AFTER.jsonl",
        ]
    return [f"Records: {settings.out} {log}", f"Next: python -m telemetry.report {quote(str(settings.out))}"]


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
