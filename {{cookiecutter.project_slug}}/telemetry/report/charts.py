"""The page's charts, in the order of reading."""

from collections.abc import Iterator

from telemetry.report import size_charts, time_charts
from telemetry.report.drawing import Figure
from telemetry.report.model import Verdict


def figures(verdict: Verdict) -> Iterator[Figure]:
    """Draw every chart that has something to show."""
    for draw in (
        time_charts.arms,
        time_charts.startup,
        time_charts.latency,
        size_charts.state,
        size_charts.starts,
        size_charts.invocations,
    ):
        figure = draw(verdict)
        if figure is not None:
            yield figure
