"""One list of sections feeds the terminal and the page."""

import html as markup
import re
from io import StringIO

import pytest
from rich.console import Console

from telemetry.report.show import sections as listed
from telemetry.report.show.page import page
from telemetry.report.show.section import TONES, ListSection, Section, TableSection
from telemetry.report.show.sections import sections
from telemetry.report.show.terminal import show_verdict
from telemetry.report.show.verdict import Verdict
from tests.telemetry.report.reported import verdict_from
from tests.telemetry.report.simulation import Run

THREE_ARMS = {"init": 25, "first_invocation": 25, "every_invocation": 25}


@pytest.fixture(scope="module")
def verdict() -> Verdict:
    imported = '"complete":true,"imports":[{"package":"boto3","ms":212.4,"modules":300}]'
    lines = [line.replace('"complete":true', imported) for line in Run(arms=THREE_ARMS).lines()]
    other = [
        line.replace('"memory_mb":512', '"memory_mb":1024') for line in Run(arms=THREE_ARMS, seed=8).lines()
    ]
    return verdict_from([*lines, *other, "some text"])


def terminal(verdict: Verdict) -> str:
    out = StringIO()
    show_verdict(verdict, Console(width=110, file=out))
    return out.getvalue()


def flat(text: str) -> str:
    """Return the words alone; code, which a page has as elements, is between backticks."""
    text = re.sub(r"</?code[^>]*>", "`", text)
    return " ".join(re.sub(r"<[^>]+>", " ", markup.unescape(text)).split())


def test_terminal_and_page_show_the_same_sections_in_order(verdict: Verdict) -> None:
    titles = [section.title for section in sections(verdict)]
    assert len(titles) == len(listed.SECTIONS) - 1  # no other run was given to stand beside it
    printed, on_page = terminal(verdict), page(verdict)
    assert [line for line in printed.splitlines() if line in titles] == titles
    headings = [markup.unescape(found) for found in re.findall(r"<h2>(.*?)</h2>", on_page)]
    assert [found for found in headings if found in titles] == titles


def test_terminal_and_page_show_the_same_words(verdict: Verdict) -> None:
    printed, on_page = flat(terminal(verdict)), flat(page(verdict))
    for section in sections(verdict):
        if isinstance(section, ListSection):
            cells = list(section.rows)
        else:
            cells = [section.caption, *section.headings, *(cell for row in section.rows for cell in row)]
        missing = [cell for cell in cells if flat(cell) not in on_page]
        assert missing == []
        assert section.title in printed


@pytest.mark.parametrize(
    "section",
    [
        TableSection("new", "A new table", ("what", "ms"), [("a new row", "42")], "A new caption."),
        ListSection("new", "A new list", ["a new row"]),
    ],
    ids=["table", "list"],
)
def test_added_section_is_shown_by_both(
    section: Section, verdict: Verdict, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listed, "SECTIONS", (*listed.SECTIONS, lambda _: section))
    for shown in (flat(terminal(verdict)), flat(page(verdict))):
        assert section.title in shown
        assert "a new row" in shown


def test_empty_sections_are_left_out() -> None:
    lines = [line for line in Run(lab=False).lines() if '"record":"end"' in line]
    assert [section.name for section in sections(verdict_from(lines))] == ["not-estimated"]


def test_cells_that_stand_out_do_so_in_both(verdict: Verdict) -> None:
    out = StringIO()
    show_verdict(verdict, Console(width=110, file=out, force_terminal=True, color_system="standard"))
    assert "\x1b[32msaves" in out.getvalue()
    assert re.search(r'<td [^>]*class="words good">saves</td>', page(verdict))
    shown = {cell for section in sections(verdict) if isinstance(section, TableSection)
             for row in section.rows for cell in row}  # fmt: skip
    assert shown & TONES.keys() >= {"saves", "keep", "make lazy"}
