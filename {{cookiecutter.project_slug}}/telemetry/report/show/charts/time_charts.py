"""Charts of milliseconds: where the time goes, the spread of requests, startup by resource."""

from collections.abc import Mapping
from typing import Final

import altair as alt

from adapter.placement import Placement
from telemetry.report.estimate.digits import digits
from telemetry.report.estimate.distribution import Distribution
from telemetry.report.estimate.results import Results
from telemetry.report.estimate.startup.startup_cost import Spread
from telemetry.report.estimate.startup.time_split import TimeSplit
from telemetry.report.show.charts.drawing import (
    BLUE,
    DASHES,
    FAINT,
    INK,
    SLATE,
    VIOLET,
    Chart,
    Figure,
    Values,
    along,
    arm_colour,
    chart_of,
    colour,
    row,
    svg,
)
from telemetry.report.show.wording import short_ms, short_name

PARTS: Final[Mapping[str, str]] = {
    "runtime and imports": BLUE,
    "startup": VIOLET,
    "rest of INIT": FAINT,
    "INIT, or restore": BLUE,
    "first request": SLATE,
}
"""In the order in which they happen, with their colours."""
INSIDE: Final[Mapping[str, str]] = {
    "imports": "runtime and imports",
    "startup": "startup",
    "rest of INIT": "rest of INIT",
}
PERCENTS: Final[Mapping[float, str]] = {2: "50", 10: "90", 20: "95", 100: "99", 1000: "99.9", 10000: "99.99"}
"""Of requests that are faster, where one in so many is slower."""


def time_split(results: Results) -> Figure | None:
    """Draw INIT and the first request of an environment by arm, and a warm request."""
    splits = [one for one in results.time_split if _is_own(one.placement, results)]
    values = [value for split in splits for value in _first(split, results)]
    warm: Values = [
        {"arm": short_name(split.placement), "part": "warm request", "ms": part.ms, "label": _ms(part.ms),
         "colour": arm_colour(split.placement)}
        for split in splits
        for part in split.parts
        if part.kind == "warm" and part.ms is not None
    ]  # fmt: skip
    if not values:
        return None
    waited = ", ".join(
        f"{short_name(split.placement)} {split.waited_for_init} of {split.environments}" for split in splits
    )
    return Figure(
        "time-split",
        "Where does the time go?",
        f"Means; above, INIT and the first request after it; below, a warm request, on a scale of its own. "
        f"First requests that waited for INIT: {waited}.",
        svg(
            alt.vconcat(_stacked(values), *([_bars(warm)] if warm else [])).resolve_scale(color="independent")
        ),
        "; ".join(f"{value['arm']}, {value['part']}: {_ms(value['ms'])}" for value in (*values, *warm)),
        numbers_in="time-split",
    )


def _is_own(placement: Placement, results: Results) -> bool:
    """Say whether an arm did what it is named after: without a repeat, stock Mangum's did not."""
    return results.startup_repeats or placement != "every_invocation"


def _first(split: TimeSplit, results: Results) -> Values:
    """Return INIT, in parts where they are known, and the first request after it."""
    known = {part.kind: part.ms for part in split.parts if part.kind != "resource" and part.ms is not None}
    restored = "snapstart" in results.starts.recorded.get(split.placement, {})
    parts = {name: known[kind] for kind, name in INSIDE.items() if kind in known}
    if "INIT" in known and (restored or not parts):
        parts = {"INIT, or restore": known["INIT"]}
    if "first request" in known:
        parts["first request"] = known["first request"]
    order = list(PARTS)
    return [
        {"arm": short_name(split.placement), "part": name, "ms": ms, "order": order.index(name)}
        for name, ms in parts.items()
    ]


def _stacked(values: Values) -> Chart:
    present = [part for part in PARTS if any(value["part"] == part for value in values)]
    x = alt.X(
        "sum(ms):Q", title="ms of INIT, then of the first request", axis=alt.Axis(tickCount=4, format="~f")
    )
    chart: alt.Chart = (
        chart_of(values)
        .mark_bar(height=20)
        .encode(
            y=row("arm"),
            x=x,
            color=colour("part", present, [PARTS[part] for part in present]),
            order="order:Q",
        )
        .properties(height=alt.Step(30))
    )
    return chart


def _bars(values: Values) -> Chart:
    inside = f"datum.ms > {max(value['ms'] for value in values) / 2}"
    base = chart_of(values).encode(y=row("arm"), x=along("ms", "ms of a warm request"))
    label = base.mark_text(
        align=alt.ExprRef(f"{inside} ? 'right' : 'left'"),
        dx=alt.ExprRef(f"{inside} ? -6 : 6"),
        color=alt.ExprRef(f"{inside} ? 'black' : 'currentColor'"),
    ).encode(text="label:N")
    bars = base.mark_bar(height=20).encode(color=alt.Color("colour:N", scale=None))
    return alt.layer(bars, label).properties(height=alt.Step(30))


def _ms(ms: float) -> str:
    return f"{short_ms(ms)} ms"


def distribution(results: Results) -> Figure | None:
    """Draw how long all but the slowest requests of each arm took, down to one in many thousand."""
    found = [one for one in results.distributions if _is_own(one.placement, results)]
    values: Values = [
        {"arm": short_name(one.placement), "one_in": 1 / point.slower, "ms": point.ms}
        for one in found
        for point in one.points
    ]
    if not values:
        return None
    names, most = [short_name(one.placement) for one in found], max(value["one_in"] for value in values)
    legend = alt.Legend(title=None, orient="top", symbolType="stroke", symbolStrokeWidth=2.5)
    domain = alt.Scale(domain=names, range=[arm_colour(one.placement) for one in found])
    dashes = alt.Scale(domain=names, range=list(DASHES[: len(names)]))
    marks = [mark for mark in PERCENTS if mark <= most]
    x = alt.X(
        "one_in:Q",
        title="so many of 100 requests are faster",
        axis=alt.Axis(values=marks, labelExpr=_percents(marks)),
        scale=alt.Scale(type="log", nice=False),
    )
    y = alt.Y(
        "ms:Q",
        title="user-visible ms (log)",
        axis=alt.Axis(values=[10.0**power for power in range(-2, 8)], format="~f"),
        scale=alt.Scale(type="log", nice=False, padding=8),
    )
    lines = (
        chart_of(values)
        .mark_line(strokeWidth=2.5)
        .encode(
            x=x,
            y=y,
            color=alt.Color("arm:N", scale=domain, sort=names, legend=legend),
            strokeDash=alt.StrokeDash("arm:N", scale=dashes, sort=names, legend=legend),
        )
    )
    edges = _edges(found, most)
    edge = (
        chart_of(edges).mark_rule(strokeWidth=1.5).encode(x="at:Q", color=alt.Color("colour:N", scale=None))
    )
    chart = alt.layer(lines, edge) if edges else lines
    return Figure(
        "distribution",
        "How are requests spread, and where do first requests begin?",
        "All compared requests, up to where five are slower. Upright line: right of it are as many requests "
        "as are the first of an environment. Near it a percentile hangs on how many these are. No intervals.",
        svg(chart.properties(height=180)),
        "; ".join(_spread(one) for one in found),
        numbers_in="percentiles",
    )


def _edges(found: list[Distribution], most: float) -> Values:
    """Return where first requests begin, in the colour of the arm if arms differ in that."""
    at = {one.placement: round(1 / one.first_share, 3) for one in found if one.first_share > 0}
    same = len(set(at.values())) == 1
    edges = {edge: INK if same else arm_colour(arm) for arm, edge in at.items() if 1 < edge < most}
    return [{"at": edge, "colour": drawn} for edge, drawn in edges.items()]


def _percents(marks: list[float]) -> str:
    named = " : ".join(f"datum.value == {mark:g} ? '{PERCENTS[mark]}'" for mark in marks)
    return f"{named} : ''"


def _spread(one: Distribution) -> str:
    half = next((point for point in one.points if point.slower <= 0.5), one.points[-1])
    last = one.points[-1]
    slower, firsts = digits(100 * last.slower, 2), digits(100 * one.first_share, 2)
    return (
        f"{short_name(one.placement)}: half of {one.requests} requests within {_ms(half.ms)}, all but "
        f"{slower} of 100 within {_ms(last.ms)}; {firsts} of 100 are the first of an environment"
    )


def startup(results: Results) -> Figure | None:
    """Draw first and repeated loads of each resource, side by side."""
    cost = results.startup
    colours = {"first": VIOLET, "repeat": SLATE}  # those of arms would say that they are meant
    values: Values = []
    for load in (cost.whole, *cost.resources):
        first = load.first_in_init or load.first_in_invocation
        values += _loads(load.name, "first", first) + _loads(load.name, "repeat", load.repeat)
    if not values:
        return None
    kinds = {name: of for name, of in colours.items() if any(value["kind"] == name for value in values)}
    base = chart_of(values).encode(y=row("name"), yOffset=alt.YOffset("kind:N", sort=list(kinds)))
    chart = alt.layer(
        base.mark_bar().encode(
            x=along("mean", "ms"), color=colour("kind", list(kinds), list(kinds.values())), x2=alt.datum(0)
        ),
        base.mark_rule(strokeWidth=2, color=INK).encode(x="low:Q", x2="high:Q"),
    ).properties(height=alt.Step(18))
    return Figure(
        "startup",
        f"What does a startup cost{', the first and again' if len(kinds) > 1 else ''}?",
        "Mean and 95 % interval, whole and by resource. First: in INIT where that was recorded.",
        svg(chart),
        "; ".join(f"{value['name']}, {value['kind']}: {_ms(value['mean'])}" for value in values),
        numbers_in="startup",
    )


def _loads(name: str, kind: str, spread: Spread | None) -> Values:
    if spread is None:
        return []
    low = spread.mean if spread.mean_low is None else spread.mean_low
    high = spread.mean if spread.mean_high is None else spread.mean_high
    return [{"name": name, "kind": kind, "mean": spread.mean, "low": low, "high": high}]
