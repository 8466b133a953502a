import json
import re

import pytest

from adapter.placement import parse_weights
from telemetry.report.show.notes import NOT_ESTIMATED
from telemetry.report.show.verdict import Verdict
from tests.telemetry.report.reported import verdict_from
from tests.telemetry.report.simulation import HALVES, Run, experiment


def noted(verdict: Verdict, text: str) -> bool:
    return any(re.search(text, note) for note in verdict.notes)


def test_odd_happenings_are_noted() -> None:
    common = '"v":1,"at":1,"service":"tickets"'
    death = f'{{"record":"death",{common},"environment":"e","process":"p","LifespanDeath":1}}'
    fault = f'{{"record":"fault",{common},"sink":"spans","error":"OSError"}}'
    notes = verdict_from([*Run().lines(), death, fault, fault, "text"]).notes
    assert "1 lifespan death recorded" in notes
    assert "2 telemetry faults recorded" in notes
    assert "1 line of other kinds: plain text (1)" in notes


def test_t3_log_most_of_which_was_left_out_is_the_first_note() -> None:
    lines = Run().lines()
    record = next(line for line in lines if '"record":"invocation"' in line)
    mixed = [line for line in lines for line in (line, *[f"2026-11-24T00:00:00Z {record}"] * 2)]
    assert verdict_from(mixed).notes[0].startswith("most of the log was left out: ")


def test_lost_request_is_noted() -> None:
    lines = Run().lines()
    lost = next(line for line in lines if '"start":"warm"' in line and '"placement":"init"' in line)
    verdict = verdict_from(line for line in lines if line != lost)
    assert noted(verdict, "start classes differ from what the lab sent: init: 274 warm recorded, 275 sent")
    assert noted(verdict, "1 platform.report line without an invocation record")


def test_unmeasured_resources_are_noted() -> None:
    hint = "^no resource was measured by itself"
    assert noted(verdict_from(Run(resources={}).lines()), hint)
    assert not noted(verdict_from(Run().lines()), hint)


def test_arms_too_small_for_intervals_are_named() -> None:
    verdict = verdict_from(Run(arms={"init": 9, "every_invocation": 10}).lines())
    assert (
        "no interval of a mean or of a difference of arms is shown below 10 environments: `init` has 9"
        in verdict.notes
    )


def test_cut_lab_run_is_noted() -> None:
    lines = [line.replace('"complete":true', '"complete":false') for line in Run().lines()]
    assert noted(verdict_from(lines), "cut short")


def test_fallback_is_noted() -> None:
    lines = Run().lines()
    one = next(json.loads(line) for line in lines if '"placement":"every_invocation"' in line)
    fallback = {name: one[name] for name in ("v", "at", "service", "environment", "process", "placement")}
    fallback |= {"record": "fallback", "in_force": "init", "reason": "a repeated startup failed"}
    verdict = verdict_from([*lines, json.dumps(fallback)])
    assert noted(verdict, "1 environment of `every_invocation` fell back")


def test_failed_startup_is_noted() -> None:
    lines = Run(arms={"init": 25}).lines()
    failed = json.loads(lines[0]) | {"outcome": "failed", "StartupDuration": 9e6}
    verdict = verdict_from([json.dumps(failed), *lines[1:]])
    assert "1 startup did not complete: not in the startup times" in verdict.notes


def test_billing_without_init_is_noted() -> None:
    lines = []
    for line in Run(arms={"init": 25}).lines():
        record = json.loads(line)
        if record.get("type") == "platform.report":
            record["record"]["metrics"]["billedDurationMs"] = record["record"]["metrics"]["durationMs"]
        lines.append(json.dumps(record))
    assert noted(verdict_from(lines), "25 cold starts billed without INIT")


@pytest.mark.parametrize(
    ("arms", "imports"),
    [
        ({"init": 25, "first_invocation": 25}, "plus startup in INIT, without imports"),
        ({"init": 25}, "plus imports and startup in INIT"),
    ],
    ids=["unknown", "known"],
)
def test_missing_platform_reports_are_noted(arms: dict[str, int], imports: str) -> None:
    assert imports in verdict_from(Run(arms=arms, platform=False).lines()).notes[0]


def test_comparison_without_an_experiment_is_noted() -> None:
    assert noted(verdict_from(Run(lab=False).lines()), "no experiment was declared")


def test_lopsided_assignment_is_noted() -> None:
    run = Run(arms={"init": 80, "first_invocation": 20}, invocations=2)
    assert noted(verdict_from(run.lines(), parse_weights(HALVES)), "assignment NOT as declared")


def test_empty_arm_that_may_be_chance_has_a_caveat() -> None:
    verdict = verdict_from(Run(arms={"init": 8}, lab=False).lines(), parse_weights(HALVES))
    assert noted(
        verdict, "assignment not known to be as declared: first_invocation has none of 8 environments"
    )


def test_arm_without_environments_is_named_where_that_is_no_chance() -> None:
    verdict = verdict_from(Run(arms={"init": 30}, lab=False).lines(), parse_weights(HALVES))
    assert noted(verdict, "not to be trusted: first_invocation has none of 30 environments")


def test_changed_weights_are_noted() -> None:
    second = experiment(
        {"init": 60, "first_invocation": 20}, experiment="init=75,first_invocation=25", seed=8
    )
    verdict = verdict_from(experiment().lines() + second.lines())
    assert noted(verdict, "the weights were changed during the experiment")


@pytest.mark.parametrize(
    ("planned", "text"),
    [
        (200, "interim: stop at 200 environments per arm"),
        (24, "the planned size is reached: this is the verdict"),
        (12, "the planned size is reached, and too small for an answer"),
        (None, "no size was planned"),
    ],
)
def test_progress_says_when_to_stop(planned: int | None, text: str) -> None:
    assert noted(verdict_from(experiment(planned=planned).lines()), text)


@pytest.mark.parametrize("text", ["init=1,lazy=1", "init=50,every_invocation=50"])
def test_experiment_that_never_ran_is_noted(text: str) -> None:
    run = Run(arms={"init": 25, "first_invocation": 25}, experiment=text, lab=False)
    assert noted(verdict_from(run.lines()), f"an experiment that the adapter refuses, {text}")


@pytest.mark.parametrize("lab", [True, False])
def test_slower_invocations_are_noted_with_the_bound(*, lab: bool) -> None:
    verdict = verdict_from(Run(arms={"init": 25}, lab=lab).lines())
    assert noted(verdict, "CPU work of the startup may take up to 3.5 times as long") is not lab


def test_note_says_what_is_of_all_environments() -> None:
    arms = {"init": 25, "first_invocation": 25}
    run = Run(arms=arms, start="proactive", lab=False, experiment=HALVES, planned=20)
    verdict = verdict_from(run.lines())
    assert noted(verdict, "in no comparison, so looking again does not change it")
    assert noted(verdict, "those in no comparison too")
    assert noted(verdict, "nothing speaks against an assignment as declared: chi-square 0.0 on 1 df, p = ")


def test_what_a_table_estimates_is_not_said_to_be_left_out() -> None:
    left_out = " ".join(NOT_ESTIMATED)
    assert "start class" in left_out
    assert not re.search(r"warm|slow|percentile", left_out)
