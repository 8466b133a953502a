"""Charts of milliseconds: requests by arm, startup by resource, the spread of requests."""

from typing import Final

import altair as alt

from telemetry.report.estimate.results import Results
from telemetry.report.estimate.startup.startup_cost import Spread
from telemetry.report.show.charts.drawing import (
    AMBER,
    INK,
    TEAL,
    Figure,
    Values,
    along,
    along_log,
    arm_colour,
    chart_of,
    colour,
    row,
    svg,
    two_lines,
)
from telemetry.report.show.wording import arm_name, bracketed

LEAST_MS: Final = 0.01
"""A log scale has no zero."""


def arms(results: Results) -> Figure | None:
    """Draw the mean request of each arm with its interval."""
    values: Values = [
        {
            "arm": two_lines(arm_name(arm.placement)),
            "mean": of.value,
            "low": of.value if of.low is None else of.low,
            "high": of.value if of.high is None else of.high,
            "label": bracketed(of.value, of.low, of.high),
            "colour": arm_colour(arm.placement),
        }
        for arm in results.arms
        for of in (arm.user_visible_ms,)
    ]
    if not values:
        return None
    most = max(value["high"] for value in values)
    x = along("low", "user-visible ms per request")
    base = chart_of(values).encode(y=row("arm"), color=alt.Color("colour:N", scale=None))
    side = alt.ExprRef(f"datum.mean > {most / 2} ? 'right' : 'left'")
    chart = alt.layer(
        base.mark_rule(strokeWidth=4).encode(x=x, x2="high:Q"),
        base.mark_point(filled=True, size=80, opacity=1).encode(x="mean:Q"),
        chart_of(values).mark_text(align=side, dy=-14).encode(x="mean:Q", y=row("arm"), text="label:N"),
    ).properties(height=alt.Step(52))
    caption = "Mean over all requests of an arm, with its 95 % interval."
    return Figure("arms", "What a request takes", caption, svg(chart), numbers_in="arms")


def startup(results: Results) -> Figure | None:
    """Draw first and repeated loads of each resource, side by side."""
    cost = results.startup
    kinds = {"first": TEAL, "repeat": AMBER}
    values: Values = []
    for load in (cost.whole, *cost.resources):
        first = load.first_in_init or load.first_in_invocation
        values += _bars(load.name, "first", first) + _bars(load.name, "repeat", load.repeat)
    if not values:
        return None
    base = chart_of(values).encode(y=row("name"), yOffset=alt.YOffset("kind:N", sort=list(kinds)))
    chart = alt.layer(
        base.mark_bar().encode(
            x=along("mean", "ms"), color=colour("kind", list(kinds), list(kinds.values())), x2=alt.datum(0)
        ),
        base.mark_rule(strokeWidth=2, color=INK).encode(x="low:Q", x2="high:Q"),
    ).properties(height=alt.Step(18))
    return Figure(
        "startup",
        "What startup costs",
        "Mean and 95 % interval, whole and by resource. First: in INIT where that was recorded.",
        svg(chart),
        numbers_in="startup",
    )


def _bars(name: str, kind: str, spread: Spread | None) -> Values:
    if spread is None:
        return []
    low = spread.mean if spread.mean_low is None else spread.mean_low
    high = spread.mean if spread.mean_high is None else spread.mean_high
    return [{"name": name, "kind": kind, "mean": spread.mean, "low": low, "high": high}]


def latency(results: Results) -> Figure | None:
    """Draw the spread of user-visible ms by start class and arm."""
    values: Values = [
        {"start": found.start, "arm": found.placement}
        | {name: max(value, LEAST_MS) for name, value in found.percentiles.items()}
        for found in results.latency
    ]
    if not values:
        return None
    names: list[str] = [arm.placement for arm in results.arms]
    colours = [arm_colour(arm.placement) for arm in results.arms]
    side = alt.YOffset("arm:N", sort=names)
    base = chart_of(values).encode(y=row("start"), yOffset=side, color=colour("arm", names, colours))
    x = along_log("p5", "user-visible ms (log scale)")
    median = base.encode(color=alt.value(INK))
    chart = alt.layer(
        base.mark_bar(height=3).encode(x=x, x2="p99:Q"),
        base.mark_bar(height=11).encode(x="p25:Q", x2="p75:Q"),
        median.mark_tick(thickness=2, height=15, orient="vertical").encode(x="p50:Q"),
    ).properties(height=alt.Step(22))
    caption = (
        "Thin: 5th to 99th percentile; thick: the middle half; tick: median. Descriptive only: what the arm "
        "changes decides what a cold request does."
    )
    return Figure("latency", "How requests are spread", caption, svg(chart))
