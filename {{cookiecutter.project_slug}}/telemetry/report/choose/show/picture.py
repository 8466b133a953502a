"""The picture of a choice for the page: dollars against p99, and the week's need by hour."""

import json
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, TypeVar

import altair as alt

from telemetry.report.choose.forecast import Outcome
from telemetry.report.choose.show.axis import Axis, axis_of
from telemetry.report.choose.show.wording import DAYS, HOURS, need_by_day, on_frontier, units
from telemetry.report.choose.study import Choice
from telemetry.report.estimate.digits import digits
from telemetry.report.estimate.intervals import Estimate
from telemetry.report.show.charts.drawing import BLUE, INK, TEAL, Chart, Figure, Values, chart_of, svg

Channel = TypeVar("Channel", alt.X, alt.Y)
SIZE = 360
HEIGHT = 252
TICKS = 6
"""On an axis, about."""
LETTER, LINE = 6.2, 13
"""Pixels that a letter of a name is wide, on average, and a line of it high."""
DOT, BESIDE = 4, 7
"""Pixels from a point's middle to its edge, and to its name."""
BEYOND: Final = (-10, 10, -23, 23, -36, 36, -49, 49)
"""Pixels from a point down to the middle of its name, in the order of preference."""
FINE = 10_000
"""Places on an axis: whole numbers, by which its labels are found."""


def against(choice: Choice) -> Figure | None:
    """Draw options as points with both intervals, and the frontier that no option beats."""
    priced = [one for one in choice.outcomes if one.dollars is not None and one.dollars.value > 0]
    if len(priced) < 2:
        return None
    bills, times = (axis_of([span(one) for one in priced]) for span in (_dollar_span, _p99_span))
    caption = "Lines through a point: 95 % intervals. Dashed: nothing is both cheaper and faster."
    if bills.breaks or times.breaks:
        caption += " Shaded: a part without options is left out of the axis."
    times_it = f'times "{choice.relative_to}"'
    described = _described(priced, *((times_it, times_it) if choice.relative_to else ("dollars", "ms")))
    drawn = svg(_drawn(priced, choice, bills, times))
    return Figure("against", "Dollars against p99", caption, drawn, described, numbers_in="options")


def _drawn(priced: list[Outcome], choice: Choice, bills: Axis, times: Axis) -> Chart:
    dollars, p99 = units(choice)
    x = _encoded(alt.X("dollars:Q"), bills, dollars)
    y = _encoded(alt.Y("p99:Q"), times, p99)
    placed = _placed(priced, choice, bills, times)
    points = chart_of(placed)
    line = chart_of([_point(one, bills, times) for one in on_frontier(priced)]).mark_line(
        interpolate="step-after", color=INK, opacity=0.5, strokeDash=[4, 3]
    )
    colour = alt.Color("colour:N", scale=None)
    return alt.layer(
        *_breaks(bills, times),
        line.encode(x=x, y=y),
        points.mark_rule(opacity=0.7).encode(x="dollars_low:Q", x2="dollars_high:Q", y="p99:Q", color=colour),
        points.mark_rule(opacity=0.7).encode(x="dollars:Q", y="p99_low:Q", y2="p99_high:Q", color=colour),
        points.mark_point(filled=True, size=60, opacity=1).encode(x=x, y=y, color=colour),
        *_labels(placed, x, y),
    ).properties(width=SIZE, height=HEIGHT)


def _described(priced: list[Outcome], of_bill: str, of_time: str) -> str:
    return "; ".join(
        f"{one.option.name}: {digits(_dollars(one), 4)} {of_bill}, "
        f"p99 {digits(one.p99_ms.value, 4)} {of_time}"
        for one in sorted(priced, key=_dollars)
    )


def _encoded(channel: Channel, axis: Axis, title: str) -> Channel:
    """Show places as the values that are there; the title says how these are laid out."""
    labels = {str(round(FINE * tick.place)): tick.label for tick in axis.ticks(TICKS)}
    label = f"{json.dumps(labels)}[datum.value]"
    shown = alt.Axis(values=list(map(int, labels)), labelExpr=label, labelOverlap="greedy")
    titled: Channel = channel.title([title, f"({axis.words()})"]).axis(shown)
    found: Channel = titled.scale(domain=[0, FINE], nice=False, zero=False)
    return found


def _breaks(bills: Axis, times: Axis) -> list[alt.Chart]:
    """Shade what is left out, and strike its axis through."""
    across = chart_of([{"from": FINE * low, "to": FINE * high} for low, high in bills.breaks])
    upwards = chart_of([{"from": FINE * low, "to": FINE * high} for low, high in times.breaks])
    middle = "(datum.from + datum.to) / 2"
    on_x, on_y = (one.transform_calculate(at=middle) for one in (across, upwards))
    return [
        across.mark_rect(color=INK, opacity=0.1).encode(x="from:Q", x2="to:Q"),
        upwards.mark_rect(color=INK, opacity=0.1).encode(y="from:Q", y2="to:Q"),
        on_x.mark_text(text="//").encode(x="at:Q", y=alt.value(HEIGHT)),
        on_y.mark_text(text="//", angle=90).encode(y="at:Q", x=alt.value(0)),
    ]


def _labels(placed: Values, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Write each name beside its point: on its right or before it, so many pixels above or below."""
    return [
        chart_of([one for one in placed if (one["before"], one["beyond"]) == (before, beyond)])
        .mark_text(
            align="right" if before else "left",
            baseline="middle",
            dx=-BESIDE if before else BESIDE,
            dy=beyond,
        )
        .encode(x=x, y=y, text="name:N")
        for before, beyond in sorted({(one["before"], one["beyond"]) for one in placed})
    ]


def _placed(priced: list[Outcome], choice: Choice, bills: Axis, times: Axis) -> Values:
    """Return the points, cheapest first, and where the name of each goes."""
    ordered = sorted(priced, key=_dollars)
    return [
        _point(one, bills, times)
        | {
            "name": one.option.name,
            "colour": TEAL if one.option.name == choice.recommendation.option else BLUE,
            "before": int(label.before),
            "beyond": label.beyond,
        }
        for one, label in zip(ordered, _spots(ordered, bills, times), strict=True)
    ]


class _Box(NamedTuple):
    """A rectangle in pixels from the plot's upper left corner."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "_Box") -> bool:
        return (
            self.left < other.right and other.left < self.right
            and self.top < other.bottom and other.top < self.bottom
        )  # fmt: skip


class _Label(NamedTuple):
    box: _Box
    before: bool
    beyond: int


def _spots(ordered: list[Outcome], bills: Axis, times: Axis) -> list[_Label]:
    """Find the nearest place for each name that no other name and no point has; else the first one."""
    places = [
        (SIZE * bills.place(_dollars(one)), HEIGHT * (1 - times.place(one.p99_ms.value))) for one in ordered
    ]
    taken = [_Box(x - DOT, y - DOT, x + DOT, y + DOT) for x, y in places]
    found: list[_Label] = []
    for one, (x, y) in zip(ordered, places, strict=True):
        choices = list(_choices(x, y, LETTER * len(one.option.name)))
        free = (label for label in choices if _inside(label.box) and not any(map(label.box.meets, taken)))
        found.append(next(free, choices[0]))
        taken.append(found[-1].box)
    return found


def _choices(x: float, y: float, width: float) -> Iterator[_Label]:
    """Yield places for a name, the nearest first; in the right half it first goes before its point."""
    for beyond in BEYOND:
        middle = y + beyond
        for before in (x > SIZE / 2, x <= SIZE / 2):
            left = x - BESIDE - width if before else x + BESIDE
            yield _Label(_Box(left, middle - LINE / 2, left + width, middle + LINE / 2), before, beyond)


def _inside(box: _Box) -> bool:
    return box.left >= 0 and box.right <= SIZE and box.top >= 0 and box.bottom <= HEIGHT


def _dollars(one: Outcome) -> float:
    return 0.0 if one.dollars is None else one.dollars.value


def _dollar_span(one: Outcome) -> tuple[float, float]:
    return (0.0, 0.0) if one.dollars is None else _span(one.dollars)


def _p99_span(one: Outcome) -> tuple[float, float]:
    return _span(one.p99_ms)


def _span(of: Estimate) -> tuple[float, float]:
    return of.low or of.value, of.high or of.value


def _point(one: Outcome, bills: Axis, times: Axis) -> dict[str, object]:
    """Return places: of the point and of the ends of its intervals."""
    found: dict[str, object] = {}
    for name, axis, value, span in (
        ("dollars", bills, _dollars(one), _dollar_span(one)),
        ("p99", times, one.p99_ms.value, _p99_span(one)),
    ):
        low, high = span
        places = {name: value, f"{name}_low": low, f"{name}_high": high}
        found |= {key: FINE * axis.place(at) for key, at in places.items()}
    return found


def week(choice: Choice) -> Figure | None:
    """Draw how many environments each hour of the week needs."""
    days = list(need_by_day(choice))
    values: Values = [
        {"day": day, "hour": hour, "needed": count} for day, hours in days for hour, count in enumerate(hours)
    ]
    chart = (
        chart_of(values)
        .transform_filter("isValid(datum.needed)")
        .mark_rect()
        .encode(
            x=alt.X(
                "hour:O",
                title="hour (UTC)",
                scale=alt.Scale(domain=list(range(HOURS))),
                axis=alt.Axis(values=list(range(0, HOURS, 3)), labelAngle=0),
            ),
            y=alt.Y("day:N", sort=None, title=None, scale=alt.Scale(domain=list(DAYS))),
            opacity=alt.Opacity("needed:Q", legend=None, scale=alt.Scale(range=[0.05, 1])),
            color=alt.value(BLUE),
        )
        .properties(width=SIZE, height=alt.Step(18))
    )
    most = int(choice.needed.max(initial=0))
    caption = f"Environments that 99 % of the requests need; darkest: {most}."
    if any(None in hours for _, hours in days):
        caption += " Empty: not recorded."
    described = "; ".join(f"{day}: {_range(hours)}" for day, hours in days)
    return Figure("week", "The week's need", caption, svg(chart), described)


def _range(hours: Sequence[int | None]) -> str:
    known = [hour for hour in hours if hour is not None]
    return f"{min(known)} to {max(known)} environments" if known else "not recorded"
