"""A choice as one HTML page that needs nothing beside itself."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from telemetry.report.choose.show.picture import against, week
from telemetry.report.choose.show.wording import HEADINGS, remarks, rows, sentence
from telemetry.report.choose.study import Choice
from telemetry.report.show.inline_code import with_code


def page(choice: Choice) -> str:
    """Render the page. Everything from the records is escaped; the charts escape their own text."""
    environment = Environment(
        loader=PackageLoader("telemetry.report.choose.show", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["with_code"] = with_code
    return environment.get_template("page.html.j2").render(
        choice=choice,
        sentence=sentence(choice),
        headings=HEADINGS,
        rows=list(rows(choice)),
        remarks=list(remarks(choice)),
        figures=[figure for figure in (against(choice), week(choice)) if figure is not None],
    )
