"""The chart of configurations: dollars against p99, and what nothing beats in both."""

from collections.abc import Sequence

import altair as alt

from telemetry.report.estimate.configurations.figures import Figures
from telemetry.report.estimate.results import Results
from telemetry.report.show.charts.drawing import INK, Chart, Figure, arm_colour, chart_of, svg
from telemetry.report.show.wording import bracketed

SIZE = 300


def frontier(results: Results) -> Figure | None:
    """Draw configurations with both intervals; None where fewer than two have both told."""
    found = results.configurations
    told = [] if found is None else [one for one in found.rows if one.on_frontier is not None]
    if found is None or len(told) < 2:
        return None
    place = "" if results.measured_on.where == "lambda" else " Not measured on Lambda."
    return Figure(
        "frontier",
        "What does a faster configuration cost?",
        "Lines through a point: 95 % intervals, all at once. Dashed: nothing is both cheaper and lower "
        f"in p99.{place}",
        svg(_chart(told)),
        "; ".join(_described(one) for one in told),
        numbers_in="configurations",
    )


def _chart(told: Sequence[Figures]) -> Chart:
    x = alt.X("dollars:Q", title="dollars a million requests").scale(zero=False, nice=True, padding=24)
    y = alt.Y("p99:Q", title="p99 in ms").scale(zero=False, nice=True, padding=16)
    best = sorted((one for one in told if one.on_frontier), key=lambda one: _dollars(one)["dollars"])
    line = chart_of([_point(one) for one in best]).mark_line(
        interpolate="step-after", color=INK, opacity=0.5, strokeDash=[4, 3]
    )
    bills = [_dollars(one)["dollars"] for one in told]
    middle = (min(bills) + max(bills)) / 2
    points = chart_of(
        [
            _point(one) | {"below": number % 2, "right": int(bill > middle)}
            for number, (one, bill) in enumerate(zip(told, bills, strict=True))
        ]
    )
    colour = alt.Color("colour:N", scale=None)
    layers: Chart = alt.layer(
        line.encode(x=x, y=y),
        points.mark_rule(opacity=0.5).encode(x="dollars_low:Q", x2="dollars_high:Q", y="p99:Q", color=colour),
        points.mark_rule(opacity=0.5).encode(x="dollars:Q", y="p99_low:Q", y2="p99_high:Q", color=colour),
        points.mark_point(filled=True, size=60, opacity=1).encode(x=x, y=y, color=colour),
        *(
            points.transform_filter(f"datum.below == {below} && datum.right == {right}")
            .mark_text(align="right" if right else "left", dx=-7 if right else 7, dy=12 if below else -8)
            .encode(x=x, y=y, text="name:N")
            for below in (0, 1)
            for right in (0, 1)
        ),
    ).properties(width=SIZE, height=SIZE * 0.7)
    return layers


def _point(one: Figures) -> dict[str, object]:
    p99 = one.p99_ms
    return {
        "name": one.name,
        "colour": arm_colour(one.placement),
        **_dollars(one),
        "p99": None if p99 is None else p99.value,
        "p99_low": None if p99 is None else p99.low,
        "p99_high": None if p99 is None else p99.high,
    }


def _dollars(one: Figures) -> dict[str, float]:
    found = one.dollars_per_million
    if found is None:
        return {}
    low, high = found.low, found.high
    return {
        "dollars": found.value,
        "dollars_low": found.value if low is None else low,
        "dollars_high": found.value if high is None else high,
    }


def _described(one: Figures) -> str:
    dollars, p99 = one.dollars_per_million, one.p99_ms
    if dollars is None or p99 is None:
        return one.name
    bill = bracketed(dollars.value, dollars.low, dollars.high)
    return f"{one.name}: {bill} dollars, p99 {bracketed(p99.value, p99.low, p99.high)} ms"
