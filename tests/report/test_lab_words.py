"""What a lab run can say of Lambda, and what not."""

import re

import pytest

from telemetry.report.model import Verdict
from telemetry.report.page import page
from telemetry.report.sections import sections
from tests.report.reported import verdict_from
from tests.report.simulation import Loaded, Run

THREE_ARMS = {"init": 25, "first_invocation": 25, "every_invocation": 25}
CANNOT = "gainst a lazy singleton (startup in the first invocation) this run cannot tell what it saves"


@pytest.fixture(scope="module")
def verdict() -> Verdict:
    return verdict_from(Run(arms=THREE_ARMS).lines())


@pytest.fixture(scope="module")
def on_lambda() -> Verdict:
    return verdict_from(Run(arms=THREE_ARMS, lab=False).lines())


def captions(of: Verdict) -> dict[str, str]:
    return {section.name: section.caption for section in sections(of)}


def test_null_by_construction_is_no_finding(verdict: Verdict, on_lambda: Verdict) -> None:
    assert verdict.sentence.startswith("Keeping the lifespan saves ")
    assert CANNOT in verdict.sentence
    assert "no difference that was seen" not in verdict.sentence
    assert next(iter(sections(verdict))).rows[1][-1] == "no difference seen"
    assert "no difference that was seen" in on_lambda.sentence
    assert CANNOT not in on_lambda.sentence


def test_null_alone_is_the_sentence() -> None:
    lines = [
        line for line in Run(arms={"init": 25, "first_invocation": 25}).lines() if '"startup"' not in line
    ]
    assert verdict_from(lines).sentence.startswith(f"A{CANNOT}")


def test_hidden_init_is_still_a_finding() -> None:
    arms = {"init": 25, "first_invocation": 25}
    found = verdict_from(Run(arms=arms, start="proactive").lines())
    assert CANNOT not in found.sentence
    assert "per request against a lazy singleton" in found.sentence


def test_headline_has_a_line_for_each_comparator(verdict: Verdict, on_lambda: Verdict) -> None:
    assert verdict.headline[0].endswith("against stock Mangum (lifespan on every invocation)")
    assert verdict.headline[1].startswith(f"A{CANNOT}")
    assert on_lambda.headline[1].startswith("It makes no difference that was seen (")


def test_page_says_where_it_was_measured(verdict: Verdict, on_lambda: Verdict) -> None:
    badge = '<p class="stage">This machine, not Lambda</p>'
    assert badge in page(verdict)
    assert badge not in page(on_lambda)


def test_mix_of_the_lab_is_said(verdict: Verdict, on_lambda: Verdict) -> None:
    said = "At 12 requests per environment, 1 of 12 cold, as the lab was told; on Lambda traffic decides that"
    assert said in captions(verdict)["per-request"]
    assert "as the lab was told" not in captions(on_lambda)["per-request"]


def test_comparator_is_named(verdict: Verdict) -> None:
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
    found = verdict_from(run.lines())
    assert (found.resources[0].advice, found.resources[0].advice_on_lambda) == (
        "make lazy",
        "not enough data",
    )
    because = next(section for section in sections(found) if section.name == "advice").rows[0][-1]
    assert "; on Lambda perhaps: not enough data" in because
    assert re.search(r"keep from some \d+ to \d+ requests per environment on", because)


def test_startup_and_shutdown_stand_together(verdict: Verdict) -> None:
    rows = next(section for section in sections(verdict) if section.name == "startup").rows
    assert [row[0] for row in rows][:2] == ["startup", "startup + shutdown"]
    assert rows[-1][0] == "how often"
