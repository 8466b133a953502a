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
from tests.telemetry.report.simulation import Loaded, Run, experiment

THREE_ARMS = {"init": 25, "first_invocation": 25, "every_invocation": 25}


@pytest.fixture(scope="module")
def verdict() -> Verdict:
    return verdict_from([*Run(arms=THREE_ARMS).lines(), "some text"])


@pytest.fixture(scope="module")
def on_lambda() -> Verdict:
    return verdict_from(Run(arms=THREE_ARMS, lab=False).lines())


def terminal(verdict: Verdict) -> str:
    out = StringIO()
    show_verdict(verdict, Console(width=110, file=out))
    return out.getvalue()


def flat(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", markup.unescape(text)).split())


def test_terminal_and_page_show_the_same_sections_in_order(verdict: Verdict) -> None:
    titles = [section.title for section in sections(verdict)]
    assert len(titles) == len(listed.SECTIONS)
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


def captions(of: Verdict) -> dict[str, str]:
    return {section.name: section.caption for section in sections(of) if isinstance(section, TableSection)}


def rows(of: Verdict, name: str) -> list[tuple[str, ...]]:
    (found,) = (section for section in sections(of) if section.name == name)
    assert isinstance(found, TableSection)
    return list(found.rows)


def test_null_by_construction_has_its_finding(verdict: Verdict) -> None:
    assert rows(verdict, "per-request")[1][-1] == "no difference seen"


def test_interim_finding_is_so_far() -> None:
    verdict = verdict_from(experiment(planned=200).lines())
    assert rows(verdict, "per-request")[0][-1].endswith(" so far")


def test_mix_of_the_lab_is_said(verdict: Verdict, on_lambda: Verdict) -> None:
    said = "At 12 requests per environment, 1 of 12 cold, as the lab was told; on Lambda traffic decides that"
    assert said in captions(verdict)["per-request"]
    assert "as the lab was told" not in captions(on_lambda)["per-request"]


def test_comparator_is_explained(verdict: Verdict) -> None:
    assert "Mangum itself did not run" in captions(verdict)["per-request"]
    without = verdict_from(Run(arms={"init": 25, "first_invocation": 25}).lines())
    assert "Mangum itself" not in captions(without)["per-request"]


def test_advice_of_a_lab_run_is_of_this_machine(verdict: Verdict, on_lambda: Verdict) -> None:
    assert (
        "with 512 MB on Lambda the same load may take up to 3.5 times as long" in captions(verdict)["advice"]
    )
    assert "on Lambda" not in captions(on_lambda)["advice"]


def test_slower_requests_may_turn_the_advice() -> None:
    run = Run(arms={"init": 25}, resources={"thing": Loaded(200, 50, 0.015)})
    verdict = verdict_from(run.lines())
    found = verdict.results.resources[0]
    assert (found.advice, found.advice_on_lambda) == ("make lazy", "not enough data")
    because = rows(verdict, "advice")[0][-1]
    assert "; on Lambda perhaps: not enough data" in because
    assert re.search(r"; keep it if environments serve more than about \d+ to \d+ requests;", because)


@pytest.mark.parametrize(
    ("touch", "run", "because"),
    [
        (0, {"first_ms": 3}, "less than 5 ms to save"),
        (1, {}, "lazy saves less than 20 % of its load"),
        (0.12, {}, "the interval leaves both open"),
        (0, {"environments": 19}, "fewer than 20 environments"),
        (0, {"overlapped": True}, "loads together with another"),
        (1, {"visible": False}, "no state key has its name"),
    ],
)
def test_advice_says_which_number_decided(touch: float, run: dict[str, float], because: str) -> None:
    thing = Loaded(run.get("first_ms", 200), 50, touch, bool(run.get("visible", True)))
    arms = {"init": int(run.get("environments", 25))}
    lines = Run(arms=arms, resources={"thing": thing}, overlapped=bool(run.get("overlapped"))).lines()
    assert rows(verdict_from(lines), "advice")[0][-1] == because


def test_startup_and_shutdown_stand_together(verdict: Verdict) -> None:
    found = rows(verdict, "startup")
    assert [row[0] for row in found][:2] == ["startup", "startup + shutdown"]
    assert found[-1][0] == "how often"
