import re

import pytest

from telemetry.report.agreement import sentence
from telemetry.report.findings import Estimate, LedgerCheck
from tests.report.reported import verdict_from
from tests.report.simulation import Run

ARMS = {"init": 40, "every_invocation": 40}


@pytest.mark.parametrize("start", ["cold", "proactive", "provisioned"])
def test_repeats_explain_the_difference(start: str) -> None:
    verdict = verdict_from(Run(arms=ARMS, start=start).lines())
    found = verdict.ledger
    assert found is not None
    assert found.agree
    assert abs(found.remainder.value) < 3
    assert verdict.ledger_sentence is not None
    assert verdict.ledger_sentence.endswith("the two agree.")


def test_first_startup_is_no_repeat() -> None:
    found = verdict_from(Run(arms=ARMS, invocations=1).lines()).ledger
    assert found is not None
    assert (found.explained.value, found.hidden_first_startups) == (0, 0)


def test_first_startup_off_the_path_counts() -> None:
    found = verdict_from(Run(arms=ARMS, invocations=1, start="proactive").lines()).ledger
    assert found is not None
    assert found.hidden_first_startups == 40
    assert found.explained.value == pytest.approx(722, rel=0.05)


def test_unexplained_difference_is_said() -> None:
    verdict = verdict_from(Run(arms=ARMS, untold_ms=100).lines())
    assert verdict.ledger is not None
    assert verdict.ledger.agree is False
    assert verdict.ledger.left_around.value == pytest.approx(100 * 11 / 12, rel=0.02)
    assert re.search(r"do not agree\. Outside .* 9\d[\d.]* ms .* around them", str(verdict.ledger_sentence))


def sentence_with(difference: float, remainder: Estimate) -> str:
    explained = Estimate(100, 90, 110, 0.95)
    seen = Estimate(difference, difference - 50, difference + 50, 0.95)
    none = Estimate(0, 0, 0, 0.95)
    return sentence(LedgerCheck(seen, explained, remainder, none, none, none, 90 <= difference <= 110, 0))


def test_noise_may_be_all_that_is_left() -> None:
    assert "what is left, 12 ms [-5, 29], may be nothing" in sentence_with(112, Estimate(12, -5, 29, 0.95))


def test_one_environment_cannot_agree() -> None:
    verdict = verdict_from(Run(arms={"init": 25, "every_invocation": 1}).lines())
    assert verdict.ledger is not None
    assert verdict.ledger.agree is None
    assert "too few environments to say" in str(verdict.ledger_sentence)


def test_parts_add_up() -> None:
    found = verdict_from(Run(arms=ARMS, start="proactive").lines()).ledger
    assert found is not None
    parts = found.left_in_startups.value + found.left_in_requests.value + found.left_around.value
    assert parts == pytest.approx(found.remainder.value)
    assert found.explained.value + parts == pytest.approx(found.difference.value)


def test_check_needs_both_arms() -> None:
    assert verdict_from(Run(arms={"init": 25, "first_invocation": 25}).lines()).ledger is None
