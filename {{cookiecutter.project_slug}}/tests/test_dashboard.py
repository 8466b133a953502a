import json
import re
from itertools import combinations
from typing import Any

import pytest

from adapter.placement import PLACEMENTS
from telemetry.schema import (
    DEATH,
    ERROR,
    FAILURE,
    FAULT,
    INVOCATION,
    METRICS,
    PLACEMENT,
    PLATFORM_REPORT,
    RECORD,
    SERVICE,
    START,
    STARTS,
    STATUS,
)
from tests.combinations import few_combinations
from tests.plotted import Series, plotted, spelled_out
from tests.rendering import Rendering, filled_in
from tests.stack import TEMPLATE

RENDERINGS = tuple(few_combinations())
NUMBER = re.compile(r"(?<=: )\$\{\w+\}")
"""A parameter outside of quotes, for which CloudFormation puts a number."""
NAMES = ["default", "most", "snapstart", "provisioned"]
EXPERIMENT = {"Experiment": "init=50,first_invocation=50"}

# Metrics of AWS's own, with their dimensions, as its documentation lists them. Add those that you plot.
AWS_METRICS = {
    Series(namespace, name, frozenset(dimensions))
    for namespace, dimensions, names in (
        ("AWS/Lambda", ["FunctionName"], ["Invocations", "Errors", "Throttles", "ConcurrentExecutions"]),
        ("AWS/Lambda", ["FunctionName"], ["UrlRequestLatency"]),
        ("AWS/Lambda", ["FunctionName", "Resource"], ["ProvisionedConcurrentExecutions"]),
        ("AWS/Lambda", ["FunctionName", "Resource"], ["ProvisionedConcurrencySpilloverInvocations"]),
        ("AWS/ApiGateway", ["ApiId"], ["Latency", "IntegrationLatency"]),
    )
    for name in names
}
OURS = {
    Series("Lifespan", metric.name, frozenset(dimensions))
    for metric in METRICS
    for dimensions in metric.dimensions
}
BY_ARM = {
    Series("Lifespan", name, frozenset({SERVICE, PLACEMENT}))
    for name in ("InvocationDuration", "FailedRequests")
}
COUNTED = {
    Series("Lifespan", name, frozenset({SERVICE}))
    for path in sorted((TEMPLATE.parent / "service").rglob("*.py"))
    for name in re.findall(r'\bcount\(\s*"(\w+)"', path.read_text(encoding="utf-8"))
}
"""Metrics that the service counts itself."""


def dashboard(rendering: Rendering) -> dict[str, Any]:
    """The body as CloudWatch gets it; a name that the stack does not have is an error."""
    template = rendering.template()

    def value_of(reference: str) -> str:
        name = reference.partition(".")[0]
        if name in rendering.parameters:
            return rendering.parameters[name]
        assert name.startswith("AWS::") or name in template["Resources"], reference
        return f"<{reference}>"

    written = filled_in(template["Resources"]["Dashboard"]["Properties"]["DashboardBody"], value_of)
    found: dict[str, Any] = json.loads(written)
    return found


@pytest.fixture(params=RENDERINGS, ids=NAMES)
def widgets(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = dashboard(request.param)["widgets"]
    return found


def of_kind(widgets: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [widget["properties"] for widget in widgets if widget["type"] == kind]


def by(dimension: str) -> dict[str, list[str]]:
    """For each graph whose lines are of single values of this dimension, by its title: these values."""
    found: dict[str, list[str]] = {}
    for graph in of_kind(dashboard(Rendering(**EXPERIMENT))["widgets"], "metric"):
        for *names, _ in spelled_out(graph["metrics"]):
            if dimension in names[2::2]:
                found.setdefault(graph["title"], []).append(names[names.index(dimension, 2) + 1])
    return found


def place(widget: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(widget[key] for key in ("type", "x", "y", "width", "height"))


def test_each_widget_is_one_line() -> None:
    lines = [line.strip() for line in TEMPLATE.read_text(encoding="utf-8").splitlines()]
    widgets = [NUMBER.sub("0", line.removesuffix(",")) for line in lines if line.startswith('{"type"')]
    written = {place(json.loads(widget)) for widget in widgets}
    assert written == {place(widget) for one in RENDERINGS for widget in dashboard(one)["widgets"]}


def test_widgets_do_not_overlap(widgets: list[dict[str, Any]]) -> None:
    places = [(widget["x"], widget["y"], widget["width"], widget["height"]) for widget in widgets]
    for x, y, width, height in places:
        assert x >= 0
        assert y >= 0
        assert width > 0
        assert height > 0
        assert x + width <= 24
    for (x, y, width, height), (x2, y2, width2, height2) in combinations(places, 2):
        assert x + width <= x2 or x2 + width2 <= x or y + height <= y2 or y2 + height2 <= y
    assert sum(width * height for _, _, width, height in places) == 24 * max(y + h for _, y, _, h in places)


def test_story_goes_left_to_right(widgets: list[dict[str, Any]]) -> None:
    assert widgets == sorted(widgets, key=lambda widget: (widget["y"], widget["x"]))


def test_widgets_are_complete(widgets: list[dict[str, Any]]) -> None:
    assert {widget["type"] for widget in widgets} == {"text", "alarm", "metric", "log"}
    for graph in of_kind(widgets, "metric"):
        assert graph["title"]
        assert graph["region"] == "<AWS::Region>", graph["title"]
        assert graph["yAxis"]["left"]["label"], graph["title"]
        assert all(line[-1]["label"] for line in spelled_out(graph["metrics"])), graph["title"]
    for query in of_kind(widgets, "log"):
        assert query["region"] == "<AWS::Region>"
        assert query["query"].startswith("SOURCE '<LogGroup>'\n| ")


@pytest.mark.parametrize("rendering", RENDERINGS, ids=NAMES)
def test_each_metric_exists(rendering: Rendering) -> None:
    assert plotted(dashboard(rendering)) - AWS_METRICS - OURS - COUNTED - BY_ARM == set()


def test_named_metrics_are_all_plotted() -> None:
    found = set().union(*(plotted(dashboard(rendering)) for rendering in RENDERINGS))
    assert found >= AWS_METRICS


def test_each_graph_of_the_arms_has_them_all() -> None:
    graphs = by(PLACEMENT)
    assert graphs.keys() >= {"Invocation, mean", "Failed requests"}
    for title, arms in graphs.items():
        assert arms == list(PLACEMENTS), title


def test_requests_are_shown_by_every_start() -> None:
    graphs = by(START)
    assert graphs["Requests by start"] == list(STARTS)
    assert {start for starts in graphs.values() for start in starts} == set(STARTS)


def test_arms_only_in_an_experiment() -> None:
    without, during = (plotted(dashboard(Rendering(**parameters))) for parameters in ({}, EXPERIMENT))
    assert not without & BY_ARM
    assert during >= BY_ARM


@pytest.mark.parametrize("parameters", [{}, EXPERIMENT], ids=["default", "experiment"])
def test_every_alarm_is_shown_once(parameters: dict[str, str]) -> None:
    rendering = Rendering(**parameters)
    resources = rendering.template()["Resources"].items()
    shown = [name for box in of_kind(dashboard(rendering)["widgets"], "alarm") for name in box["alarms"]]
    alarms = [name for name, item in resources if item["Type"] == "AWS::CloudWatch::Alarm"]
    assert sorted(shown) == sorted(f"<{name}.Arn>" for name in alarms)


def test_queries_ask_for_fields_of_records() -> None:
    queries = {log["title"]: log["query"] for log in of_kind(dashboard(Rendering())["widgets"], "log")}
    assert f'| filter type = "{PLATFORM_REPORT}"\n' in queries["INIT, or restore of a snapshot, in ms"]
    # Lambda may start an environment ahead, or keep one started: nobody waited for that INIT.
    waited = f'({RECORD} = "{INVOCATION}" and {START} in ["cold", "snapstart"])'
    assert f'| filter type = "{PLATFORM_REPORT}" or {waited}\n' in queries["Slowest cold starts"]
    assert f"count({START}) as waiting by request\n| filter waiting > 0\n" in queries["Slowest cold starts"]
    for wrong in (
        f'{RECORD} in ["{FAILURE}", "{DEATH}", "{FAULT}"]',
        f'({RECORD} = "{INVOCATION}" and ({STATUS} >= 500 or ispresent({ERROR})))',
        f'(type = "{PLATFORM_REPORT}" and record.status != "success")',
    ):
        assert f" or {wrong}" in queries["Last errors"]


def test_alarm_line_is_the_alarms() -> None:
    (line,) = [
        graph["annotations"]["horizontal"][0]["value"]
        for graph in of_kind(dashboard(Rendering())["widgets"], "metric")
        if "annotations" in graph
    ]
    parameter = Rendering().template()["Resources"]["StateAlarm"]["Properties"]["Threshold"]["Ref"]
    assert line == float(Rendering().parameters[parameter])


def test_odd_name_is_kept() -> None:
    name = "a/b #1 - c_d.e"
    lines = [
        line
        for graph in of_kind(dashboard(Rendering(ServiceName=name))["widgets"], "metric")
        for line in graph["metrics"]
    ]
    (search,) = [
        line[0]["expression"] for line in lines if len(line) == 1 and "SEARCH" in line[0]["expression"]
    ]
    assert f'{SERVICE}="{name}"' in search
    assert {line[line.index(SERVICE) + 1] for line in lines if SERVICE in line} == {name}
