"""The page of a choice, and its picture."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from telemetry.report.choose.show.page import page
from telemetry.report.show.made import Made
from tests.telemetry.report.choose.outcomes import choice_of, outcome
from tests.telemetry.report.show.devices import CHROMIUM, screen

FAR = [
    outcome("init", 2.0, 399), outcome("provisioned 1", 12.0, 390), outcome("provisioned 2", 23.0, 380),
    outcome("every <invocation>", 2.6, 9100),
]  # fmt: skip


def test_the_picture_states_its_axes_with_what_is_left_out_and_is_described() -> None:
    text = page(choice_of(FAR))
    shown = unescape(text)
    assert re.search(r"\(logarithmic, without 2\.\d+ to 1[01][.\d]*\)", shown)
    assert re.search(r"\(logarithmic, without 4[01]\d to 8,\d{3}\)", shown)
    assert "a part without options is left out of the axis" in shown
    assert 'aria-label="Chart: Dollars against p99. init: 2 dollars, p99 399 ms; ' in text
    assert "every <invocation>: 2.6 dollars, p99 9,100 ms; " in shown
    assert "<invocation>" not in text


def test_names_of_options_at_one_place_do_not_overlap() -> None:
    names = ("on demand, lazy", "on demand, init, lazy: exporter", "on demand, init")
    same = [outcome(name, 1.0 + number / 1000, 100 + number / 100) for number, name in enumerate(names)]
    text = page(choice_of([*same, outcome("provisioned 1", 4.7, 100), outcome("every", 38.0, 4000)]))
    found = re.findall(r'translate\(([\d.]+),([\d.]+)\)"([^>]*)>([a-z][^<]*)</text>', text)
    drawn = {name: (float(x), float(y), "end" in how) for x, y, how, name in found}
    boxes = []
    for name in (*names, "provisioned 1"):
        x, y, before = drawn[name]
        width = 6 * len(name)
        boxes.append((x - width if before else x, y, width))
    for number, (x, y, width) in enumerate(boxes):
        for left, top, wide in boxes[:number]:
            assert abs(top - y) >= 12 or left + wide <= x or x + width <= left


def test_page_says_when_and_how_it_was_made_and_that_ratios_are_no_ms() -> None:
    made = Made("2026-01-02T03:04:05+00:00", "0123abcd4567", "python -m telemetry choose <x>")
    text = page(choice_of(FAR), made)
    assert (
        "Made 2026-01-02 03:04:05 UTC, commit 0123abcd4567, by python -m telemetry choose &lt;x&gt;" in text
    )
    assert "not Lambda" not in text
    assert "Ratios of a lab run, not Lambda" in page(choice_of(FAR, relative_to="init"), made)


def test_answer_is_the_heading_and_its_reason_stands_below() -> None:
    text = unescape(page(choice_of(FAR)))
    assert "<h1>Switch on: init.</h1>" in text
    assert re.search(r'<p class="second">Of 4 options it has the smallest product', text)


def test_only_source_is_said_once_and_several_in_a_column() -> None:
    one = page(choice_of(FAR))
    assert "source: this traffic" in one
    assert ">source</th>" not in one
    other = replace(FAR[1], option=replace(FAR[1].option, source="a lab run"))
    assert ">source</th>" in page(choice_of([FAR[0], other]))


def test_dark_colours_are_for_screens_alone() -> None:
    assert re.findall(r"@media ([^{]*dark[^{]*) {", page(choice_of(FAR))) == [
        "screen and (prefers-color-scheme: dark)"
    ]


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium installed")
@pytest.mark.parametrize("relative_to", [None, "init"])
def test_options_fit_a_phone(relative_to: str | None, tmp_path: Path) -> None:
    many = [outcome(f"on demand, init, lazy: number {number}", 12345.0, 1234, 0.1) for number in range(6)]
    path = tmp_path / "choose.html"
    path.write_text(page(choice_of(many, relative_to=relative_to)), encoding="utf-8")
    with screen() as browser:
        browser.show(path, 390, 844, dark=False)
        scrolled = browser.ask(
            "[...document.querySelectorAll('.scroll')].map(one => one.scrollWidth - one.clientWidth)"
        )
        assert scrolled == [0]
        assert browser.ask("document.querySelector('table').getBoundingClientRect().bottom") <= 844
