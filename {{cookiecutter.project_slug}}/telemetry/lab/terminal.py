"""How the lab prints tables and lines: colours on a terminal alone, and nothing folded or cut in a pipe."""

import sys
from collections.abc import Container, Iterable, Sequence
from io import TextIOWrapper
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

PIPE_WIDTH: Final = 110
"""Columns of a table where there is no terminal to ask."""


def output_console() -> Console:
    """Return a console for stdout, as it is at this moment."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # what its encoding lacks ends no run
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = PIPE_WIDTH
    return console


def print_lines(console: Console, lines: Iterable[str]) -> None:
    """Print each line as it is: a terminal wraps it, and a pipe gets it whole."""
    for line in lines:
        console.print(Text(line), soft_wrap=True)


def table(
    headings: Sequence[str], rows: Iterable[Sequence[object]], words: Container[int] = frozenset({0})
) -> Table:
    """Make a table of numbers; `words` says which of its columns hold words."""
    grid = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for number, heading in enumerate(headings):
        grid.add_column(Text(heading), justify="left" if number in words else "right", overflow="fold")
    for row in rows:
        grid.add_row(*(Text(str(cell)) for cell in row))
    return grid
