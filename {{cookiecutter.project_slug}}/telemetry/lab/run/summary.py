"""What the person who ran the lab is told: the counts of the run, and why a function did not start."""

import json
import re
from collections.abc import Iterator, Sequence
from itertools import dropwhile, islice, takewhile
from typing import Final, assert_never, get_args

from rich.console import Console
from rich.table import Table

from adapter.placement import PLACEMENT_VARIABLE, Placement
from telemetry.lab.platform.cpu_share import ONE_CORE_MB
from telemetry.lab.platform.environment import SHUTDOWN_BUDGET, Shutdown
from telemetry.lab.platform.runtime_api import InitError
from telemetry.lab.run.accuracy import CLOSE
from telemetry.lab.run.counts import Counts
from telemetry.lab.run.settings import Settings
from telemetry.lab.terminal import print_lines, table
from telemetry.schema import STARTS

SHOWN_LINES: Final = 20
"""Lines of output that are shown of an environment that did not start."""
SHOWN_WIDTH: Final = 300
MESSAGE_LINES: Final = 5
"""Lines of an exception's message, at most."""

_TRACEBACK: Final = "Traceback (most recent call last):"
_GROUP_MARGIN: Final = re.compile(r"^[ \t]+[|+] ?", re.MULTILINE)
"""What the traceback of an exception group has before each line."""
_EXCEPTION: Final = re.compile(r"[^\W\d][\w.]*(:|$)")


def show(settings: Settings, counts: Counts, console: Console, *, complete: bool) -> None:
    """Print what was run, what came of it, and which file holds the records."""
    function = settings.function
    heading = f"{function.target}, {function.init_type}: measured on this machine, not on Lambda."
    print_lines(console, [heading, ""])
    console.print(_table(counts))
    print_lines(console, ["", *_failures(counts), *_shutdowns(settings, counts), *_cpu(settings, counts)])
    if not complete:
        print_lines(console, ["The run is incomplete."])
    print_lines(console, _files(settings, counts))


def init_failure(name: str, error: InitError, output: Sequence[str]) -> str:
    """Say that an environment did not start, why, and what it wrote last.

    The adapter gives Lambda only the type and place of an exception, as its message may hold a secret. The
    message is in the function's own log, at the end of a traceback.
    """
    lines = [
        f"lab: the function did not start, in {name}: {error}",
        *(f"  {line}" for line in exception_message(output) if line not in str(error)),
        *(line.rstrip() for line in error.stack),
        f"The end of its output, {_counted(len(output), 'line')} in all:" if output else "It wrote nothing.",
        *(f"  {line[:SHOWN_WIDTH]}" for line in output[-SHOWN_LINES:]),
        "The run stops here, since arms of unequal size would compare badly.",
    ]
    return "\n".join(lines) + "\n"


def ignored_placement(expected: Placement, actual: str) -> str:
    """Say that a handler started up otherwise than the lab told it to, and what to change in it."""
    return (
        f"lab: the handler ignores its placement: in the warm-up, {PLACEMENT_VARIABLE} was {expected}, but "
        f"its startup record says {actual}.\nLet the handler read the variable: construct LifespanAdapter "
        "without a placement, or with placement=placement_from(os.environ).\n"
    )


def exception_message(output: Sequence[str]) -> list[str]:
    """Return the lines of the message that ends the last traceback; none where there is no traceback."""
    found = [_message(trace) for text in _texts(output) for trace in text.split(_TRACEBACK)[1:]]
    return next(filter(None, reversed(found)), [])


def _texts(output: Sequence[str]) -> Iterator[str]:
    """Yield plain lines as one text, then the texts in JSON entries of the log, which matter more."""
    plain, entries = [], []
    for line in output:
        try:
            entry = json.loads(line)
        except ValueError:
            plain.append(line)
            continue
        if isinstance(entry, dict):
            entries += [value for value in entry.values() if isinstance(value, str)]
    yield "\n".join(plain)
    yield from entries


def _message(trace: str) -> list[str]:
    """Return what comes after the frames, which are indented."""
    lines = _GROUP_MARGIN.sub("", trace).splitlines()
    message = dropwhile(lambda line: not _EXCEPTION.match(line), lines)
    return [
        line.rstrip() for line in islice(takewhile(lambda line: line.strip(" -+|"), message), MESSAGE_LINES)
    ]


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
    init = (
        "INIT ran at full speed, requests"
        if settings.function.init_type == "on-demand"
        else "INIT and requests"
    )
    yield f"{init} with memory / {ONE_CORE_MB} of a core, as on Lambda: {shares}."
    if not all(share.close for share in counts.accuracy.shares):
        yield (
            f"A share was more than {CLOSE:.0%} off: this machine was busy with something else. Repeat the "
            "run when it is not."
        )


def _files(settings: Settings, counts: Counts) -> list[str]:
    log = f"(the function's stderr: {settings.log})"
    if not counts.invocations:
        return [
            f"No invocation was recorded, so {settings.out} was not touched.",
            f"What there is, is in {settings.partial_out} {log}",
        ]
    return [f"Records: {settings.out} {log}", f"Next: python -m telemetry.report {settings.out}"]


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
