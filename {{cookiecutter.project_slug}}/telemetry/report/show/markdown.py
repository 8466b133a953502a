"""The verdict as Markdown, for a comment: what a reader decides by."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from telemetry.report.show.section import TableSection
from telemetry.report.show.sections import DECIDED_BY, sections
from telemetry.report.show.verdict import Verdict
from telemetry.report.show.wording import CODE

SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>#|~!@$])")


def markdown(verdict: Verdict) -> str:
    """Return headline, brief and the first tables; what comes from records is escaped."""
    return "\n".join(_lines(verdict)) + "\n"


def _lines(verdict: Verdict) -> Iterator[str]:
    for line in verdict.headline:
        yield f"**{_escaped(line)}**  "
    yield ""
    for text in (*verdict.brief, verdict.meaning):
        if text:
            yield f"{_escaped(text)}  "
    for section in sections(verdict):
        if isinstance(section, TableSection) and section.name in DECIDED_BY:
            yield from _table(section)
    if verdict.made:
        yield f"\n<sub>{_escaped(verdict.made.text)}</sub>"


def _table(section: TableSection) -> Iterator[str]:
    yield f"\n#### {_escaped(section.title)}\n"
    yield _row(section.headings)
    words = {0, *section.prose}
    sides = [":--" if number in words else "--:" for number in range(len(section.headings))]
    yield _row(sides, raw=True)
    yield from map(_row, section.rows)


def _row(cells: Sequence[str], *, raw: bool = False) -> str:
    return f"| {' | '.join(cells if raw else map(_escaped, cells))} |"


def _escaped(text: str) -> str:
    """Escape a text; what stands between backticks is code, in which nothing is markup."""
    indented = len(text) - len(text.lstrip(" "))
    parts = CODE.split(" ".join(text.split()))  # text and code by turns
    return "&nbsp;" * indented + "".join(
        f"`{part}`" if number % 2 and "|" not in part else SPECIAL.sub(r"\\\1", part)
        for number, part in enumerate(parts)
    )
