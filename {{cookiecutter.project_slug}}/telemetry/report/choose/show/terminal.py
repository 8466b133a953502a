"""A choice on a terminal."""

import math
from collections.abc import Iterator, Sequence
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from telemetry.report.choose.forecast import Outcome
from telemetry.report.choose.show.wording import HEADINGS, need_by_day, on_frontier, remarks, rows, sentence
from telemetry.report.choose.study import Choice

WIDEST: Final = 118
WIDTH, HEIGHT = 60, 11
"""Of the picture, in characters."""
SAME: Final = 0.015
"""Of the logarithm of p99: within it, options are drawn on one line, for times are in steps of 0.01."""
NAME_WIDTH: Final = 12
"""Columns that the longest word of a name needs."""
BARS: Final = " .:-=+*#%@"


def show_choice(choice: Choice, console: Console) -> None:
    """Print the recommendation first, then the options, the picture and what has to be known."""
    width = min(console.width, WIDEST)
    console.print(Group(*_parts(choice)), width=width, highlight=False)


def _parts(choice: Choice) -> Iterator[RenderableType]:
    yield Text(sentence(choice), style="bold")
    if choice.outcomes:
        yield Text()
        yield _table(choice)
        yield Text()
        yield Text("\n".join(picture(choice.outcomes, relative=choice.relative_to is not None)))
    yield Text("\n".join(("", *strip(choice))))
    yield Text()
    yield from _list(remarks(choice))
    if choice.unmeasured:
        yield Text("\nNot ranked, for nothing tells about it. This measures it, for --times:")
        yield from _list(f"{one.name}: {one.command}" for one in choice.unmeasured)
    yield Text()


def _table(choice: Choice) -> Table:
    """Lay out the options; where they come from is said once if it is the same for all."""
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    shown = list(rows(choice))
    sources = {row[-1] for row in shown}
    columns = len(HEADINGS) - (len(sources) == 1)
    for number, heading in enumerate(HEADINGS[:columns]):
        words = number in {0, len(HEADINGS) - 1}
        table.add_column(
            Text(heading), justify="left" if words else "right", overflow="fold", no_wrap=not words,
            min_width=NAME_WIDTH if number == 0 else None,
        )  # fmt: skip
    for row in shown:
        chosen = row[0] == choice.recommendation.option
        table.add_row(*(Text(cell, style="green" if chosen else "") for cell in row[:columns]))
    if len(sources) == 1:
        table.caption = f"source: {sources.pop()}"
        table.caption_justify = "left"
    return table


def _list(items: Iterator[str]) -> Iterator[RenderableType]:
    for item in items:
        line = Table.grid(padding=(0, 1))
        line.add_row("-", Text(item))
        yield line


def picture(outcomes: Sequence[Outcome], *, relative: bool) -> Iterator[str]:
    """Draw dollars against p99, both logarithmic, with letters for options and capitals on the frontier."""
    priced = [one for one in outcomes if one.dollars is not None and one.dollars.value > 0]
    if not priced:
        return
    best = {one.option.name for one in on_frontier(priced)}
    xs = [math.log(one.dollars.value) for one in priced if one.dollars]
    ys = [math.log(max(one.p99_ms.value, 1e-3)) for one in priced]
    height = HEIGHT if max(ys) - min(ys) > SAME else 0
    grid = [[" "] * (WIDTH + 1) for _ in range(height + 1)]
    letters = []
    for number, (one, x, y) in enumerate(zip(priced, xs, ys, strict=True)):
        letter = chr(ord("a") + number % 26)
        letter = letter.upper() if one.option.name in best else letter
        letters.append(f"{letter} {one.option.name}")
        grid[height - _place(y, ys, height)][_place(x, xs, WIDTH)] = letter
    unit = "p99, of the first" if relative else "p99 in ms"
    most, least = (_number(math.exp(one)) for one in (max(ys), min(ys)))
    yield f"{unit}: {most} at the top, {least} at the bottom" if height else f"{unit}: {most}, alike for all"
    yield from (f"| {''.join(line).rstrip()}" for line in grid)
    yield f"+{'-' * (WIDTH + 1)}"
    yield f"dollars a month, from left to right: {_number(math.exp(min(xs)))} to {_number(math.exp(max(xs)))}"
    yield f"capitals: nothing is both cheaper and faster. {'; '.join(letters)}"


def _place(value: float, values: Sequence[float], steps: int) -> int:
    low, high = min(values), max(values)
    return round((value - low) / (high - low) * steps) if high > low else 0


def _number(value: float) -> str:
    return f"{value:,.3g}" if value < 1000 else f"{value:,.0f}"


def strip(choice: Choice) -> Iterator[str]:
    """Draw how many environments each hour needs, a row for each day."""
    most = max(1, int(choice.needed.max(initial=0)))
    if len(set(choice.needed.tolist())) == 1:
        yield f"Environments that 99 % of the requests need: {most}, in each hour of the week."
        return
    yield "Environments that 99 % of the requests need, by hour of the week (UTC)"
    for day, hours in need_by_day(choice):
        cells = (BARS[math.ceil(hour / most * (len(BARS) - 1))] for hour in hours)
        yield f"{day} |{''.join(cells)}| most {max(hours)}"
