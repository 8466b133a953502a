"""A choice as one HTML page that needs nothing beside itself."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from telemetry.report.choose.show.picture import against, week
from telemetry.report.choose.show.wording import answer, below, headings, remarks, rows
from telemetry.report.choose.study import Choice
from telemetry.report.show.made import Made
from telemetry.report.show.page import with_code


def page(choice: Choice, made: Made | None = None) -> str:
    """Render the page. Everything from the records is escaped; the charts escape their own text."""
    shown = list(rows(choice))
    columns = len(headings(choice)) - (len({row[-1] for row in shown}) == 1)  # `below` names an only source
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
        answer=answer(choice),
        headings=headings(choice)[:columns],
        rows=[row[:columns] for row in shown],
        below=below(choice),
        made=made,
        remarks=list(remarks(choice)),
        figures=[figure for figure in (against(choice), week(choice)) if figure is not None],
    )
