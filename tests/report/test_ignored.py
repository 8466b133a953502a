import json

import pytest

from telemetry.report.model import Verdict
from telemetry.report.weights import weights_from
from tests.report.reported import verdict_from
from tests.report.simulation import Run

WHAT_TO_DO = "let it take `placement=placement_from(os.environ)`"
HALVES = "init=50,first_invocation=50"


def taken_as(placement: str, run: Run) -> list[str]:
    """The lab's records of a handler that sets a placement of its own."""
    found = []
    for line in run.lines():
        record = json.loads(line)
        found.append(json.dumps(record | {"placement": placement} if "placement" in record else record))
    return found


@pytest.mark.parametrize("environments", [8, 25])
def test_ignored_placement_is_the_verdict(environments: int) -> None:
    arms = {"init": environments, "every_invocation": environments}
    verdict = verdict_from(taken_as("init", Run(arms=arms)))
    assert verdict.sentence.startswith("Cannot tell: the handler ignored the placement every_invocation, ")
    assert WHAT_TO_DO in verdict.sentence
    assert WHAT_TO_DO in verdict.notes[0]
    assert "more environments" not in verdict.sentence
    assert verdict.meaning is None


def test_experiment_that_the_handler_ignored_is_said() -> None:
    """Then the lab never learns of a placement."""
    lines = [line.replace('"sent":{"init"', '"sent":{"assigned"') for line in Run(arms={"init": 25}).lines()]
    assert verdict_from(lines).sentence.startswith(
        "Cannot tell: the handler chose the placement init, which the lab did not set: let it take"
    )


def test_chosen_placement_is_said() -> None:
    verdict = verdict_from(taken_as("first_invocation", Run(arms={"init": 25, "every_invocation": 25})))
    assert "the handler ignored the placement init, every_invocation" in verdict.sentence


def test_arm_that_never_came_up_is_not_ignored() -> None:
    lines = [line for line in Run().lines() if '"placement":"every_invocation"' not in line]
    assert not any("the handler" in note for note in verdict_from(lines).notes)


def declared(arms: dict[str, int], weights: str = HALVES) -> Verdict:
    return verdict_from(Run(arms=arms, lab=False).lines(), weights_from(weights))


@pytest.mark.parametrize(
    ("init", "weights"),
    [(16, HALVES), (80, "init=90,first_invocation=10")],
    ids=["unlikely", "eight expected"],
)
def test_empty_arm_is_the_verdict(init: int, weights: str) -> None:
    verdict = declared({"init": init}, weights)
    assert (
        f"first_invocation, which the experiment declares (none of {init} environments)" in verdict.sentence
    )
    assert WHAT_TO_DO in verdict.sentence


def test_empty_arm_that_may_be_chance_has_a_caveat() -> None:
    verdict = declared({"init": 8})
    assert "the handler" not in verdict.sentence
    assert any(
        note.startswith("assignment not known to be as declared: first_invocation has none of 8 environments")
        for note in verdict.notes
    )
