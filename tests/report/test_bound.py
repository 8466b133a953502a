import pytest

from tests.report.reported import verdict_from
from tests.report.simulation import SHUTDOWN_MS, Run

FIRST_MS = 722
INIT_ONLY = {"init": 25}


def test_first_startup_bounds_stock_mangum() -> None:
    verdict = verdict_from(Run(arms=INIT_ONLY).lines())
    assert verdict.bound is not None
    assert verdict.bound.k == 1
    assert verdict.bound.at_most_ms == pytest.approx((FIRST_MS + SHUTDOWN_MS) * 11 / 12, rel=0.05)
    assert verdict.sentence.startswith("Keeping the lifespan saves at most ")


def test_lambda_may_slow_the_cpu() -> None:
    found = verdict_from(Run(arms=INIT_ONLY, lab=False).lines()).bound
    assert found is not None
    assert found.k == pytest.approx(1769 / 512)
    slow = FIRST_MS * (0.3 + 0.7 * found.k) + SHUTDOWN_MS
    assert found.at_most_ms == pytest.approx(slow * 11 / 12, rel=0.05)


def test_unknown_memory_is_taken_as_smallest() -> None:
    lines = [
        line.replace('"memory_mb":512', '"memory_mb":null') for line in Run(arms=INIT_ONLY, lab=False).lines()
    ]
    found = verdict_from(lines).bound
    assert found is not None
    assert found.k == pytest.approx(1769 / 128)


def test_first_startup_off_the_path_is_paid_too() -> None:
    found = verdict_from(Run(arms=INIT_ONLY, start="proactive").lines()).bound
    assert found is not None
    assert found.at_most_ms == pytest.approx(FIRST_MS + SHUTDOWN_MS, rel=0.05)


def test_missing_shutdown_is_said() -> None:
    lines = [line for line in Run(arms=INIT_ONLY).lines() if '"record":"shutdown"' not in line]
    assert "its shutdown left out" in verdict_from(lines).sentence


def test_repeats_make_the_bound_needless() -> None:
    assert verdict_from(Run().lines()).bound is None


def test_few_environments_bound_nothing() -> None:
    verdict = verdict_from(Run(arms={"init": 8}).lines())
    assert verdict.sentence.startswith("Cannot tell yet against stock Mangum")
    assert "12 more environments of init" in verdict.sentence


def test_lazy_singleton_beside_the_bound() -> None:
    sentence = verdict_from(Run(arms={"init": 25, "first_invocation": 25}).lines()).sentence
    assert "saves at most" in sentence
    assert "; against a lazy singleton (startup in the first invocation) this run cannot tell" in sentence
