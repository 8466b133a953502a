"""Charts of the answer: by how much the arms differ, and how that became certain."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, assert_never

import altair as alt

from telemetry.report.estimate.comparison import Comparison, Estimand
from telemetry.report.estimate.narrowing import Look, Narrowing
from telemetry.report.estimate.results import Results
from telemetry.report.show.charts.drawing import (
    FAINT,
    INK,
    Chart,
    Figure,
    Values,
    arm_colour,
    chart_of,
    row,
    svg,
)
from telemetry.report.show.wording import bracketed, counted, milliseconds, short_name

SHOWN: Final[tuple[Estimand, ...]] = (
    "first_request_ms",
    "warm_request_ms",
    "user_visible_ms",
    "billed_ms",
)
"""In the order of reading: where it is saved, then what that is over all requests."""
HOUR_MS: Final = 3_600_000
LONG_MS: Final = 72 * HOUR_MS
"""Beyond it, the hours of a day do not matter on an axis."""


def request_of(estimand: Estimand) -> str:
    """Name the requests that an estimand is of."""
    match estimand:
        case "first_request_ms":
            return "first request of an environment"
        case "warm_request_ms":
            return "warm request"
        case "user_visible_ms":
            return "request, over all of them"
        case "billed_ms":
            return "request, over all of them, billed"
        case _:
            assert_never(estimand)


def differences(results: Results) -> Figure | None:
    """Draw every difference with its interval, each estimand on a scale of its own."""
    told = [
        one for one in results.comparisons if results.startup_repeats or one.baseline != "every_invocation"
    ]
    found = {name: [one for one in told if one.estimand == name] for name in SHOWN}
    panels = [_differences(name, some) for name, some in found.items() if some]
    if not panels:
        return None
    described = "; ".join(
        f"{request_of(name)}, against {short_name(one.baseline)}: {_number(one)}"
        for name, some in found.items()
        for one in some
    )
    return Figure(
        "differences",
        "What does keeping the lifespan save, and how sure is that?",
        "Dot: mean difference; line: 95 % interval, where there is one. Right of 0 it saves, left of it it "
        "costs. Grey: too small to matter. Each part has a scale of its own.",
        svg(alt.vconcat(*panels)),
        described,
        numbers_in="per-request",
    )


def _number(found: Comparison) -> str:
    return milliseconds(found.difference_ms, found.low, found.high)


def _differences(estimand: Estimand, some: Sequence[Comparison]) -> Chart:
    values: Values = [
        {
            "against": short_name(one.baseline),
            "value": one.difference_ms,
            "low": one.difference_ms if one.low is None else one.low,
            "high": one.difference_ms if one.high is None else one.high,
            "label": bracketed(one.difference_ms, one.low, one.high),
            "colour": arm_colour(one.baseline),
        }
        for one in some
    ]
    most = max(max(abs(value["low"]), abs(value["high"])) for value in values)
    smallest = min(max(one.smallest_ms for one in some), most)
    middle = (
        min(0.0, *(value["low"] for value in values)) + max(0.0, *(value["high"] for value in values))
    ) / 2
    x = alt.X("low:Q", title=f"ms saved in a {request_of(estimand)}", axis=alt.Axis(tickCount=4, format="~f"))
    base = chart_of(values).encode(y=row("against"), color=alt.Color("colour:N", scale=None))
    band = chart_of([{"low": -smallest, "high": smallest}]).mark_rect(color=FAINT, opacity=0.35)
    side = alt.ExprRef(f"datum.value > {middle} ? 'right' : 'left'")
    layers = (
        band.encode(x=x, x2="high:Q"),
        chart_of([{"at": 0}]).mark_rule(color=INK, opacity=0.6).encode(x="at:Q"),
        base.mark_rule(strokeWidth=4).encode(x=x, x2="high:Q"),
        base.mark_point(filled=True, size=45, opacity=1).encode(x="value:Q"),
        chart_of(values).mark_text(align=side, dy=-13).encode(x="value:Q", y=row("against"), text="label:N"),
    )
    return alt.layer(*layers).properties(height=alt.Step(36))


def narrowing(results: Results) -> Figure | None:
    """Draw the interval of the answer against time, or in a lab run against environments."""
    found = results.narrowing
    if found is None:
        return None
    first, last = found.looks[0], found.looks[-1]
    by_time = not results.measured_on.lab_run and last.at - first.at >= HOUR_MS
    values: Values = [
        {
            "at": one.at if by_time else one.environments,
            "value": one.difference_ms,
            "low": one.low,
            "high": one.high,
        }
        for one in found.looks
    ]
    x = alt.X(
        "at:T" if by_time else "at:Q",
        title="born until (UTC)" if by_time else "environments of both arms",
        axis=alt.Axis(tickCount=3, labelOverlap=True, grid=False, format=_days(found) if by_time else "d"),
        scale=alt.Scale(type="utc") if by_time else alt.Scale(zero=False, nice=False),
    )
    y = alt.Y("low:Q", title="ms saved", axis=alt.Axis(tickCount=4, format="~f"), scale=alt.Scale(zero=True))
    base = chart_of(values).encode(x=x)
    chart = alt.layer(
        base.mark_area(color=arm_colour(found.baseline), opacity=0.35).encode(y=y, y2="high:Q"),
        base.mark_line(color=arm_colour(found.baseline), strokeWidth=2.5).encode(y="value:Q"),
        chart_of([{"zero": 0}]).mark_rule(color=INK, opacity=0.6).encode(y="zero:Q"),
    ).properties(height=150)
    return Figure(
        "narrowing",
        "How did the interval narrow?",
        " ".join(_narrowing_words(found)),
        svg(chart),
        f"At {_look(first)}; at {_look(last)}",
    )


def _days(found: Narrowing) -> str:
    return "%b %d" if found.looks[-1].at - found.looks[0].at > LONG_MS else "%b %d, %H:%M"


def _narrowing_words(found: Narrowing) -> list[str]:
    which = f"{request_of(found.estimand).capitalize()}, against {short_name(found.baseline)}."
    what = "Each look takes the environments born until then, with all that they served, later too."
    sure = (
        "The band holds the truth at all looks at once, in about 95 of 100 experiments."
        if found.any_time
        else "Each interval is of one look: only the last is the one that is reported."
    )
    return [which, what, sure]


def _look(one: Look) -> str:
    born = datetime.fromtimestamp(one.at / 1000, UTC).date().isoformat()
    number = milliseconds(one.difference_ms, one.low, one.high)
    return f"{counted(one.environments, 'environment')} ({born}): {number}"
