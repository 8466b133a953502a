"""`python -m telemetry.dashboard.picture RECORDS SVG`: our graphs of the dashboard, of a run of the lab.

CloudWatch draws the real one. This shows what will be on it, before anything is deployed.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import altair as alt
import vl_convert

from telemetry.dashboard.layout import Placed, PlacedChoice, placed
from telemetry.dashboard.series import points, read
from telemetry.dashboard.stack import EXPERIMENT
from telemetry.dashboard.story import story
from telemetry.schema import PLACEMENT

COLUMN: Final = 42
"""Pixels."""
ROW: Final = 22
COLOURS: Final = ("#2a8f84", "#b7791f", "#cf4a5c", "#3d83c4", "#7a6fc0")
TITLE: Final = "The dashboard's own metrics, drawn by this project from a run of its local lab"
NOTE: Final = (
    "Not a screenshot: AWS draws the real one, with its own metrics, alarms and log tables beside these."
)


def picture(records: Sequence[dict[str, Any]]) -> str:
    """Return an SVG."""
    rows: dict[int, list[alt.Chart]] = {}
    for item in placed(story()):
        for widget in _shown(item, experiment=len({record[PLACEMENT] for record in records}) > 1):
            chart = _graph(widget, records)
            if chart is not None:
                rows.setdefault(widget["y"], []).append(chart)
    whole = alt.vconcat(
        *(alt.hconcat(*charts).resolve_scale(color="independent") for _, charts in sorted(rows.items())),
        title=alt.TitleParams(
            TITLE, subtitle=NOTE, anchor="start", fontSize=15, subtitleFontSize=12, offset=12
        ),
    )
    styled = whole.configure(background="white", font="sans-serif", padding=14).configure_view(stroke="#ddd")
    drawn: str = vl_convert.vegalite_to_svg(styled.configure_axis(gridOpacity=0.4).to_dict())
    return drawn


def _shown(item: Placed | PlacedChoice, *, experiment: bool) -> list[Placed]:
    if not isinstance(item, PlacedChoice):
        return [item]
    return item.then if experiment or item.choice.condition != EXPERIMENT else item.otherwise


def _graph(widget: Placed, records: Sequence[dict[str, Any]]) -> alt.Chart | None:
    shown = widget["properties"]
    if widget["type"] != "metric":
        return None
    found = points(shown["metrics"], records)
    if not found:
        return None
    names = list(dict.fromkeys(point.line for point in found))
    base = alt.Chart(alt.InlineData([point._asdict() for point in found]), title=shown["title"])
    marked = base.mark_area(interpolate="step") if shown["stacked"] else base.mark_line(point=True)
    chart = marked.encode(
        x=alt.X("seconds:Q", title="seconds", axis=alt.Axis(tickCount=4)),
        y=alt.Y("value:Q", title=shown["yAxis"]["left"]["label"], axis=alt.Axis(tickCount=4, format="~s")),
        color=alt.Color(
            "line:N", sort=names, scale=alt.Scale(domain=names, range=COLOURS), legend=alt.Legend(title=None)
        ),
    )
    sized: alt.Chart = chart.properties(width=widget["width"] * COLUMN, height=widget["height"] * ROW)
    return sized


def main(arguments: Sequence[str]) -> int:
    """Draw; return the exit code."""
    source, target = map(Path, arguments)
    records = read(source.read_text(encoding="utf-8").splitlines())
    target.write_text(picture(records), encoding="utf-8")
    sys.stdout.write(f"wrote {target}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
