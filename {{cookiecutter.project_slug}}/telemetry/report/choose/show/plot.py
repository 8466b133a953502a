"""The picture of a choice in characters, for the terminal: dollars against p99."""

import math
from collections.abc import Iterator, Sequence
from typing import Final

from telemetry.report.choose.forecast import Outcome
from telemetry.report.choose.show.axis import Axis, axis_of
from telemetry.report.choose.show.wording import on_frontier
from telemetry.report.estimate.digits import digits

WIDTH, HEIGHT = 60, 11
"""Of the picture, in characters."""
GAP: Final = 2.5
"""Of a break, in characters from one drawn option to the next."""
SAME: Final = 0.015
"""Of the logarithm of p99: within it, options are drawn on one line, for times are in steps of 0.01."""
LEFT_OUT: Final = "~"
"""In the place of an axis where it is broken."""


def plot(outcomes: Sequence[Outcome], dollars: str, p99: str) -> Iterator[str]:
    """Draw dollars against p99, with letters for options and capitals on the frontier.

    Args:
        outcomes: The options.
        dollars: The title of the axis from left to right.
        p99: The title of the other axis.
    """
    priced = [one for one in outcomes if one.dollars is not None and one.dollars.value > 0]
    if not priced:
        return
    bills, times = [one.dollars.value for one in priced if one.dollars], [one.p99_ms.value for one in priced]
    x, y = _axis(bills, WIDTH), _axis(times, HEIGHT)
    height = HEIGHT if math.log(max(times) / min(times)) > SAME else 0
    letters = list(_letters(priced))
    grid = [[" "] * (WIDTH + 1) for _ in range(height + 1)]
    for letter, bill, ms in zip(letters, bills, times, strict=True):
        _write(grid[height - round(y.place(ms) * height)], round(x.place(bill) * WIDTH), letter)
    most, least = digits(max(times)), digits(min(times))
    across = f" ({y.words()}): {most} at the top, {least} at the bottom"
    yield f"{p99}{across if height else f': {most}, alike for all'}"
    sides = reversed(_rule(y, height, "|"))
    yield from (f"{side} {''.join(line).rstrip()}" for side, line in zip(sides, grid, strict=True))
    yield f"+-{_rule(x, WIDTH, '-')}"
    yield f"{dollars} ({x.words()}), from left to right: {digits(min(bills))} to {digits(max(bills))}"
    names = (f"{letter} {one.option.name}" for letter, one in zip(letters, priced, strict=True))
    yield f"capitals: nothing is both cheaper and faster. {'; '.join(names)}"


def _axis(values: Sequence[float], characters: int) -> Axis:
    return axis_of([(value, value) for value in values], margin=0.0, gap=GAP / characters)


def _letters(priced: Sequence[Outcome]) -> Iterator[str]:
    best = {one.option.name for one in on_frontier(priced)}
    for number, one in enumerate(priced):
        letter = chr(ord("a") + number % 26)
        yield letter.upper() if one.option.name in best else letter


def _write(line: list[str], place: int, letter: str) -> None:
    """Write a letter at its place, or at the nearest one that no other letter has."""
    free = [number for number, taken in enumerate(line) if taken == " "]
    if free:
        line[min(free, key=lambda number: abs(number - place))] = letter


def _rule(axis: Axis, steps: int, usual: str) -> str:
    """Draw an axis, from its beginning on."""
    left_out = {
        place for begin, end in axis.breaks for place in range(round(begin * steps) + 1, round(end * steps))
    }
    return "".join(LEFT_OUT if place in left_out else usual for place in range(steps + 1))
