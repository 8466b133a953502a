"""How far a long command is: a bar on a terminal, elsewhere a plain line at each tenth; on standard error."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

REDRAW_INTERVAL_S: Final = 0.2
"""A redraw takes the processor for some milliseconds."""
LINES: Final = 10


class Advance(Protocol):
    """Counts one more step as done."""

    def __call__(self, description: str | None = None) -> None:
        """Say what is being done in the place of the bar's label; plain lines always carry the label."""


@contextmanager
def progress(label: str, total: int, unit: str) -> Iterator[Advance]:
    """Show how many steps are done, as in `lab: 4 of 36 invocations`.

    Nothing is drawn but inside of `Advance`, so what runs between two steps can be measured.

    Args:
        label: What the command is doing.
        total: Number of steps, 1 or more.
        unit: What a step is, in the plural.
    """
    console = Console(stderr=True)
    if console.is_terminal:
        with _bar(console, label, total, unit) as advance:
            yield advance
    else:
        yield _lines(label, total, unit)


@contextmanager
def _bar(console: Console, label: str, total: int, unit: str) -> Iterator[Advance]:
    columns = (
        TextColumn("{task.description:<16}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeRemainingColumn(),
    )
    # No thread that redraws by itself: it would take turns with a server that measures.
    with Progress(*columns, console=console, auto_refresh=False, transient=True) as bar:
        task = bar.add_task(label, total=total)
        bar.refresh()
        drawn = time.monotonic()

        def advance(description: str | None = None) -> None:
            nonlocal drawn
            now = time.monotonic()
            due = now - drawn > REDRAW_INTERVAL_S
            drawn = now if due else drawn
            bar.update(task, advance=1, description=description or label, refresh=due)

        yield advance


def _lines(label: str, total: int, unit: str) -> Advance:
    done = 0

    def advance(description: str | None = None) -> None:  # noqa: ARG001  # a bar's
        nonlocal done
        done += 1
        if done * LINES // total > (done - 1) * LINES // total:
            sys.stderr.write(f"{label}: {done} of {total} {unit}\n")
            sys.stderr.flush()

    return advance
