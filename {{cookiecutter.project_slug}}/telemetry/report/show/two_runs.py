"""Two runs beside each other, on the terminal."""

from collections.abc import Iterator

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from telemetry.report.estimate.intervals import Estimate
from telemetry.report.estimate.two_runs import Change, Failed, TwoRuns
from telemetry.report.read.names import printable
from telemetry.report.show.section import NONE
from telemetry.report.show.wording import bracketed

NO_EXPERIMENT = (
    "No experiment: whatever else changed between the two runs is in these numbers too. They show what to "
    "look at, and decide nothing."
)
FAST_ERRORS = "They are in the means: a fast error makes a run look faster, a time-out slower."
OTHER_MACHINES = "The machines differ: an interval of the difference would mean nothing."
BY_PLATFORM = (
    "By the platform's lines alone, in both, as one of the two holds no records: pings are requests there, "
    "and arms are not told apart. Where a log does not tell its streams, nothing has an interval."
)


def show_two_runs(found: TwoRuns, first: str, second: str, console: Console) -> None:
    """Print every number that both runs have, with the change."""
    console.print(f"{first} -> {second}: ms, mean [95 %]", style="bold", markup=False, highlight=False)
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("what", overflow="fold")
    for heading in ("before", "after", "change"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("finding", overflow="fold")
    for one in found.changes:
        cells = (printable(one.what), _number(one.before), _number(one.after), _number(one.difference))
        table.add_row(*map(Text, (*cells, _finding(one))))
    console.print(table)
    for line in _words(found):
        console.print(line, highlight=False)


def _failed(one: Failed) -> str:
    return (
        f"{one.what} {one.before} of {one.before_requests} before, {one.after} of {one.after_requests} after"
    )


def _number(of: Estimate) -> str:
    return bracketed(of.value, of.low, of.high)


def _finding(of: Change) -> str:
    return NONE if of.finding == "cannot tell" else of.finding


def _words(found: TwoRuns) -> Iterator[str]:
    yield NO_EXPERIMENT
    if failed := [one for one in found.failures if one.before or one.after]:
        yield f"Failed requests: {'; '.join(map(_failed, failed))}. {FAST_ERRORS}"
    if any(found.not_in_figures):
        before, after = found.not_in_figures
        yield f"In no figure, as nothing tells whose they are: {before} requests before, {after} after."
    if found.by == "platform lines":
        yield BY_PLATFORM
    if not found.same_machine:
        yield OTHER_MACHINES
    if not found.changes:
        yield "The two have no number in common."
