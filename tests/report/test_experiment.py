import json
import re

import pytest

from adapter.placement import parse_weights
from telemetry.report.model import Verdict
from telemetry.report.sections import sections
from tests.report.reported import verdict_from
from tests.report.simulation import Run

HALVES = "init=50,first_invocation=50"
ARMS = {"init": 26, "first_invocation": 24}


def experiment(arms: dict[str, int] | None = None, **settings: object) -> Run:
    declared = {"experiment": HALVES, "lab": False, "invocations": 3} | settings
    return Run(arms=arms or ARMS, **declared)  # type: ignore[arg-type]  # a test's shorthand


def noted(verdict: Verdict, text: str) -> bool:
    return any(re.search(text, note) for note in verdict.notes)


def test_records_tell_the_experiment() -> None:
    found = verdict_from(experiment().lines()).assignment
    assert found is not None
    assert found.experiments == [HALVES]
    assert found.environments == {"init": 26, "first_invocation": 24}
    assert found.as_declared


def test_failed_startups_count_as_assigned() -> None:
    lines = experiment().lines()
    dead = [json.loads(line) for line in lines if '"record":"environment"' in line][:1] * 40
    lines += [json.dumps(record | {"environment": f"dead{number}"}) for number, record in enumerate(dead)]
    verdict = verdict_from(lines)
    assert verdict.assignment is not None
    assert verdict.assignment.environments["init"] == 66
    assert not verdict.assignment.as_declared
    assert "NOT to be trusted" in verdict.sentence
    assert verdict.meaning is None


def test_reinit_is_assigned_once() -> None:
    lines = experiment().lines()
    record = json.loads(next(line for line in lines if '"record":"environment"' in line))
    again = json.dumps(record | {"process": "another"})
    found = verdict_from([*lines, again]).assignment
    assert found is not None
    assert sum(found.environments.values()) == 50


def test_changed_weights_are_added_up() -> None:
    first = experiment({"init": 40, "first_invocation": 40})
    second = experiment(
        {"init": 60, "first_invocation": 20}, experiment="init=75,first_invocation=25", seed=8
    )
    verdict = verdict_from(first.lines() + second.lines())
    assert verdict.assignment is not None
    assert verdict.assignment.as_declared
    assert verdict.assignment.chi_square == 0
    assert noted(verdict, "the weights were changed on the way")


def test_flag_overrides_the_records() -> None:
    found = verdict_from(experiment().lines(), parse_weights("init=1,first_invocation=9")).assignment
    assert found is not None
    assert not found.as_declared


def test_look_before_the_planned_size_is_interim() -> None:
    verdict = verdict_from(experiment(planned=200).lines())
    assert verdict.progress is not None
    assert (verdict.progress.planned, verdict.progress.environments, verdict.progress.interim) == (
        200,
        24,
        True,
    )
    assert verdict.sentence.startswith(
        "Interim look at 24 of 200 planned environments per arm, not the verdict yet: keeping the lifespan"
    )
    assert noted(verdict, "interim: stop at 200 environments per arm")
    assert verdict.meaning is None
    assert next(sections(verdict)).rows[0][-1].endswith(" so far")


def test_planned_size_makes_the_verdict() -> None:
    verdict = verdict_from(experiment(planned=24).lines())
    assert verdict.progress is not None
    assert not verdict.progress.interim
    assert verdict.sentence.startswith("Keeping the lifespan")
    assert noted(verdict, "the planned size is reached")


def test_planned_size_may_be_told_later() -> None:
    assert verdict_from(experiment().lines(), planned=25).sentence.startswith("Interim look at 24 of 25")


def test_undeclared_size_is_noted() -> None:
    verdict = verdict_from(experiment().lines())
    assert verdict.progress is None
    assert noted(verdict, "no size was planned")


@pytest.mark.parametrize("text", ["", "init", "init=50", "init=50;lazy=1", "a" * 500])
def test_malformed_weights_are_no_record(text: str) -> None:
    lines = [line.replace(HALVES, text) for line in experiment({"init": 1, "first_invocation": 1}).lines()]
    verdict = verdict_from(lines)
    assert verdict.input.malformed == {"environment: bad experiment": 2}
    assert verdict.assignment is None


@pytest.mark.parametrize(
    "text", [HALVES, " init = 9.5 ,\tevery_invocation=1 ", "every_invocation=1,first_invocation=5,init=4"]
)
def test_report_reads_what_the_adapter_reads(text: str) -> None:
    lines = [
        line.replace(json.dumps(HALVES), json.dumps(text))
        for line in experiment({"init": 2, "first_invocation": 2, "every_invocation": 2}).lines()
    ]
    verdict = verdict_from(lines)
    assert verdict.input.malformed == {}
    assert verdict.assignment is not None
    assert verdict.assignment.weights == parse_weights(text)


@pytest.mark.parametrize(
    "text", ["init=1,lazy=1", "init=50,every_invocation=50", "init=1.2.3,first_invocation=1"]
)
def test_bad_experiment_in_a_record_is_noted(text: str) -> None:
    run = Run(arms={"init": 25, "first_invocation": 25}, experiment=text, lab=False)
    verdict = verdict_from(run.lines())
    assert verdict.assignment is None
    assert noted(verdict, f"an experiment that the adapter refuses, {text}")


def test_empty_arm_that_may_be_chance_has_a_caveat() -> None:
    verdict = verdict_from(Run(arms={"init": 8}, lab=False).lines(), parse_weights(HALVES))
    assert noted(
        verdict, "assignment not known to be as declared: first_invocation has none of 8 environments"
    )
