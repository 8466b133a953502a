"""What a verdict says as a whole: against whom, where it was measured, and how far it can be trusted."""

import json
import re

import pytest

from adapter.placement import parse_weights
from telemetry.report.show.document import document
from telemetry.report.show.markdown import markdown
from telemetry.report.show.page import page
from telemetry.report.show.verdict import Verdict
from tests.telemetry.report.reported import verdict_from
from tests.telemetry.report.simulation import HALVES, Run, experiment


@pytest.fixture(scope="module")
def verdict() -> Verdict:
    return verdict_from(Run().lines())


def test_sentence_names_comparator_and_place(verdict: Verdict) -> None:
    assert verdict.sentence.startswith("Keeping the lifespan saves 2")
    assert "per request against stock Mangum (lifespan on every invocation)" in verdict.sentence
    assert verdict.sentence.endswith(
        "measured on this machine (Test CPU, 2 cores, Python 3.13.0), not on Lambda."
    )


def test_sentence_names_the_cpu_share_of_a_lab_run() -> None:
    assert verdict_from(Run(cpu="lambda").lines()).sentence.endswith(
        "measured on this machine (Test CPU, 2 cores, Python 3.13.0, the CPU share of 512 MB), not on Lambda."
    )


@pytest.mark.parametrize(
    ("load", "said"),
    [
        ({"arrivals": "poisson:3/s", "time_lapse": 1.0}, "arrivals poisson:3/s"),
        ({"arrivals": "recorded", "time_lapse": 60.0}, "arrivals recorded 60 times faster"),
    ],
)
def test_sentence_names_the_traffic_of_a_lab_run_and_its_shared_pool(
    load: dict[str, object], said: str
) -> None:
    """Who served a request depended on what others took, so it holds for no switch of all environments."""
    sentence = verdict_from(Run(cpu="lambda", load=load).lines()).sentence
    assert sentence.endswith(
        f"the CPU share of 512 MB, {said}), not on Lambda, as assigned, in a shared pool, for the recorded "
        "traffic."
    )
    alone = verdict_from(Run(arms={"init": 25}, load=load).lines())
    assert said in alone.place
    assert "shared pool" not in alone.place


def test_sentence_without_lab_says_lambda() -> None:
    sentence = verdict_from(Run(lab=False).lines()).sentence
    assert "measured on Lambda (512 MB; Python 3.13.0; 2025-10-09" in sentence
    assert "no lab record" in sentence


def test_time_out_of_range_is_survived() -> None:
    lines = [re.sub(r'"at":\d+', '"at":1e99', line) for line in Run(lab=False).lines()]
    assert "a time out of range" in verdict_from(lines).sentence


def test_killed_lab_is_no_lambda() -> None:
    *lines, last = Run().lines()
    first = json.dumps(json.loads(last) | {"run": "r", "sent": {}, "complete": False})
    assert verdict_from([first, *lines]).sentence.endswith("not on Lambda.")


def test_look_before_the_planned_size_is_interim() -> None:
    verdict = verdict_from(experiment(planned=200).lines())
    assert verdict.sentence.startswith(
        "Interim look at 24 of 200 planned environments per arm, not the verdict yet: keeping the lifespan"
    )
    assert verdict.meaning is None


def test_planned_size_makes_the_verdict() -> None:
    assert verdict_from(experiment(planned=24).lines()).sentence.startswith("Keeping the lifespan")


def test_lopsided_assignment_is_called_off() -> None:
    run = Run(arms={"init": 80, "first_invocation": 20}, invocations=2)
    verdict = verdict_from(run.lines(), parse_weights(HALVES))
    assert "; NOT to be trusted, as environments were not assigned as declared" in verdict.sentence
    assert verdict.meaning is None


def test_startups_alone_tell_nothing() -> None:
    lines = [line for line in Run(lab=False).lines() if '"record":"startup"' in line]
    sentence = verdict_from(lines).sentence
    assert sentence.startswith("Cannot tell yet what keeping the lifespan saves: no invocation")


def test_missing_init_tells_nothing() -> None:
    sentence = verdict_from(Run(arms={"every_invocation": 25}).lines()).sentence
    assert "no environment with placement init was recorded" in sentence


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("lambda", "measured on Lambda (512 MB; Python 3.13.0; 2025-10-09 to 2025-10-10; a lab run)"),
        (
            "loopback",
            (
                "measured at an address that is none of AWS's (512 MB; Python 3.13.0; 2025-10-09 to "
                "2025-10-10; a lab run), not on Lambda"
            ),
        ),
    ],
)
def test_place_of_a_run_through_the_api_of_lambda(where: str, said: str) -> None:
    run = json.dumps({"record": "lab", "v": 1, "run": "r", "where": where, "memory_mb": [512]})
    found = verdict_from([run, *Run(lab=False).lines()])
    assert found.place == said
    assert (found.results.measured_on.where, found.results.measured_on.lab_run) == (where, True)
    assert found.results.measured_on.host is None
    assert not any("no experiment was declared" in note for note in found.notes)


def everything(found: Verdict) -> str:
    """All that a report says of a run, in sentences, tables, notes and on the page."""
    return page(found) + json.dumps(document(found), default=str) + markdown(found)


def test_no_word_of_a_loopback_run_says_that_it_was_on_lambda() -> None:
    run = json.dumps({"record": "lab", "v": 1, "run": "r", "where": "loopback"})
    lines = [run, *experiment().lines()]
    text = everything(verdict_from(lines))
    assert "none of AWS&#39;s" in text
    assert not re.search(r"[Mm]easured on Lambda \(", text)
