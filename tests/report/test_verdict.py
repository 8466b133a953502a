import json
import re

import msgspec
import pytest

from adapter.placement import parse_weights
from telemetry.report.errors import UnusableError
from telemetry.report.model import Verdict
from tests.report.reported import evidence_from, verdict_from
from tests.report.simulation import Run


@pytest.fixture(scope="module")
def verdict() -> Verdict:
    return verdict_from(Run().lines())


def test_json_reads_back(verdict: Verdict) -> None:
    assert msgspec.json.decode(msgspec.json.encode(verdict), type=Verdict) == verdict


def test_sentence_names_comparator_and_place(verdict: Verdict) -> None:
    assert verdict.sentence.startswith("Keeping the lifespan saves 2")
    assert "per request against stock Mangum (lifespan on every invocation)" in verdict.sentence
    assert verdict.sentence.endswith(
        "measured on this machine (Test CPU, 2 cores, Python 3.13.0), not on Lambda."
    )


def test_loss_is_called_a_cost() -> None:
    lines = []
    for line in Run(arms={"init": 25, "first_invocation": 25}, start="provisioned").lines():
        record = json.loads(line)
        if record.get("placement") == "init" and record["record"] == "invocation":
            slow = record["request_id"]
        elif record.get("type") == "platform.report" and record["record"]["requestId"] == slow:
            record["record"]["metrics"]["durationMs"] += 100
        lines.append(json.dumps(record))
    verdict = verdict_from(lines)
    found = verdict.comparisons[0]
    assert (found.finding, found.difference_ms < 0) == ("costs", True)
    number = r"[\d.]+"
    cost = rf", and costs {number} ms \[{number}, {number}\] per request against a lazy singleton"
    assert re.search(cost, verdict.sentence)


def test_time_out_of_range_is_survived() -> None:
    lines = [re.sub(r'"at":\d+', '"at":1e99', line) for line in Run(lab=False).lines()]
    assert "a time out of range" in verdict_from(lines).sentence


def test_odd_happenings_are_noted() -> None:
    common = '"v":1,"at":1,"service":"tickets"'
    death = f'{{"record":"death",{common},"environment":"e","process":"p","LifespanDeath":1}}'
    fault = f'{{"record":"fault",{common},"sink":"spans","error":"OSError"}}'
    notes = verdict_from([*Run().lines(), death, fault, fault, "text"]).notes
    assert "1 lifespan death recorded" in notes
    assert "2 telemetry faults recorded" in notes
    assert "1 line of other kinds: plain text (1)" in notes


def test_sentence_without_lab_says_lambda() -> None:
    sentence = verdict_from(Run(lab=False).lines()).sentence
    assert "measured on Lambda (512 MB; Python 3.13.0; 2025-10-09" in sentence
    assert "no lab record" in sentence


def test_starts_equal_what_was_sent(verdict: Verdict) -> None:
    assert verdict.starts.recorded["init"] == {"cold": 25, "warm": 275}
    assert verdict.starts.sent == verdict.starts.recorded
    assert verdict.starts.mismatches == []


def test_lost_request_is_a_mismatch() -> None:
    lines = Run().lines()
    lost = next(line for line in lines if '"start":"warm"' in line and '"placement":"init"' in line)
    verdict = verdict_from(line for line in lines if line != lost)
    assert verdict.starts.mismatches == ["init: 274 warm recorded, 275 sent"]
    assert verdict.input.reports_without_request == 1
    assert any("start classes differ from what the lab sent" in note for note in verdict.notes)


def test_runs_of_two_apps_are_refused() -> None:
    other = [line.replace('"app":"service.app:app"', '"app":"other:app"') for line in Run(seed=8).lines()]
    with pytest.raises(UnusableError, match=r"lab runs of service\.app:app and other:app"):
        evidence_from([*Run().lines(), *other])


def test_runs_of_one_app_are_one_input() -> None:
    assert verdict_from(Run().lines() + Run(seed=8).lines()).arms[0].environments == 50


def test_unmeasured_resources_are_said() -> None:
    hint = "no resource was measured by itself"
    assert any(note.startswith(hint) for note in verdict_from(Run(resources={}).lines()).notes)
    assert not any(note.startswith(hint) for note in verdict_from(Run().lines()).notes)


def test_arms_too_small_for_intervals_are_named() -> None:
    verdict = verdict_from(Run(arms={"init": 9, "every_invocation": 10}).lines())
    assert "no interval is shown below 10 environments: `init` has 9" in verdict.notes


def test_cut_lab_run_is_said() -> None:
    lines = [line.replace('"complete":true', '"complete":false') for line in Run().lines()]
    assert any("cut short" in note for note in verdict_from(lines).notes)


def test_fallen_back_environment_stays_assigned() -> None:
    lines = Run().lines()
    one = next(json.loads(line) for line in lines if '"placement":"every_invocation"' in line)
    fallback = {name: one[name] for name in ("v", "at", "service", "environment", "process", "placement")}
    fallback |= {"record": "fallback", "in_force": "init", "reason": "a repeated startup failed"}
    verdict = verdict_from([*lines, json.dumps(fallback)])
    arm = next(arm for arm in verdict.arms if arm.placement == "every_invocation")
    assert (arm.fell_back, arm.environments) == (1, 25)
    assert any("1 environment of `every_invocation` fell back" in note for note in verdict.notes)


def test_failed_requests_are_counted() -> None:
    lines = Run().lines()
    at = next(number for number, line in enumerate(lines) if '"record":"invocation"' in line)
    lines[at] = lines[at].replace('"status":200', '"status":500')
    verdict = verdict_from(lines)
    assert [arm.failed_requests for arm in verdict.arms] == [1, 0]


def test_state_stands_against_memory(verdict: Verdict) -> None:
    state = verdict.state
    assert (state.size_bytes, state.methods, state.native_bytes) == (48e6, {"rss": 50}, 30e6)
    assert (state.share_of_memory, state.memory_mb, state.used_mb) == (9.1, 512, 130)


def test_latency_is_by_class(verdict: Verdict) -> None:
    found = {(one.placement, one.start): one for one in verdict.latency}
    assert found["init", "warm"].requests == 275
    assert found["init", "cold"].percentiles["p50"] == pytest.approx(1028, rel=0.1)


def test_assignment_needs_a_declared_experiment(verdict: Verdict) -> None:
    assert verdict.assignment is None
    assert any("no experiment was declared" in note for note in verdict_from(Run(lab=False).lines()).notes)


def test_assignment_as_declared_passes() -> None:
    weights = parse_weights("init=50,first_invocation=50")
    found = verdict_from(Run(arms={"init": 52, "first_invocation": 48}).lines(), weights).assignment
    assert found is not None
    assert found.chi_square == pytest.approx(0.16)
    assert found.as_declared


def test_lopsided_assignment_is_called_off() -> None:
    weights = parse_weights("init=50,first_invocation=50")
    verdict = verdict_from(Run(arms={"init": 80, "first_invocation": 20}, invocations=2).lines(), weights)
    assert verdict.assignment is not None
    assert not verdict.assignment.as_declared
    assert any("NOT as declared" in note for note in verdict.notes)
    assert "; NOT to be trusted" in verdict.sentence


def test_startups_alone_tell_nothing() -> None:
    lines = [line for line in Run(lab=False).lines() if '"record":"startup"' in line]
    verdict = verdict_from(lines)
    assert verdict.sentence.startswith("Cannot tell yet what keeping the lifespan saves: no invocation")
    assert verdict.startup.whole.first_in_init is not None


def test_missing_init_tells_nothing() -> None:
    sentence = verdict_from(Run(arms={"every_invocation": 25}).lines()).sentence
    assert "no environment with placement init was recorded" in sentence


def test_hostile_names_are_made_printable() -> None:
    lines = [line.replace('"model"', '"\\u001b[31mmodel"') for line in Run(arms={"init": 25}).lines()]
    found = verdict_from(lines).resources[0]
    assert (found.name, found.touched_environments) == ("?[31mmodel", 25)


def test_billing_without_init_is_said() -> None:
    lines = []
    for line in Run(arms={"init": 25}).lines():
        record = json.loads(line)
        if record.get("type") == "platform.report":
            record["record"]["metrics"]["billedDurationMs"] = record["record"]["metrics"]["durationMs"]
        lines.append(json.dumps(record))
    assert any("25 cold starts billed without INIT" in note for note in verdict_from(lines).notes)


def meaning_of(arms: dict[str, int], start: str = "cold") -> str | None:
    return verdict_from(Run(arms=arms, start=start).lines()).meaning


def test_meaning_tells_size_from_decision() -> None:
    text = str(meaning_of({"init": 25, "first_invocation": 25, "every_invocation": 25}))
    assert text.startswith("What it saves against stock Mangum does not speak for INIT")
    assert text.endswith(
        "this run cannot tell, as here both wait for the same startup once: decide by resource, below."
    )


def test_hidden_init_decides_for_keeping() -> None:
    text = str(meaning_of({"init": 25, "first_invocation": 25}, start="proactive"))
    assert text == "Against a lazy singleton it decides: keep the lifespan in INIT."


def test_unmeasured_decision_is_said() -> None:
    assert "was not measured: it takes an arm first_invocation" in str(
        meaning_of({"init": 25, "every_invocation": 25})
    )


def test_no_comparison_means_nothing() -> None:
    assert meaning_of({"init": 25}) is None


def test_killed_lab_is_still_a_lab() -> None:
    """Its first line stands, with nothing told of what it sent; its last one, if there is one, counts."""
    *lines, last = Run().lines()
    end = json.loads(last) | {"run": "r"}
    nothing = {arm: {"environments": 0, "invocations": 0, "starts": {}} for arm in end["sent"]}
    first = json.dumps(end | {"sent": nothing, "complete": False})

    killed = verdict_from([first, *lines])
    assert killed.sentence.endswith("not on Lambda.")
    assert (killed.measured_on.complete, killed.starts.sent, killed.starts.mismatches) == (False, None, [])

    ended = verdict_from([first, *lines, json.dumps(end)])
    assert (ended.measured_on.complete, ended.starts.sent) == (True, ended.starts.recorded)
