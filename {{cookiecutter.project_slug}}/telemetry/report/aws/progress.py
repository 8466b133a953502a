"""How far a download is: a bar on a terminal, a line now and then elsewhere; on stderr."""

import sys
from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

T = TypeVar("T")
PARTS: Final = 10


def followed(steps: Sequence[T], what: str) -> Iterator[T]:
    """Give the steps one by one, and show how many are done."""
    console = Console(stderr=True)
    if console.is_terminal:
        yield from _bar(steps, what, console)
        return
    for done, step in enumerate(steps, 1):
        yield step
        if done * PARTS // len(steps) > (done - 1) * PARTS // len(steps):
            sys.stderr.write(f"{what}: {done} of {len(steps)} hours\n")


def _bar(steps: Sequence[T], what: str, console: Console) -> Iterator[T]:
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("hours"),
        TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console, transient=True) as bar:
        yield from bar.track(steps, description=what)
