"""Three short lines: against stock Mangum, INIT or lazy, where and how."""

import re

import pytest

from telemetry.report.show.verdict import Verdict
from tests.telemetry.report.reported import verdict_from
from tests.telemetry.report.simulation import Run, experiment

THREE_ARMS = {"init": 25, "first_invocation": 25, "every_invocation": 25}
LAZY = {"init": 25, "first_invocation": 25}
HALVES = "init=50,first_invocation=50"
NUMBER = r"[\d.]+ ms \[-?[\d.]+, [\d.]+\]"


def lab(arms: dict[str, int], start: str = "cold") -> Verdict:
    return verdict_from(Run(arms=arms, start=start).lines())


@pytest.mark.parametrize("arms", [THREE_ARMS, LAZY, {"init": 25}, {"init": 8}])
def test_headline_is_three_lines(arms: dict[str, int]) -> None:
    lines = lab(arms).headline
    assert len(lines) == 3
    assert lines[1].startswith("INIT or lazy: ")
    assert all(len(line) < 200 and line.endswith(".") for line in lines)


def test_saving_against_stock_mangum_comes_first() -> None:
    assert re.fullmatch(
        f"Against stock Mangum: keeping the lifespan saves {NUMBER} per request.", lab(THREE_ARMS).headline[0]
    )


def test_arms_that_cannot_differ_are_not_told_apart() -> None:
    assert lab(THREE_ARMS).headline[1] == (
        "INIT or lazy: this run cannot tell, because in both cases the first request of an environment waits "
        "for the same startup; advice by resource is below."
    )


def test_hidden_init_is_kept() -> None:
    line = lab(LAZY, "proactive").headline[1]
    each = r", [\d.]+ ms per request at 12 requests an environment."
    assert re.fullmatch(
        r"INIT or lazy: keep INIT, if failures are alike \(none seen, [\d.]+ points left open\); INIT saves "
        f"{NUMBER} in the first request of an environment{each}",
        line,
    )


def test_declared_size_that_is_not_reached_keeps_it_open() -> None:
    run = Run(arms=LAZY, start="proactive", lab=False, experiment=HALVES, planned=60)
    warning, _, choice, where = verdict_from(run.lines()).headline
    assert warning == "Interim look at 25 of 60 planned environments per arm, not the verdict yet."
    assert choice.startswith("INIT or lazy: not decided, as the declared size is not reached; INIT saves ")
    assert where.endswith("an experiment, 25 environments an arm.")


def test_too_few_environments_get_one_answer() -> None:
    run = Run(arms={"init": 15, "first_invocation": 15}, start="proactive", lab=False, experiment=HALVES)
    found = verdict_from([*run.lines()])
    stock, choice, _ = found.headline
    assert stock == "Against stock Mangum: not measured."
    assert choice == "INIT or lazy: cannot tell yet, needs at least 5 more environments of each arm."
    assert found.sentence.count("needs at least") == 1


def test_upper_bound_of_failures_is_not_rounded_down() -> None:
    few = lab({"init": 20, "first_invocation": 20}, "proactive")
    # No failure among 240 requests leaves 1.525 points open.
    assert "(none seen, 1.6 points left open)" in few.headline[1]
    assert few.meaning is not None
    assert "a difference of up to 1.6 points" in few.meaning
    assert any("a share of up to 1.6 %" in note for note in few.notes)


def test_arm_that_did_not_run_is_named() -> None:
    assert lab({"init": 25}).headline[1] == (
        "INIT or lazy: not measured, that takes the arm first_invocation; advice by resource is below."
    )


def test_startup_without_a_repeat_is_a_size_and_no_bound() -> None:
    assert re.fullmatch(
        f"Against stock Mangum: not measured; startup and shutdown take {NUMBER}.",
        lab({"init": 25}).headline[0],
    )


def test_too_few_environments_say_how_many_more() -> None:
    assert lab({"init": 8}).headline[0].startswith("Cannot tell yet against stock Mangum")
    few = lab({"init": 8, "every_invocation": 8}).headline[0]
    assert few == ("Against stock Mangum: cannot tell yet, needs at least 12 more environments of each arm.")
    uneven = lab({"init": 8, "every_invocation": 9}).headline[0]
    assert uneven.endswith("needs at least 12 more environments of init, 11 of every_invocation.")


def test_too_few_environments_say_what_to_do() -> None:
    told = "Fewer than 20 environments of an arm decide nothing"
    run = lab({"init": 8, "every_invocation": 9})
    assert run.meaning == f"{told}. Run the lab with more: `python -m telemetry lab --environments 20`."
    assert verdict_from(experiment({"init": 8, "first_invocation": 9}).lines()).meaning == (
        f"{told}: record for longer."
    )
    assert "more" not in (lab(THREE_ARMS).meaning or "")


def test_split_and_advice_are_a_line_each() -> None:
    split, advice = lab(THREE_ARMS).brief
    assert re.fullmatch(
        r"Where the time goes: INIT \d+ ms \(runtime and imports \d+ %, startup \d+ %\), "
        r"first request after that [\d.]+ ms, warm request [\d.]+ ms\.",
        split,
    )
    assert advice.startswith("Advice by resource: ")
