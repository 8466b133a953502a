"""Where each widget is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from telemetry.dashboard.widget import Choice, Widget

COLUMNS: Final = 24

Placed: TypeAlias = dict[str, Any]
"""A widget as the dashboard's JSON has it."""


@dataclass(frozen=True, slots=True)
class Row:
    """Widgets side by side."""

    height: int
    widgets: Sequence[Widget | Choice]


@dataclass(frozen=True, slots=True)
class PlacedChoice:
    """Both possibilities of a choice, at the same place."""

    choice: Choice
    then: list[Placed]
    otherwise: list[Placed]


def placed(rows: Iterable[Row]) -> list[Placed | PlacedChoice]:
    """Put rows one below the other, each from left to right.

    Raises:
        ValueError: a row is too wide.
    """
    found: list[Placed | PlacedChoice] = []
    y = 0
    for row in rows:
        x = 0
        for item in row.widgets:
            if isinstance(item, Choice):
                both = (_side_by_side(widgets, x, y, row.height) for widgets in (item.then, item.otherwise))
                found.append(PlacedChoice(item, *both))
                x += sum(widget.width for widget in item.then)
            else:
                found += _side_by_side((item,), x, y, row.height)
                x += item.width
        if x > COLUMNS:
            raise ValueError(f"a row of {x} columns")
        y += row.height
    return found


def _side_by_side(widgets: Sequence[Widget], x: int, y: int, height: int) -> list[Placed]:
    found = []
    for widget in widgets:
        place = {"type": widget.kind, "x": x, "y": y, "width": widget.width, "height": height}
        found.append({**place, "properties": widget.properties})
        x += widget.width
    return found
