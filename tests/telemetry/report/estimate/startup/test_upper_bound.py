import pytest

from tests.telemetry.report.reported import results_from
from tests.telemetry.report.simulation import SHUTDOWN_MS, Run

FIRST_MS = 722
INIT_ONLY = {"init": 25}


def test_first_startup_bounds_stock_mangum() -> None:
    results = results_from(Run(arms=INIT_ONLY).lines())
    assert results.bound is not None
    assert results.bound.k == 1
    assert results.bound.at_most_ms == pytest.approx((FIRST_MS + SHUTDOWN_MS) * 11 / 12, rel=0.05)


def test_lambda_may_slow_the_cpu() -> None:
    found = results_from(Run(arms=INIT_ONLY, lab=False).lines()).bound
    assert found is not None
    assert found.k == pytest.approx(1769 / 512)
    slow = FIRST_MS * (0.3 + 0.7 * found.k) + SHUTDOWN_MS
    assert found.at_most_ms == pytest.approx(slow * 11 / 12, rel=0.05)


@pytest.mark.parametrize(("cpu", "k"), [("lambda", 1769 / 512), ("full", 1), (None, 1)])
def test_lab_with_the_cpu_shares_of_lambda_slows_the_cpu_too(cpu: str | None, k: float) -> None:
    results = results_from(Run(arms=INIT_ONLY, cpu=cpu).lines())
    assert results.bound is not None
    assert results.bound.k == pytest.approx(k)
    assert results.measured_on.cpu == (cpu or "full")
    on_lambda = {resource.advice_on_lambda for resource in results.resources}
    assert (on_lambda == {None}) == (cpu == "lambda")


def test_unknown_memory_is_taken_as_smallest() -> None:
    lines = [
        line.replace('"memory_mb":512', '"memory_mb":null') for line in Run(arms=INIT_ONLY, lab=False).lines()
    ]
    found = results_from(lines).bound
    assert found is not None
    assert found.k == pytest.approx(1769 / 128)


def test_first_startup_off_the_path_is_paid_too() -> None:
    found = results_from(Run(arms=INIT_ONLY, start="proactive").lines()).bound
    assert found is not None
    assert found.at_most_ms == pytest.approx(FIRST_MS + SHUTDOWN_MS, rel=0.05)


def test_missing_shutdown_is_left_out() -> None:
    lines = [line for line in Run(arms=INIT_ONLY).lines() if '"record":"shutdown"' not in line]
    found = results_from(lines).bound
    assert found is not None
    assert not found.with_shutdown


def test_repeats_make_the_bound_needless() -> None:
    assert results_from(Run().lines()).bound is None


def test_few_environments_bound_nothing() -> None:
    found = results_from(Run(arms={"init": 8}).lines()).bound
    assert found is not None
    assert found.more_environments == 12
