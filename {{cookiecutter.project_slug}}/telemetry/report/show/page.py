"""The verdict as one HTML page that needs nothing beside itself."""

import re
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from adapter.placement import PLACEMENTS
from telemetry.report.estimate.intervals import MINIMUM_EFFECTIVE
from telemetry.report.estimate.results import Results
from telemetry.report.estimate.startup.advice import MATERIAL_MS, MATERIAL_SHARE, MINIMUM_ENVIRONMENTS
from telemetry.report.estimate.startup.ledger_check import MATERIAL
from telemetry.report.show.charts import answer_charts, configuration_chart, size_charts, time_charts
from telemetry.report.show.charts.drawing import Figure
from telemetry.report.show.glance import glance
from telemetry.report.show.section import TONES, TableSection
from telemetry.report.show.sections import sections
from telemetry.report.show.verdict import Verdict
from telemetry.report.show.wording import CODE, explained, short_name

Draw: TypeAlias = Callable[[Results], Figure | None]

CHARTS: Final[tuple[Draw, ...]] = (
    configuration_chart.frontier,
    time_charts.time_split,
    answer_charts.differences,
    time_charts.distribution,
    answer_charts.narrowing,
    time_charts.startup,
    size_charts.state,
    size_charts.starts,
    size_charts.invocations,
)
"""In the order of reading."""
PHONE: Final = 52
"""Characters that a row of a table has room for on a phone."""
PHONE_WORDS: Final = 16
"""Words are folded to this width there."""
SHORT_CODE: Final = 40
"""Characters that fit into one line of a phone: such a command is not broken at its hyphens."""


def page(verdict: Verdict) -> str:
    """Render the page. Everything from the records is escaped; the charts escape their own text."""
    environment = Environment(
        loader=PackageLoader("telemetry.report.show", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"with_code": with_code, "short_name": short_name, "explained": explained}
    shown = list(sections(verdict))
    return environment.get_template("page.html.j2").render(
        verdict=verdict,
        results=verdict.results,
        sections=shown,
        glance=glance(verdict),
        figures=list(_figures(verdict.shown)),
        narrow={section.name for section in shown if isinstance(section, TableSection) and _fits(section)},
        titles={section.name: section.title for section in shown if isinstance(section, TableSection)},
        tones=TONES,
        placements=PLACEMENTS,
        minimum_effective=MINIMUM_EFFECTIVE,
        minimum_environments=MINIMUM_ENVIRONMENTS,
        material_left=f"{100 * MATERIAL:.0f} %",
        material_share=f"{100 * MATERIAL_SHARE:.0f} %",
        material_ms=f"{MATERIAL_MS:.0f} ms",
    )


def with_code(text: str) -> Markup:
    """Escape a sentence, and put what is between backticks into elements of code."""
    return Markup(CODE.sub(_code, str(escape(text))))  # noqa: S704  # all of it is escaped


def _code(found: re.Match[str]) -> str:
    tag = '<code class="short">' if len(found[1]) <= SHORT_CODE else "<code>"
    return f"{tag}{found[1]}</code>"


def _fits(section: TableSection) -> bool:
    """Say whether a table is legible on a phone as it is: else its rows are broken into lines there."""
    longest = [max(map(len, cells)) for cells in zip(section.headings, *section.rows, strict=True)]
    words = {0, *section.prose}
    widths = [min(size, PHONE_WORDS) if at in words else size for at, size in enumerate(longest)]
    return sum(widths) + len(widths) <= PHONE


def _figures(results: Results) -> Iterator[Figure]:
    """Draw every chart that has something to show."""
    for draw in CHARTS:
        figure = draw(results)
        if figure is not None:
            yield figure
