import pytest

from telemetry.report.model import ResourceAdvice
from tests.report.reported import verdict_from
from tests.report.simulation import Loaded, Run

THREE_ARMS = {"init": 25, "first_invocation": 25, "every_invocation": 25}


def advice(touch: float, first_ms: float = 200, *, visible: bool = True, **run: object) -> ResourceAdvice:
    resources = {"thing": Loaded(first_ms, 50, touch, visible)}
    settings = {"arms": THREE_ARMS, "resources": resources} | run
    return verdict_from(Run(**settings).lines()).resources[0]  # type: ignore[arg-type]  # a test's shorthand


def test_resource_of_every_request_stays() -> None:
    found = advice(touch=1)
    assert (found.advice, found.touched_environments, found.environments) == ("keep", 75, 75)


def test_unused_resource_turns_lazy() -> None:
    found = advice(touch=0)
    assert found.advice == "make lazy"
    assert found.saving_ms is not None
    assert found.saving_ms.low is not None
    assert 170 < found.saving_ms.low < found.saving_ms.value == pytest.approx(200, rel=0.05)


def test_hidden_init_makes_lazy_a_loss() -> None:
    found = advice(touch=0.3, start="proactive")
    assert found.advice == "keep"
    assert found.saving_ms is not None
    assert found.saving_ms.value < 0


def test_cheap_resource_is_not_worth_it() -> None:
    found = advice(touch=0, first_ms=3)
    assert (found.advice, found.why) == ("keep", "less than 5 ms to save")


def test_some_use_leaves_it_open() -> None:
    found = advice(touch=0.12)
    assert (found.advice, found.why) == ("not enough data", "the interval leaves both open")


def test_few_environments_are_not_enough() -> None:
    assert advice(touch=0, arms={"init": 19}).why == "fewer than 20 environments"


def test_twenty_environments_suffice_to_keep() -> None:
    assert advice(touch=1, arms={"init": 20}).advice == "keep"


def test_overlapped_load_is_not_its_own() -> None:
    found = advice(touch=0, overlapped=True)
    assert (found.advice, found.why) == ("not enough data", "loads together with another")


def test_closure_is_not_visible() -> None:
    found = advice(touch=1, visible=False)
    assert found.advice == "not visible through state"
    assert found.touch_share is found.saving_ms is None


def test_slow_invocations_speak_against_lazy() -> None:
    in_lab, on_lambda = advice(touch=0.04), advice(touch=0.04, lab=False)
    assert (in_lab.k, on_lambda.k) == pytest.approx((1, 1 + 0.7 * (1769 / 512 - 1)))
    assert in_lab.saving_ms is not None
    assert on_lambda.saving_ms is not None
    assert in_lab.saving_ms.low is not None
    assert on_lambda.saving_ms.low is not None
    assert on_lambda.saving_ms.low < in_lab.saving_ms.low


def test_touches_are_per_request() -> None:
    assert advice(touch=1).touches_per_request == 1
