"""The verdict on a terminal; colours only where there is one, whole at 80 columns."""

from collections.abc import Iterator, Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from telemetry.report.model import Verdict
from telemetry.report.section import Section
from telemetry.report.sections import sections

WIDEST = 110
PROSE_WIDTH = 10
"""Columns of words may be folded down to this, so that numbers stay on one line."""
STYLES: Mapping[str, str] = {
    "saves": "green",
    "costs": "red",
    "keep": "green",
    "make lazy": "yellow",
    "cannot tell yet": "yellow",
}


def show(verdict: Verdict, console: Console) -> None:
    """Print the sentence first, then the tables, then what limits them."""
    width = min(console.width, WIDEST)
    console.print(Group(*_parts(verdict, width)), width=width, highlight=False)


def _parts(verdict: Verdict, width: int) -> Iterator[RenderableType]:
    yield Text(verdict.sentence, style="bold")
    for text in (verdict.meaning, verdict.ledger_sentence):
        if text:
            yield Text(f"\n{text}")
    tables = list(sections(verdict))
    for section in tables:
        yield Text(f"\n{section.title}", style="bold")
        yield _table(section, width)
        if section.caption:
            yield Text(section.caption, style="dim")
        if section is tables[0]:
            yield from _listed("Not estimated", verdict.not_estimated)
    yield from _listed("Notes", verdict.notes)
    if not tables:
        yield from _listed("Not estimated", verdict.not_estimated)
    yield Text()


def _table(section: Section, width: int) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for number, (heading, needed) in enumerate(zip(section.headings, _widths(section, width), strict=True)):
        numeric = number > 0 and number not in section.prose
        table.add_column(
            Text(heading), justify="right" if numeric else "left", overflow="fold", min_width=needed
        )
    for row in section.rows:
        table.add_row(*(Text(cell, style=STYLES.get(cell, "")) for cell in row))
    return table


def _widths(section: Section, width: int) -> list[int | None]:
    """Widths that keep numbers on one line, as far as all columns fit then."""
    longest = [max(map(len, column)) for column in zip(section.headings, *section.rows, strict=True)]
    words = {0, *section.prose}
    least = [min(size, PROSE_WIDTH) if column in words else size for column, size in enumerate(longest)]
    fits = sum(least) + 3 * len(least) <= width
    return [size if fits else None for size in least]


def _listed(title: str, lines: Sequence[str]) -> Iterator[RenderableType]:
    if lines:
        yield Text(f"\n{title}", style="bold")
        for line in lines:
            item = Table.grid(padding=(0, 1))
            item.add_row("-", Text(line))
            yield item
