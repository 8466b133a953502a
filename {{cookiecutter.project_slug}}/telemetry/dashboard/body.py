"""The dashboard as a part of template.yaml."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from telemetry.dashboard.layout import Placed, PlacedChoice, placed
from telemetry.dashboard.story import story

INDENT: Final = 6
"""Of the property in the template."""
OPENING: Final = '{"start": "-PT12H", "periodOverride": "inherit", "widgets": ['


def body() -> str:
    """Return the property `DashboardBody`, whole lines of YAML.

    It is JSON in which CloudFormation fills in names, and puts what a condition decides: no more than that
    can be had of it, for a dashboard's body is one string.
    """
    items = placed(story())
    choices = [item for item in items if isinstance(item, PlacedChoice)]
    lines = ["DashboardBody: !Sub", "  - |", *(f"    {line}" for line in _json(items))]
    for position, choice in enumerate(choices):
        lines += [f"  {'- ' if position == 0 else '  '}{line}" for line in _decision(choice)[:1]]
        lines += [f"    {line}" for line in _decision(choice)[1:]]
    return "".join(f"{' ' * INDENT}{line}\n" for line in lines)


def _json(items: Sequence[Placed | PlacedChoice]) -> Iterator[str]:
    yield OPENING
    for position, item in enumerate(items):
        comma = "," if position + 1 < len(items) and _is_there(items[position + 1]) else ""
        yield (f"${{{item.choice.name}}}" if isinstance(item, PlacedChoice) else _line(item)) + comma
    yield "]}"


def _is_there(item: Placed | PlacedChoice) -> bool:
    """Whether it is there whatever is chosen; else it brings the comma before it along."""
    return not isinstance(item, PlacedChoice) or bool(item.otherwise)


def _decision(choice: PlacedChoice) -> list[str]:
    comma = "" if choice.otherwise else ","
    lines = [f"{choice.choice.name}: !If", f"  - {choice.choice.condition}", *_widgets(choice.then, comma)]
    return [*lines, *(_widgets(choice.otherwise, comma) if choice.otherwise else ['  - ""'])]


def _widgets(widgets: Sequence[Placed], comma: str) -> Iterator[str]:
    yield "  - !Sub |"
    for position, widget in enumerate(widgets):
        yield f"    {comma if position == 0 else ','}{_line(widget)}"


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
