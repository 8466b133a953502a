"""The verdict as one HTML page that needs nothing beside itself."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from telemetry.report.advice import MATERIAL_MS, MATERIAL_SHARE, MINIMUM_ENVIRONMENTS
from telemetry.report.agreement import MATERIAL
from telemetry.report.charts import figures
from telemetry.report.comparison import MINIMUM_EFFECTIVE
from telemetry.report.model import Verdict
from telemetry.report.sections import sections
from telemetry.report.sentence import MEANS


def page(verdict: Verdict) -> str:
    """Render the page. Everything from the records is escaped; the charts escape their own text."""
    environment = Environment(
        loader=PackageLoader("telemetry.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    tables = {section.name: section for section in sections(verdict)}
    return environment.get_template("page.html.j2").render(
        verdict=verdict,
        tables=tables,
        figures={figure.name: figure for figure in figures(verdict)},
        minimum_effective=MINIMUM_EFFECTIVE,
        minimum_environments=MINIMUM_ENVIRONMENTS,
        means=MEANS,
        material_left=f"{100 * MATERIAL:.0f} %",
        material_share=f"{100 * MATERIAL_SHARE:.0f} %",
        material_ms=f"{MATERIAL_MS:.0f} ms",
    )
