import json

import pytest

from telemetry.report.estimate.startup.startup_cost import StartupCost
from tests.telemetry.report.reported import results_from
from tests.telemetry.report.simulation import Run

ARMS = {"init": 25, "first_invocation": 25, "every_invocation": 25}


@pytest.fixture(scope="module")
def cost() -> StartupCost:
    return results_from(Run(arms=ARMS).lines()).startup


def test_first_and_repeat_stay_apart(cost: StartupCost) -> None:
    first, repeat = cost.whole.first_in_init, cost.whole.repeat
    assert first is not None
    assert repeat is not None
    assert first.mean == pytest.approx(722, rel=0.05)
    assert repeat.mean == pytest.approx(292, rel=0.05)
    assert (first.n, repeat.n) == (25, 25 * 11)


def test_first_in_invocation_is_its_own(cost: StartupCost) -> None:
    found = cost.whole.first_in_invocation
    assert found is not None
    assert (found.n, found.n_environments) == (50, 50)


def test_resources_have_both(cost: StartupCost) -> None:
    model = cost.resources[0]
    assert model.name == "model"
    assert model.first_in_init is not None
    assert model.repeat is not None
    assert (model.first_in_init.mean, model.repeat.mean) == pytest.approx((400, 180), rel=0.05)


def test_repeat_cost_includes_shutdown(cost: StartupCost) -> None:
    assert cost.repeat_with_shutdown is not None
    assert cost.repeat_with_shutdown.mean == pytest.approx(300, rel=0.05)


def test_intervals_hold_the_truth(cost: StartupCost) -> None:
    found = cost.whole.repeat
    assert found is not None
    assert found.mean_low is not None
    assert found.mean_high is not None
    assert found.mean_low < 292 * 1.004 < found.mean_high
    assert found.median_low is not None
    assert found.median_high is not None
    assert found.median_low < found.median < found.median_high


def test_failed_startup_has_no_duration() -> None:
    lines = Run(arms={"init": 25}).lines()
    failed = json.loads(lines[0]) | {"outcome": "failed", "StartupDuration": 9e6}
    results = results_from([json.dumps(failed), *lines[1:]])
    assert results.startup.failed == 1
    assert results.startup.whole.first_in_init is not None
    assert results.startup.whole.first_in_init.mean < 1000


def test_resource_that_raised_has_no_duration() -> None:
    lines = [
        line.replace('"resource":"model"', '"error":"OSError","resource":"model"')
        for line in Run(arms={"init": 25}).lines()
    ]
    results = results_from(lines)
    assert results.startup.resources[0].first_in_init is None
    assert results.resources[0].reason == "no load"
