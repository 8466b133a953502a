import pytest

from tests.telemetry.report.reported import results_from
from tests.telemetry.report.simulation import Run

ARMS = {"init": 40, "every_invocation": 40}


@pytest.mark.parametrize("start", ["cold", "proactive", "provisioned"])
def test_repeats_explain_the_difference(start: str) -> None:
    results = results_from(Run(arms=ARMS, start=start).lines())
    found = results.ledger
    assert found is not None
    assert found.agree
    assert abs(found.remainder.value) < 3


def test_first_startup_is_no_repeat() -> None:
    found = results_from(Run(arms=ARMS, invocations=1).lines()).ledger
    assert found is not None
    assert (found.explained.value, found.hidden_first_startups) == (0, 0)


def test_first_startup_off_the_path_counts() -> None:
    found = results_from(Run(arms=ARMS, invocations=1, start="proactive").lines()).ledger
    assert found is not None
    assert found.hidden_first_startups == 40
    assert found.explained.value == pytest.approx(722, rel=0.05)


def test_unexplained_difference_is_found_where_it_is() -> None:
    results = results_from(Run(arms=ARMS, untold_ms=100).lines())
    assert results.ledger is not None
    assert results.ledger.agree is False
    assert results.ledger.left_around.value == pytest.approx(100 * 11 / 12, rel=0.02)


def test_one_environment_cannot_agree() -> None:
    results = results_from(Run(arms={"init": 25, "every_invocation": 1}).lines())
    assert results.ledger is not None
    assert results.ledger.agree is None


def test_parts_add_up() -> None:
    found = results_from(Run(arms=ARMS, start="proactive").lines()).ledger
    assert found is not None
    parts = found.left_in_startups.value + found.left_in_requests.value + found.left_around.value
    assert parts == pytest.approx(found.remainder.value)
    assert found.explained.value + parts == pytest.approx(found.difference.value)


def test_check_needs_both_arms() -> None:
    assert results_from(Run(arms={"init": 25, "first_invocation": 25}).lines()).ledger is None
