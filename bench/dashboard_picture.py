"""`python -m bench.dashboard_picture RECORDS`: draw the dashboard's graphs from a run of the lab.

The widgets are those of template.yaml. CloudWatch draws the real dashboard; the picture in the README shows
what will be on it, before anything is deployed.
"""

import argparse
import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import altair as alt
import vl_convert
import yaml

from bench.dashboard_series import points, read
from telemetry.schema import PLACEMENT

ROOT: Final = Path(__file__).parents[1]
TEMPLATE: Final = ROOT / "template.yaml"
PICTURE: Final = ROOT / "bench" / "dashboard.svg"
NUMBER: Final = re.compile(r"(?<=: )\$\{(\w+)\}")
"""A parameter outside of quotes: CloudFormation puts a number there."""
EXPERIMENT: Final = "ExperimentOn"
"""The condition of template.yaml that depends on the run; every other one is taken to hold."""
COLUMN: Final = 42
"""Pixels."""
ROW: Final = 22
COLOURS: Final = ("#2a8f84", "#b7791f", "#cf4a5c", "#3d83c4", "#7a6fc0")
TITLE: Final = "The dashboard's own metrics, drawn by this project from a run of its local lab"
NOTE: Final = (
    "Not a screenshot: AWS draws the real one, with its own metrics, alarms and log tables beside these."
)


class _Loader(yaml.SafeLoader):
    """YAML without CloudFormation's tags: of `!If [condition, then, otherwise]` the list is kept."""


def _untagged(loader: yaml.SafeLoader, _: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else None


_Loader.add_multi_constructor("!", _untagged)


def widgets(template: str, *, experiment: bool) -> list[dict[str, Any]]:
    """Return the dashboard's widgets; the names that CloudFormation would fill in stay as they are."""
    stack = yaml.load(template, _Loader)  # noqa: S506 - it is a safe one
    body, choices = stack["Resources"]["Dashboard"]["Properties"]["DashboardBody"]
    for name, (condition, then, otherwise) in choices.items():
        holds = experiment or condition != EXPERIMENT
        body = body.replace(f"${{{name}}}", then if holds else otherwise)
    numbers = stack.get("Parameters", {})
    body = NUMBER.sub(lambda found: str(numbers[found[1]]["Default"]), body)
    found: list[dict[str, Any]] = json.loads(body)["widgets"]
    return found


def picture(template: str, records: Sequence[Mapping[str, Any]]) -> str:
    """Draw every graph that the records have values for, as SVG."""
    arms = {record[PLACEMENT] for record in records if PLACEMENT in record}
    rows: dict[int, list[alt.Chart]] = {}
    for widget in widgets(template, experiment=len(arms) > 1):
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


def _graph(widget: Mapping[str, Any], records: Sequence[Mapping[str, Any]]) -> alt.Chart | None:
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.dashboard_picture", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("records", type=Path, help="records of a lab run")
    parser.add_argument("svg", type=Path, nargs="?", default=PICTURE, help="what to write (%(default)s)")
    given = parser.parse_args(arguments)
    records = read(given.records.read_text(encoding="utf-8").splitlines())
    given.svg.write_text(picture(TEMPLATE.read_text(encoding="utf-8"), records), encoding="utf-8")
    sys.stdout.write(f"wrote {given.svg}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
