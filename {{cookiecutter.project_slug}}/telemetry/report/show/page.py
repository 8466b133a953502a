"""The verdict as one HTML page that needs nothing beside itself."""

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from jinja2 import Environment, PackageLoader, StrictUndefined

from telemetry.report.estimate.intervals import MINIMUM_EFFECTIVE
from telemetry.report.estimate.results import Results
from telemetry.report.estimate.startup.advice import MATERIAL_MS, MATERIAL_SHARE, MINIMUM_ENVIRONMENTS
from telemetry.report.estimate.startup.ledger_check import MATERIAL
from telemetry.report.show.charts import size_charts, time_charts
from telemetry.report.show.charts.drawing import Figure
from telemetry.report.show.section import TONES, TableSection
from telemetry.report.show.sections import DECIDED_BY, sections
from telemetry.report.show.verdict import Verdict

Draw: TypeAlias = Callable[[Results], Figure | None]

CHARTS: Final[tuple[Draw, ...]] = (
    time_charts.arms,
    time_charts.startup,
    time_charts.latency,
    size_charts.state,
    size_charts.starts,
    size_charts.invocations,
)
"""In the order of reading."""


def page(verdict: Verdict) -> str:
    """Render the page. Everything from the records is escaped; the charts escape their own text."""
    environment = Environment(
        loader=PackageLoader("telemetry.report.show", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shown = list(sections(verdict))
    return environment.get_template("page.html.j2").render(
        verdict=verdict,
        results=verdict.results,
        sections=shown,
        charts_follow=[section.name for section in shown if section.name in DECIDED_BY][-1:],
        figures=list(_figures(verdict.results)),
        titles={section.name: section.title for section in shown if isinstance(section, TableSection)},
        tones=TONES,
        minimum_effective=MINIMUM_EFFECTIVE,
        minimum_environments=MINIMUM_ENVIRONMENTS,
        material_left=f"{100 * MATERIAL:.0f} %",
        material_share=f"{100 * MATERIAL_SHARE:.0f} %",
        material_ms=f"{MATERIAL_MS:.0f} ms",
    )


def _figures(results: Results) -> Iterator[Figure]:
    """Draw every chart that has something to show."""
    for draw in CHARTS:
        figure = draw(results)
        if figure is not None:
            yield figure
