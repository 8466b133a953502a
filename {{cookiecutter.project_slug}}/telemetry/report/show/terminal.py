"""The verdict on a terminal; colours only where there is one, whole at 80 columns."""

from collections.abc import Iterator, Mapping
from typing import Final, assert_never

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from telemetry.report.show.section import TONES, ListSection, Section, TableSection, Tone
from telemetry.report.show.sections import sections
from telemetry.report.show.verdict import Verdict

WIDEST: Final = 110
PROSE_WIDTH: Final = 10
"""Columns of words may be folded down to this, so that numbers stay on one line."""
COLOURS: Final[Mapping[Tone, str]] = {"good": "green", "bad": "red", "open": "yellow"}


def show_verdict(verdict: Verdict, console: Console) -> None:
    """Print what decides first: headline, where the time goes, advice; then every section."""
    width = min(console.width, WIDEST)
    console.print(Group(*_parts(verdict, width)), width=width, highlight=False)


def _parts(verdict: Verdict, width: int) -> Iterator[RenderableType]:
    for line in verdict.headline:
        yield Text(line, style="bold")
    for number, line in enumerate(verdict.brief):
        yield Text(f"\n{line}" if not number else line)
    if verdict.meaning:
        yield Text(f"\n{verdict.meaning}")
    for section in sections(verdict):
        yield Text(f"\n{section.title}", style="bold")
        yield from _rows(section, width)
    yield Text()


def _rows(section: Section, width: int) -> Iterator[RenderableType]:
    match section:
        case TableSection():
            yield _table(section, width)
            if section.caption:
                yield Text(section.caption, style="dim")
        case ListSection():
            for row in section.rows:
                item = Table.grid(padding=(0, 1))
                item.add_row("-", Text(row))
                yield item
        case _:
            assert_never(section)


def _table(section: TableSection, width: int) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for number, (heading, needed) in enumerate(zip(section.headings, _widths(section, width), strict=True)):
        numeric = number > 0 and number not in section.prose
        table.add_column(
            Text(heading),
            justify="right" if numeric else "left",
            overflow="fold",
            no_wrap=numeric and needed is not None,
            min_width=needed,
        )
    for row in section.rows:
        table.add_row(*(Text(cell, style=_style(cell)) for cell in row))
    return table


def _style(cell: str) -> str:
    return COLOURS[TONES[cell]] if cell in TONES else ""


def _widths(section: TableSection, width: int) -> list[int | None]:
    """Widths that keep numbers on one line, as far as all columns fit then."""
    longest = [max(map(len, column)) for column in zip(section.headings, *section.rows, strict=True)]
    words = {0, *section.prose}
    least = [min(size, PROSE_WIDTH) if column in words else size for column, size in enumerate(longest)]
    fits = sum(least) + 2 * len(least) - 1 <= width
    return [size if fits else None for size in least]
