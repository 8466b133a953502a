"""Charts of sizes: memory, requests by start class, requests by environment."""

from collections.abc import Mapping
from typing import Final

import altair as alt

from telemetry import schema
from telemetry.report.estimate.results import Results
from telemetry.report.show.charts.drawing import (
    AMBER,
    BLUE,
    INK,
    ROSE,
    TEAL,
    VIOLET,
    Figure,
    Values,
    along,
    arm_colour,
    chart_of,
    colour,
    row,
    svg,
    two_lines,
)
from telemetry.report.show.wording import MEGABYTE, arm_name

START_COLOURS: Final[Mapping[str, str]] = dict(
    zip(schema.STARTS, (ROSE, VIOLET, BLUE, AMBER, TEAL), strict=True)
)


def state(results: Results) -> Figure | None:
    """Draw the state and its parts against the memory in use and configured."""
    found = results.state
    if found.size_bytes is None:
        return None
    sizes = {f"loading|{part.name}": _larger(part.rss_bytes, part.native_bytes) for part in results.resources}
    sizes["state after|startup"] = found.size_bytes / MEGABYTE
    sizes["most memory|in use"] = found.used_mb
    sizes["memory|configured"] = found.memory_mb
    values: Values = [
        {"what": name, "mb": mb, "label": f"{mb:.0f} MB"} for name, mb in sizes.items() if mb is not None
    ]
    inside = f"datum.mb > {max(value['mb'] for value in values) / 2}"
    base = chart_of(values).encode(y=row("what"), x=along("mb", "MB"))
    label = base.mark_text(
        align=alt.ExprRef(f"{inside} ? 'right' : 'left'"),
        dx=alt.ExprRef(f"{inside} ? -6 : 6"),
        color=alt.ExprRef(f"{inside} ? 'black' : 'currentColor'"),
    ).encode(text="label:N")
    chart = alt.layer(base.mark_bar(color=BLUE, height=16), label).properties(height=alt.Step(34))
    caption = "Medians. Loading: growth while a resource loaded, the larger of RSS and mallinfo2."
    described = "; ".join(f"{value['what'].replace('|', ' ')}: {value['label']}" for value in values)
    return Figure(
        "state", "Does the state fit the memory?", caption, svg(chart), described, numbers_in="state"
    )


def _larger(first: float | None, second: float | None) -> float | None:
    sizes = [max(0.0, size / MEGABYTE) for size in (first, second) if size is not None]
    return max(sizes, default=None)


def starts(results: Results) -> Figure | None:
    """Draw requests by start class in each arm."""
    recorded = results.starts.recorded
    values: Values = [
        {
            "arm": two_lines(arm_name(arm, results.startup_repeats)),
            "start": start,
            "count": count,
            "order": schema.STARTS.index(start),
        }
        for arm, counts in recorded.items()
        for start, count in counts.items()
    ]
    if not values:
        return None
    present = [start for start in schema.STARTS if any(start in counts for counts in recorded.values())]
    chart = (
        chart_of(values)
        .mark_bar(height=20)
        .encode(
            y=row("arm"),
            x=alt.X("sum(count):Q", title="requests", axis=alt.Axis(tickCount=4, format=",d", tickMinStep=1)),
            color=colour("start", list(present), [START_COLOURS[start] for start in present]),
            order="order:Q",
        )
        .properties(height=alt.Step(40))
    )
    caption = "Requests by the kind of start they met."
    described = "; ".join(
        f"{value['arm'].replace('|', ' ')}, {value['start']}: {value['count']}" for value in values
    )
    return Figure(
        "starts", "Which starts did requests meet?", caption, svg(chart), described, numbers_in="starts"
    )


def invocations(results: Results) -> Figure | None:
    """Draw how many requests an environment served, by arm."""
    values: Values = [
        {
            "arm": two_lines(arm_name(found.placement, results.startup_repeats)),
            "colour": arm_colour(found.placement),
            "most": found.most,
        }
        | found.percentiles
        for found in results.invocations
    ]
    every = {n for found in results.invocations for n in (*found.percentiles.values(), found.most)}
    if len(every) < 2:
        return None  # all the same, as in a lab run: the table says it
    base = chart_of(values).encode(y=row("arm"), color=alt.Color("colour:N", scale=None))
    x = along("p5", "requests per environment")
    chart = alt.layer(
        base.mark_bar(height=3).encode(x=x, x2="most:Q"),
        base.mark_bar(height=11).encode(x="p25:Q", x2="p75:Q"),
        base.mark_tick(thickness=2, height=15, orient="vertical", color=INK).encode(
            x="p50:Q", color=alt.value(INK)
        ),
    ).properties(height=alt.Step(40))
    caption = (
        "Thin: from the 5th percentile to the most; thick: the middle half; tick: median. Where few "
        "environments serve most requests, it takes more of them to tell."
    )
    described = "; ".join(
        f"{value['arm'].replace('|', ' ')}: median {value['p50']:.0f}, most {value['most']}"
        for value in values
    )
    return Figure(
        "invocations", "How many requests does an environment serve?", caption, svg(chart), described,
        numbers_in="invocations",
    )  # fmt: skip
