import pytest

from telemetry.report.estimate.startup.advice import ResourceAdvice
from tests.telemetry.report.reported import results_from
from tests.telemetry.report.simulation import Loaded, Run

THREE_ARMS = {"init": 25, "first_invocation": 25, "every_invocation": 25}


def advice(touch: float, first_ms: float = 200, *, visible: bool = True, **run: object) -> ResourceAdvice:
    resources = {"thing": Loaded(first_ms, 50, touch, visible)}
    settings = {"arms": THREE_ARMS, "resources": resources} | run
    return results_from(Run(**settings).lines()).resources[0]  # type: ignore[arg-type]  # a test's shorthand


@pytest.mark.parametrize(("lab", "environments"), [(True, 25), (False, 75)])
def test_arms_of_a_lab_repeat_each_other(*, lab: bool, environments: int) -> None:
    """A lab sends every arm the same events, so three arms tell no more of use than one."""
    assert advice(touch=0.5, lab=lab).environments == environments


def test_environments_of_all_arms_count_where_the_lab_made_traffic() -> None:
    """Each event then went to one environment, and not to one of each arm."""
    arms = {"init": 25, "first_invocation": 25}
    fixed, traffic = advice(0.5, arms=arms), advice(0.5, arms=arms, load={"arrivals": "recorded"})
    assert traffic.environments == 2 * fixed.environments


def test_touching_requests_have_a_share() -> None:
    found = advice(touch=0.3).request_share
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert 0.2 < found.low < 0.3 < found.high < 0.4
