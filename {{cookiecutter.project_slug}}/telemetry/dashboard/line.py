"""Lines of a graph."""

from typing import Any

from telemetry.dashboard.stack import FUNCTION, NAMESPACE, SERVICE_NAME
from telemetry.dashboard.widget import PERIOD, Line
from telemetry.schema import SERVICE, Metric


def ours(metric: Metric, stat: str, label: str, **dimensions: str) -> Line:
    """One of our metrics; `dimensions` are those beside the service.

    Raises:
        ValueError: it is not published under these dimensions.
    """
    if (SERVICE, *dimensions) not in metric.dimensions:
        raise ValueError(f"{metric.name} is not published by {', '.join((SERVICE, *dimensions))}")
    return of(NAMESPACE, metric.name, stat, label, **{SERVICE: SERVICE_NAME}, **dimensions)


def of(namespace: str, name: str, stat: str, label: str, **dimensions: str) -> Line:
    """Any metric."""
    pairs = [part for pair in dimensions.items() for part in pair]
    return [namespace, name, *pairs, {"stat": stat, "label": label}]


def of_lambda(name: str, stat: str, label: str, **dimensions: str) -> Line:
    """One of Lambda's own, over all versions of the function."""
    return of("AWS/Lambda", name, stat, label, FunctionName=FUNCTION, **dimensions)


def each(metric: Metric, dimension: str, stat: str) -> Line:
    """One of our metrics, a line for each value of a dimension that only the app knows."""
    if (SERVICE, dimension) not in metric.dimensions:
        raise ValueError(f"{metric.name} is not published by {SERVICE}, {dimension}")
    search = f'{{"{NAMESPACE}",{SERVICE},{dimension}}} MetricName="{metric.name}" {SERVICE}="{SERVICE_NAME}"'
    label = f"${{!PROP('Dim.{dimension}')}}"
    return [{"expression": f"SEARCH('{search}', '{stat}', {PERIOD})", "label": label}]


def reckoned(expression: str, label: str) -> Line:
    """What comes of other lines, by their ids."""
    return [{"expression": expression, "label": label}]


def hidden(line: Line, id_: str) -> Line:
    """A line that is only there to be reckoned with."""
    shown: dict[str, Any] = line[-1]
    return [*line[:-1], {**shown, "id": id_, "visible": False}]
