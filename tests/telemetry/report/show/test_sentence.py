"""What is said of each comparator, and what a lab run cannot say of Lambda."""

import json
import re

import pytest

from telemetry.report.estimate.intervals import Estimate
from telemetry.report.estimate.startup.ledger_check import LedgerCheck
from telemetry.report.show.sentence import ledger_sentence
from telemetry.report.show.verdict import Verdict
from tests.telemetry.report.reported import verdict_from
from tests.telemetry.report.simulation import Run

THREE_ARMS = {"init": 25, "first_invocation": 25, "every_invocation": 25}
LAZY = {"init": 25, "first_invocation": 25}
INIT_ONLY = {"init": 25}
CANNOT = "gainst a lazy singleton (startup in the first invocation) this run cannot tell what it saves"


@pytest.fixture(scope="module")
def verdict() -> Verdict:
    return verdict_from(Run(arms=THREE_ARMS).lines())


@pytest.fixture(scope="module")
def on_lambda() -> Verdict:
    return verdict_from(Run(arms=THREE_ARMS, lab=False).lines())


def test_null_by_construction_is_no_finding(verdict: Verdict, on_lambda: Verdict) -> None:
    assert verdict.sentence.startswith("Keeping the lifespan saves ")
    assert CANNOT in verdict.sentence
    assert "no visible difference" not in verdict.sentence
    assert "and makes no visible difference (" in on_lambda.sentence
    assert CANNOT not in on_lambda.sentence


def test_lab_with_the_cpu_shares_of_lambda_decides() -> None:
    found = verdict_from(Run(arms=THREE_ARMS, cpu="lambda").lines())
    assert CANNOT not in found.sentence
    assert "and makes no visible difference (" in found.sentence


def test_null_alone_is_the_sentence() -> None:
    lines = [line for line in Run(arms=LAZY).lines() if '"startup"' not in line]
    assert verdict_from(lines).sentence.startswith(f"A{CANNOT}")


def test_hidden_init_is_still_a_finding() -> None:
    found = verdict_from(Run(arms=LAZY, start="proactive").lines())
    assert CANNOT not in found.sentence
    assert "per request against a lazy singleton" in found.sentence


def test_loss_is_called_a_cost() -> None:
    lines = []
    for line in Run(arms=LAZY, start="provisioned").lines():
        record = json.loads(line)
        if record.get("placement") == "init" and record["record"] == "invocation":
            slow = record["request_id"]
        elif record.get("type") == "platform.report" and record["record"]["requestId"] == slow:
            record["record"]["metrics"]["durationMs"] += 100
        lines.append(json.dumps(record))
    verdict = verdict_from(lines)
    found = verdict.results.comparisons[0]
    assert (found.finding, found.difference_ms < 0) == ("costs", True)
    number = r"[\d.]+"
    cost = rf"costs {number} ms \[{number}, {number}\] per request against a lazy singleton"
    assert re.search(cost, verdict.sentence)


def test_v5_startup_alone_bounds_nothing() -> None:
    verdict = verdict_from(Run(arms=INIT_ONLY).lines())
    took = (
        r"startup and shutdown take 7\d\d ms \[7\d\d, 7\d\d\]; what a remade client costs later is not in it"
    )
    assert verdict.sentence.startswith("What keeping the lifespan saves against stock Mangum")
    assert re.search(took, verdict.sentence)
    assert "at most" not in " ".join([verdict.sentence, *verdict.headline, *verdict.notes])


def test_missing_shutdown_is_said() -> None:
    lines = [line for line in Run(arms=INIT_ONLY).lines() if '"record":"shutdown"' not in line]
    assert "its shutdown left out" in verdict_from(lines).sentence


def test_few_environments_say_how_many_more() -> None:
    sentence = verdict_from(Run(arms={"init": 8}).lines()).sentence
    assert sentence.startswith("Cannot tell yet against stock Mangum")
    assert "12 more environments of init" in sentence


def test_lazy_singleton_stands_beside_the_bound() -> None:
    sentence = verdict_from(Run(arms=LAZY).lines()).sentence
    assert "was not measured: startup and shutdown take" in sentence
    assert f"; a{CANNOT}" in sentence


def meaning_of(arms: dict[str, int], start: str = "cold") -> str | None:
    return verdict_from(Run(arms=arms, start=start).lines()).meaning


def test_meaning_tells_size_from_decision() -> None:
    text = str(meaning_of(THREE_ARMS))
    assert text.startswith("The saving against stock Mangum is no argument for starting up in INIT")
    assert "This run cannot tell whether to start up in INIT or lazily, because in both cases" in text
    assert text.endswith("decide by resource, below.")


def test_hidden_init_decides_for_keeping() -> None:
    text = str(meaning_of(LAZY, start="proactive"))
    assert text.startswith("None of the requests failed, but so few of them leave open a difference of up to")
    assert text.endswith("the comparison with a lazy singleton decides: keep the lifespan in INIT.")


def test_unmeasured_decision_is_said() -> None:
    text = str(meaning_of({"init": 25, "every_invocation": 25}))
    assert "was not measured: that takes the arm first_invocation" in text


def test_no_comparison_means_nothing() -> None:
    assert meaning_of(INIT_ONLY) is None


@pytest.mark.parametrize("start", ["cold", "proactive", "provisioned"])
def test_agreement_of_the_ledger_is_said(start: str) -> None:
    verdict = verdict_from(Run(arms={"init": 40, "every_invocation": 40}, start=start).lines())
    assert str(verdict.ledger_sentence).endswith("the two agree within 10 %.")


def test_unexplained_difference_is_said() -> None:
    verdict = verdict_from(Run(arms={"init": 40, "every_invocation": 40}, untold_ms=100).lines())
    said = str(verdict.ledger_sentence)
    assert re.search(r"differ by more than 10 %\. Outside .* 9\d[\d.]* ms .* around them", said)


def test_noise_may_be_all_that_is_left() -> None:
    none = Estimate(0, 0, 0, 0.95)
    said = ledger_sentence(
        LedgerCheck(
            difference=Estimate(112, 62, 162, 0.95),
            explained=Estimate(100, 90, 110, 0.95),
            remainder=Estimate(12, -5, 29, 0.95),
            left_in_startups=none,
            left_in_requests=none,
            left_around=none,
            agree=None,
            agreement="cannot tell",
            hidden_first_startups=0,
        )
    )
    assert "It cannot be told whether they agree within 10 %: 12 ms [-5, 29] is left." in said


def test_one_environment_cannot_agree() -> None:
    verdict = verdict_from(Run(arms={"init": 25, "every_invocation": 1}).lines())
    assert "It cannot be told whether they agree" in str(verdict.ledger_sentence)


def test_first_requests_answer_where_all_requests_cannot() -> None:
    run = Run(arms={"init": 25, "first_invocation": 25}, start="proactive", cpu="lambda", unequal=True)
    found = verdict_from(run.lines())
    findings = {one.estimand: one.finding for one in found.results.comparisons}
    assert (findings["user_visible_ms"], findings["first_request_ms"]) == ("cannot tell yet", "saves")
    assert "in the first request of an environment" in found.sentence
    assert "cannot tell yet" not in found.sentence


def test_sign_of_what_is_no_difference_is_said(on_lambda: Verdict) -> None:
    assert re.search(
        r"makes no visible difference \((saves|costs) [\d.]+ ms \[-[\d.]+, [\d.]+\]", on_lambda.sentence
    )
