"""The picture of a choice for the page: dollars against p99, and the week's need by hour."""

import math

import altair as alt

from telemetry.report.choose.forecast import Outcome
from telemetry.report.choose.show.wording import HOURS, need_by_day, on_frontier
from telemetry.report.choose.study import Choice
from telemetry.report.show.charts.drawing import BLUE, INK, TEAL, Figure, Values, chart_of, svg

SIZE = 360


def against(choice: Choice) -> Figure | None:
    """Draw options as points with both intervals, and the frontier that no option beats."""
    priced = [one for one in choice.outcomes if one.dollars is not None and one.dollars.value > 0]
    if len(priced) < 2:
        return None
    relative = choice.relative_to is not None
    best = on_frontier(priced)
    x = alt.X("dollars:Q", title="dollars a month, of the first" if relative else "dollars a month").scale(
        type="log", nice=False, padding=24
    )
    y = alt.Y("p99:Q", title="p99, of the first" if relative else "p99 in ms").scale(
        type="log", nice=False, padding=16
    )
    points = chart_of(_placed(priced, choice))
    line = chart_of([_point(one, chosen=False) for one in best]).mark_line(
        interpolate="step-after", color=INK, opacity=0.5, strokeDash=[4, 3]
    )
    colour = alt.Color("colour:N", scale=None)
    chart = alt.layer(
        line.encode(x=x, y=y),
        points.mark_rule(opacity=0.5).encode(x="dollars_low:Q", x2="dollars_high:Q", y="p99:Q", color=colour),
        points.mark_rule(opacity=0.5).encode(x="dollars:Q", y="p99_low:Q", y2="p99_high:Q", color=colour),
        points.mark_point(filled=True, size=60).encode(x=x, y=y, color=colour),
        *_labels(points, x, y),
    ).properties(width=SIZE, height=SIZE * 0.7)
    caption = "Lines through a point: 95 % intervals. Dashed: nothing is both cheaper and faster."
    unit = "times the first" if relative else "ms"
    described = "; ".join(
        f"{one.option.name}: {_dollars(one):.4g} {'times the first' if relative else 'dollars'}, "
        f"p99 {one.p99_ms.value:.4g} {unit}"
        for one in sorted(priced, key=_dollars)
    )
    return Figure("against", "Dollars against p99", caption, svg(chart), described, numbers_in="options")


def _labels(points: alt.Chart, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Write every other name below its point, so that neighbours stay legible; on the right, before it."""
    return [
        points.transform_filter(f"datum.below == {below} && datum.right == {right}")
        .mark_text(align="right" if right else "left", dx=-7 if right else 7, dy=12 if below else -8)
        .encode(x=x, y=y, text="name:N")
        for below in (0, 1)
        for right in (0, 1)
    ]


def _placed(priced: list[Outcome], choice: Choice) -> Values:
    """Return the points, cheapest first, and where the name of each goes."""
    ordered = sorted(priced, key=_dollars)
    middle = (_dollars(ordered[0]) * _dollars(ordered[-1])) ** 0.5
    return [
        _point(one, chosen=one.option.name == choice.recommendation.option)
        | {"below": _below(ordered, number), "right": int(_dollars(one) > middle)}
        for number, one in enumerate(ordered)
    ]


def _below(ordered: list[Outcome], number: int) -> int:
    """Say (1) that a name goes below its point, for the nearest point is above it; equals take turns."""
    mine = ordered[number]
    others = [one for one in ordered if one is not mine]
    nearest = min(others, key=lambda one: abs(math.log(_dollars(one) / _dollars(mine))))
    if nearest.p99_ms.value == mine.p99_ms.value:
        return number % 2
    return int(nearest.p99_ms.value > mine.p99_ms.value)


def _dollars(one: Outcome) -> float:
    return 0.0 if one.dollars is None else one.dollars.value


def _point(one: Outcome, *, chosen: bool) -> dict[str, object]:
    dollars, p99 = one.dollars, one.p99_ms
    value = 0.0 if dollars is None else dollars.value
    low, high = (value, value) if dollars is None else (dollars.low or value, dollars.high or value)
    return {
        "name": one.option.name,
        "colour": TEAL if chosen else BLUE,
        "dollars": value,
        "dollars_low": low,
        "dollars_high": high,
        "p99": p99.value,
        "p99_low": p99.low or p99.value,
        "p99_high": p99.high or p99.value,
    }


def week(choice: Choice) -> Figure | None:
    """Draw how many environments each hour of the week needs."""
    values: Values = [
        {"day": day, "hour": hour, "needed": count}
        for day, hours in need_by_day(choice)
        for hour, count in enumerate(hours)
    ]
    chart = (
        chart_of(values)
        .mark_rect()
        .encode(
            x=alt.X(
                "hour:O", title="hour (UTC)", axis=alt.Axis(values=list(range(0, HOURS, 3)), labelAngle=0)
            ),
            y=alt.Y("day:N", sort=None, title=None),
            opacity=alt.Opacity("needed:Q", legend=None, scale=alt.Scale(range=[0.05, 1])),
            color=alt.value(BLUE),
        )
        .properties(width=SIZE, height=alt.Step(18))
    )
    most = int(choice.needed.max(initial=0))
    caption = f"Environments that 99 % of the requests need; darkest: {most}."
    described = "; ".join(
        f"{day}: {min(hours)} to {max(hours)} environments" for day, hours in need_by_day(choice)
    )
    return Figure("week", "The week's need", caption, svg(chart), described)
