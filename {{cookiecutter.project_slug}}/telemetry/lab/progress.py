"""How far a run is: a bar on a terminal, a line now and then elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeAlias

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

Advance: TypeAlias = Callable[[str], None]
"""Counts one invocation of a placement. Called between invocations, never while one is measured."""

REDRAWN_EVERY: Final = 0.2
"""Seconds; a redraw takes the processor for some milliseconds."""


@contextmanager
def progress(total: int) -> Iterator[Advance]:
    """Show progress on stderr."""
    console = Console(stderr=True)
    if console.is_terminal:
        with _bar(console, total) as advance:
            yield advance
    else:
        yield _lines(total)


@contextmanager
def _bar(console: Console, total: int) -> Iterator[Advance]:
    columns = (
        TextColumn("{task.description:<16}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("invocations"),
        TimeRemainingColumn(),
    )
    # No thread that redraws on its own: it would take turns with the server that measures.
    with Progress(*columns, console=console, auto_refresh=False, transient=True) as bar:
        task = bar.add_task("", total=total)
        drawn = 0.0

        def advance(placement: str) -> None:
            nonlocal drawn
            now = time.monotonic()
            due = now - drawn > REDRAWN_EVERY
            drawn = now if due else drawn
            bar.update(task, advance=1, description=placement, refresh=due)

        yield advance


def _lines(total: int) -> Advance:
    done = 0

    def advance(_placement: str) -> None:
        nonlocal done
        done += 1
        if done * 10 // total > (done - 1) * 10 // total:
            sys.stderr.write(f"lab: {done} of {total} invocations\n")
            sys.stderr.flush()

    return advance
