import json

import pytest

from adapter.placement import parse_weights
from tests.telemetry.report.reported import results_from
from tests.telemetry.report.simulation import HALVES, Run, experiment


def test_records_tell_the_experiment() -> None:
    found = results_from(experiment().lines()).assignment
    assert found is not None
    assert found.experiments == [HALVES]
    assert found.environments == {"init": 26, "first_invocation": 24}
    assert found.as_declared


def test_failed_startups_count_as_assigned() -> None:
    lines = experiment().lines()
    dead = [json.loads(line) for line in lines if '"record":"environment"' in line][:1] * 40
    lines += [json.dumps(record | {"environment": f"dead{number}"}) for number, record in enumerate(dead)]
    found = results_from(lines).assignment
    assert found is not None
    assert found.environments["init"] == 66
    assert not found.as_declared


def test_reinit_is_assigned_once() -> None:
    lines = experiment().lines()
    record = json.loads(next(line for line in lines if '"record":"environment"' in line))
    again = json.dumps(record | {"process": "another"})
    found = results_from([*lines, again]).assignment
    assert found is not None
    assert sum(found.environments.values()) == 50


def test_changed_weights_are_added_up() -> None:
    first = experiment({"init": 40, "first_invocation": 40})
    second = experiment(
        {"init": 60, "first_invocation": 20}, experiment="init=75,first_invocation=25", seed=8
    )
    found = results_from(first.lines() + second.lines()).assignment
    assert found is not None
    assert found.experiments == [HALVES, "init=75,first_invocation=25"]
    assert found.as_declared
    assert found.chi_square == 0


def test_option_wins_over_the_records() -> None:
    found = results_from(experiment().lines(), parse_weights("init=1,first_invocation=9")).assignment
    assert found is not None
    assert not found.as_declared


def test_assignment_needs_a_declared_experiment() -> None:
    assert results_from(Run().lines()).assignment is None


def test_assignment_as_declared_passes() -> None:
    found = results_from(
        Run(arms={"init": 52, "first_invocation": 48}).lines(), parse_weights(HALVES)
    ).assignment
    assert found is not None
    assert found.chi_square == pytest.approx(0.16)
    assert found.as_declared


def test_lopsided_assignment_fails() -> None:
    run = Run(arms={"init": 80, "first_invocation": 20}, invocations=2)
    found = results_from(run.lines(), parse_weights(HALVES)).assignment
    assert found is not None
    assert not found.as_declared


def test_empty_arm_says_what_was_expected() -> None:
    found = results_from(Run(arms={"init": 8}, lab=False).lines(), parse_weights(HALVES)).assignment
    assert found is not None
    assert found.as_declared
    assert found.empty == {"first_invocation": 4}


@pytest.mark.parametrize(("planned", "interim"), [(200, True), (24, False)])
def test_smallest_arm_tells_the_progress(planned: int, *, interim: bool) -> None:
    found = results_from(experiment(planned=planned).lines()).progress
    assert found is not None
    assert (found.planned, found.environments, found.interim) == (planned, 24, interim)


def test_planned_size_may_be_declared_later() -> None:
    found = results_from(experiment().lines(), planned=25).progress
    assert found is not None
    assert found.interim


def test_undeclared_size_has_no_progress() -> None:
    assert results_from(experiment().lines()).progress is None


@pytest.mark.parametrize("text", ["", "init", "init=50", "init=50;lazy=1", "a" * 500])
def test_malformed_weights_are_no_record(text: str) -> None:
    lines = [line.replace(HALVES, text) for line in experiment({"init": 1, "first_invocation": 1}).lines()]
    results = results_from(lines)
    assert results.input.malformed == {"environment: bad experiment": 2}
    assert results.assignment is None


@pytest.mark.parametrize(
    "text", [HALVES, " init = 9.5 ,\tevery_invocation=1 ", "every_invocation=1,first_invocation=5,init=4"]
)
def test_report_reads_what_the_adapter_reads(text: str) -> None:
    lines = [
        line.replace(json.dumps(HALVES), json.dumps(text))
        for line in experiment({"init": 2, "first_invocation": 2, "every_invocation": 2}).lines()
    ]
    results = results_from(lines)
    assert results.input.malformed == {}
    assert results.assignment is not None
    assert results.assignment.weights == parse_weights(text)


@pytest.mark.parametrize(
    "text", ["init=1,lazy=1", "init=50,every_invocation=50", "init=1.2.3,first_invocation=1"]
)
def test_experiment_that_never_ran_is_left_out(text: str) -> None:
    run = Run(arms={"init": 25, "first_invocation": 25}, experiment=text, lab=False)
    results = results_from(run.lines())
    assert results.assignment is None
    assert results.refused_experiments == [text]
