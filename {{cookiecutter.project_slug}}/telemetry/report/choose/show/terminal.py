"""A choice on a terminal."""

import math
from collections.abc import Iterator
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from telemetry.report.choose.show.plot import plot
from telemetry.report.choose.show.wording import below, headings, need_by_day, remarks, rows, sentence, units
from telemetry.report.choose.study import Choice

WIDEST: Final = 118
NAME_WIDTH: Final = 12
"""Columns that the longest word of a name needs."""
COMMAND: Final = "`curl "
"""By which a remark is known that holds a command."""
BARS: Final = " .:-=+*#%@"


def show_choice(choice: Choice, console: Console) -> None:
    """Print the recommendation first, then the options, the picture and what has to be known."""
    width = min(console.width, WIDEST)
    for part in _parts(choice):
        if isinstance(part, str):  # it holds a command, which has to stay in one line to be pasted
            console.print(part, markup=False, highlight=False, soft_wrap=True)
        else:
            console.print(part, width=width, highlight=False)


def _parts(choice: Choice) -> Iterator[RenderableType]:
    yield Text(sentence(choice), style="bold")
    if choice.outcomes:
        yield Text()
        yield _table(choice)
        yield Text()
        yield Text("\n".join(plot(choice.outcomes, *units(choice))))
    yield Text("\n".join(("", *strip(choice))))
    yield Text()
    yield from _list(remarks(choice))
    if choice.unmeasured:
        yield Text("\nNot ranked, for nothing tells about it. This measures it, for --times:")
        yield from (f"- {one.name}: {one.command}" for one in choice.unmeasured)
    yield Text()


def _table(choice: Choice) -> Table:
    """Lay out the options; where they come from is said once if it is the same for all."""
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    shown = list(rows(choice))
    sources = {row[-1] for row in shown}
    heads = headings(choice)
    columns = len(heads) - (len(sources) == 1)
    for number, heading in enumerate(heads[:columns]):
        words = number in {0, len(heads) - 1}
        table.add_column(
            Text(heading), justify="left" if words else "right", overflow="fold", no_wrap=not words,
            min_width=NAME_WIDTH if number == 0 else None,
        )  # fmt: skip
    for row in shown:
        chosen = row[0] == choice.recommendation.option
        table.add_row(*(Text(cell, style="green" if chosen else "") for cell in row[:columns]))
    table.caption = Text(below(choice))
    table.caption_justify = "left"
    return table


def _list(items: Iterator[str]) -> Iterator[RenderableType]:
    for item in items:
        if COMMAND in item:
            yield f"- {item}"
            continue
        line = Table.grid(padding=(0, 1))
        line.add_row("-", Text(item))
        yield line


def strip(choice: Choice) -> Iterator[str]:
    """Draw how many environments each hour needs, a row for each day."""
    most = max(1, int(choice.needed.max(initial=0)))
    days = list(need_by_day(choice))
    if {hour for _, hours in days for hour in hours} == {most}:
        yield f"Environments that 99 % of the requests need: {most}, in each hour of the week."
        return
    yield "Environments that 99 % of the requests need, by hour of the week (UTC)"
    for day, hours in days:
        known = [hour for hour in hours if hour is not None]
        cells = ("?" if hour is None else BARS[math.ceil(hour / most * (len(BARS) - 1))] for hour in hours)
        yield f"{day} |{''.join(cells)}| most {max(known)}" if known else f"{day} |not recorded"
    if any(None in hours for _, hours in days):
        yield "?: not recorded"
