from dataclasses import replace

import numpy as np
import pytest

from telemetry.report.estimate.intervals import Estimate
from telemetry.report.estimate.jackknife import ratio
from telemetry.report.estimate.startup.advice import (
    MATERIAL_MS,
    MATERIAL_SHARE,
    ResourceAdvice,
    break_even,
    decide,
)
from telemetry.report.estimate.startup.resource_use import FirstLoad, ResourceUse, Share
from tests.telemetry.report.reported import results_from
from tests.telemetry.report.simulation import Loaded, Run

THREE_ARMS = {"init": 25, "first_invocation": 25, "every_invocation": 25}


def advice(touch: float, first_ms: float = 200, *, visible: bool = True, **run: object) -> ResourceAdvice:
    resources = {"thing": Loaded(first_ms, 50, touch, visible)}
    settings = {"arms": THREE_ARMS, "resources": resources} | run
    return results_from(Run(**settings).lines()).resources[0]  # type: ignore[arg-type]  # a test's shorthand


def test_resource_of_every_request_stays() -> None:
    found = advice(touch=1)
    assert (found.advice, found.touched_environments, found.environments) == ("keep", 25, 25)


def test_unused_resource_turns_lazy() -> None:
    found = advice(touch=0)
    assert found.advice == "make lazy"
    assert found.saving_ms is not None
    assert found.saving_ms.low is not None
    assert 130 < found.saving_ms.low < found.saving_ms.value == pytest.approx(200, rel=0.05)


def test_hidden_init_makes_lazy_a_loss() -> None:
    found = advice(touch=0.3, start="proactive")
    assert found.advice == "keep"
    assert found.saving_ms is not None
    assert found.saving_ms.value < 0


def test_cheap_resource_is_not_worth_it() -> None:
    found = advice(touch=0, first_ms=3)
    assert (found.advice, found.reason) == ("keep", "few ms")


def test_some_use_leaves_it_open() -> None:
    found = advice(touch=0.12)
    assert (found.advice, found.reason) == ("not enough data", "open")


def test_few_environments_are_not_enough() -> None:
    assert advice(touch=0, arms={"init": 19}).reason == "few environments"


def test_twenty_environments_suffice_to_keep() -> None:
    assert advice(touch=1, arms={"init": 20}).advice == "keep"


def test_overlapped_load_is_not_its_own() -> None:
    found = advice(touch=0, overlapped=True)
    assert (found.advice, found.reason) == ("not enough data", "overlapped")


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


def test_break_even_is_where_touches_catch_up() -> None:
    # 1 - 0.95^N > 0.8 from N = 32 on: then less than a fifth of the load is left to save.
    found = advice(touch=0.05, arms={"init": 150}).break_even
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert found.low < 32 < found.high
    assert found.value == pytest.approx(32, rel=0.25)


def test_longer_lives_turn_the_advice() -> None:
    short, long = advice(touch=0.02, invocations=12), advice(touch=0.02, invocations=250)
    assert short.break_even is not None
    assert 12 < short.break_even.value < 250
    assert (short.advice, long.advice) == ("make lazy", "keep")


def test_unused_resource_never_breaks_even() -> None:
    assert advice(touch=0).break_even is None


@pytest.mark.parametrize(("touch", "start"), [(1, "cold"), (0.01, "proactive")])
def test_some_resources_are_right_at_once(touch: float, start: str) -> None:
    found = advice(touch=touch, start=start).break_even
    assert found is not None
    assert found.value == 1


def use(touched: int = 10, waited: int = 100, of: int = 100, share: float = 0.1) -> ResourceUse:
    n = np.full(of, 100.0)
    return ResourceUse(Share(touched, of), Share(waited, of), ratio(n * share, n))


def test_slow_invocations_break_even_sooner() -> None:
    fast, slow = break_even(use(), 1), break_even(use(), 3)
    assert fast is not None
    assert slow is not None
    # 1 - 0.9^N > 0.8, and > 0.4
    assert (fast.value, slow.value) == (16, 5)


def test_half_hidden_inits_break_even_sooner() -> None:
    found = break_even(use(waited=50), 1)
    assert found is not None
    assert found.value == 4  # 1 - 0.9^N > 0.3


LOAD = FirstLoad(Estimate(100, 90, 110, 0.95), True, 0.5, False, 0, 0, 0)  # noqa: FBT003  # by position


def decided(low: float, high: float, load: FirstLoad = LOAD, of: int = 100) -> str:
    share = Estimate((low + high) / 2, low, high, 0.95)
    ms = load.ms.value
    saved = Estimate(share.value * ms, low * ms, high * ms, 0.95)
    return decide(use(of=of, waited=of), share, saved, load)[0]


@pytest.mark.parametrize(
    ("low", "high", "outcome"),
    [
        (MATERIAL_SHARE, 0.9, "make lazy"),
        (MATERIAL_SHARE - 1e-9, 0.9, "not enough data"),
        (-0.5, MATERIAL_SHARE - 1e-9, "keep"),
        (-0.5, MATERIAL_SHARE, "not enough data"),
        (-1.0, -0.5, "keep"),
    ],
)
def test_a_fifth_of_the_load_decides(low: float, high: float, outcome: str) -> None:
    assert decided(low, high) == outcome


@pytest.mark.parametrize(
    ("load_ms", "outcome"),
    [
        (MATERIAL_MS / 0.5, "make lazy"),  # the worst corner saves just 5 ms
        (MATERIAL_MS / 0.5 - 0.1, "not enough data"),
        (MATERIAL_MS / 0.9 - 0.1, "keep"),  # even the best saves less
    ],
)
def test_five_milliseconds_decide(load_ms: float, outcome: str) -> None:
    load = replace(LOAD, ms=Estimate(load_ms, load_ms, load_ms, 0.95))
    assert decided(0.5, 0.9, load) == outcome


@pytest.mark.parametrize(("of", "outcome"), [(20, "make lazy"), (19, "not enough data")])
def test_twenty_environments_decide(of: int, outcome: str) -> None:
    assert decided(0.5, 0.9, of=of) == outcome


def test_known_truth_is_seldom_missed() -> None:
    """A true saving of a third: `keep` would be wrong, and comes in at most 1 of 20 recordings."""
    outcomes = [advice(touch=0.034, seed=seed, arms={"init": 60}).advice for seed in range(40)]
    assert outcomes.count("keep") <= 2
    assert outcomes.count("make lazy") > 20
