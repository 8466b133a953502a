"""One box of the dashboard."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from telemetry.dashboard.stack import LOG_GROUP, REGION

Line: TypeAlias = list[Any]
"""A metric as CloudWatch writes it: namespace, name, dimensions one after the other, and how to show it."""

PERIOD: Final = 300
"""Seconds; starts are rare, and finer would mostly show gaps."""


@dataclass(frozen=True, slots=True)
class Widget:
    """What it is, and how many of the 24 columns it takes."""

    kind: Literal["text", "alarm", "metric", "log"]
    width: int
    properties: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Choice:
    """Widgets that are there while a condition of the template holds, and others for the rest of the time."""

    name: str
    condition: str
    then: tuple[Widget, ...]
    otherwise: tuple[Widget, ...] = ()
    """As wide as `then`; or nothing, and then nothing may come after."""


def text(width: int, *paragraphs: str) -> Widget:
    """Explain what is beside it, in Markdown."""
    return Widget("text", width, {"markdown": "\n\n".join(paragraphs), "background": "transparent"})


def alarms(width: int, title: str, names: Sequence[str]) -> Widget:
    """Show the state of alarms, by their names in the template."""
    return Widget("alarm", width, {"title": title, "alarms": [f"${{{name}.Arn}}" for name in names]})


def graph(width: int, title: str, unit: str, lines: Sequence[Line], **more: Any) -> Widget:
    """Plot metrics over time, from zero; `more` is whatever else CloudWatch knows of a graph."""
    properties = {
        "title": title,
        "view": "timeSeries",
        "stacked": False,
        "region": REGION,
        "period": PERIOD,
        "metrics": list(lines),
        "yAxis": {"left": {"label": unit, "min": 0, "showUnits": False}},
    }
    return Widget("metric", width, properties | more)


def alarm_at(value: float) -> dict[str, Any]:
    """Draw the line where an alarm goes off."""
    return {"horizontal": [{"label": "alarm", "value": value}]}


def logs(width: int, title: str, view: Literal["table", "timeSeries"], *steps: str) -> Widget:
    """Ask Logs Insights."""
    query = "\n| ".join((f"SOURCE '{LOG_GROUP}'", *steps))
    return Widget("log", width, {"title": title, "view": view, "region": REGION, "query": query})
