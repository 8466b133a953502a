import json
from dataclasses import replace

import numpy as np
import pytest

from telemetry.report.estimate.intervals import Estimate
from telemetry.report.estimate.jackknife import ratio
from telemetry.report.estimate.results import Results
from telemetry.report.estimate.startup.advice import (
    MATERIAL_MS,
    MATERIAL_SHARE,
    ResourceAdvice,
    break_even,
    decide,
)
from telemetry.report.estimate.startup.resource_use import FirstLoad, ResourceUse, Share
from telemetry.report.estimate.startup.touches import clustering_of
from telemetry.report.show.verdict import verdict_of
from tests.telemetry.report.log_streams import Stream, results_in
from tests.telemetry.report.reported import results_from
from tests.telemetry.report.simulation import HALVES, Loaded, Run

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


def shared(arms: dict[str, int]) -> ResourceAdvice:
    """`exporter` imports first what `tickets`, which every request touches, needs too."""
    resources = {"exporter": Loaded(223, 2, 0), "tickets": Loaded(20, 2, 1)}
    return results_from(Run(arms=arms, resources=resources).lines()).resources[0]


def test_v6_imports_that_others_need_are_not_saved() -> None:
    exporter = shared(THREE_ARMS)
    assert (exporter.advice, exporter.reason) == ("not enough data", "shared imports")
    assert exporter.sure_saving_ms is not None
    assert exporter.sure_saving_ms.value == pytest.approx(2, rel=0.2)
    assert exporter.sure_saving_ms.low is not None
    assert exporter.sure_saving_ms.low < 2.5


def test_v6_without_a_repeat_nothing_is_sure_to_be_saved() -> None:
    exporter = shared({"init": 25, "first_invocation": 25})
    assert (exporter.advice, exporter.reason) == ("not enough data", "shared imports")
    assert exporter.sure_saving_ms is not None
    assert exporter.sure_saving_ms.value == 0


def test_v6_what_loads_last_shares_its_imports_with_nobody() -> None:
    resources = {"tickets": Loaded(20, 2, 1), "exporter": Loaded(223, 2, 0)}
    found = results_from(Run(arms=THREE_ARMS, resources=resources).lines()).resources[1]
    assert (found.name, found.advice, found.shares_imports) == ("exporter", "make lazy", False)


def test_v6_long_load_without_imports_is_saved_whatever_follows() -> None:
    resources = {"model": Loaded(400, 380, 0), "tickets": Loaded(20, 2, 1)}
    found = results_from(Run(arms=THREE_ARMS, resources=resources).lines()).resources[0]
    assert (found.shares_imports, found.advice) == (True, "make lazy")


def lived(startup_ms: float, first_ms: dict[str, float]) -> Results:
    """An experiment in which one resource, which every request touches, is all of the startup."""
    found = []
    for arm, ms in first_ms.items():
        for number in range(30):
            one = Stream(f"{arm}-{number}", arm).assigned().startup(startup_ms, state_keys=["thing"])
            one.record("resource", ordinal=1, resource="thing", ResourceDuration=startup_ms, modules=3)
            for _ in range(4):
                slow = ms if one.n == 0 else 20.0
                one.wait(1).request(slow + number / 10, "warm" if one.n else "cold", touched={"thing": 1})
            found.append(one)
    return results_in(found, planned=30)


def test_v11_headline_and_advice_give_one_answer() -> None:
    results = lived(700, {"init": 700.0, "first_invocation": 300.0})
    assert results.comparisons[0].finding == "costs"
    assert [(one.advice, one.reason) for one in results.resources] == [("make lazy", "arms")]
    said = verdict_of(results)
    assert said.meaning is not None
    assert said.meaning.endswith(
        "the comparison with a lazy singleton decides: start up in the first invocation."
    )


def test_v11_a_resource_that_nobody_touches_is_no_contradiction() -> None:
    run = Run(arms={"init": 40, "first_invocation": 40}, start="proactive", lab=False, invocations=3,
              experiment=HALVES, planned=40,
              resources={"model": Loaded(400, 180, 1), "exporter": Loaded(0.1, 0.1, 0)})  # fmt: skip
    results = results_from(run.lines())
    lazy = [replace(results.resources[0], advice="make lazy"), *results.resources[1:]]
    said = str(verdict_of(replace(results, resources=lazy)).meaning)
    assert said.endswith("keep the lifespan in INIT, all but model: see the advice by resource.")


def test_v18_break_even_fits_its_own_data() -> None:
    """50 requests an environment, a fifth of which touch it always, and the others never."""
    touching = np.repeat([50.0, 0.0], [20, 80])
    n = np.full(100, 50.0)
    clustered = ResourceUse(Share(20, 100), Share(100, 100), ratio(touching, n), clustering_of(touching, n))
    independent = break_even(replace(clustered, clustering=0.0), 1)
    assert independent is not None
    assert independent.value == 8  # as if every environment were alike: before the 50 that it was seen at
    found = break_even(clustered, 1)
    assert found is None or found.value > 1000


def test_v18_break_even_lies_beyond_the_lives_that_the_advice_rests_on() -> None:
    for seed in range(10):
        found = advice(touch=0.02, invocations=12, seed=seed, arms={"init": 60})
        if found.advice == "make lazy" and found.break_even is not None:
            assert found.break_even.low is not None
            assert found.break_even.low >= 12


def test_v19_load_that_outlasts_the_timeout_is_not_made_lazy() -> None:
    lines = Run(arms=THREE_ARMS, resources={"thing": Loaded(4000, 50, 0)}).lines()
    free, bound = results_from(lines).resources[0], results_from(lines, timeout_s=3).resources[0]
    assert free.advice == "make lazy"
    assert (bound.advice, bound.reason) == ("keep", "timeout")


def test_v19_lab_knows_its_timeout() -> None:
    lines = Run(arms=THREE_ARMS, resources={"thing": Loaded(4000, 50, 0)}).lines()
    told = [line.replace('"complete":true', '"complete":true,"timeout_s":3.0') for line in lines]
    assert results_from(told).resources[0].reason == "timeout"


def test_v19_first_toucher_waits_for_the_load_as_slow_as_it_may_be() -> None:
    found = advice(touch=0, first_ms=200, lab=False)
    assert found.load_ms is not None
    assert found.load_ms.high is not None
    assert found.first_toucher_ms == pytest.approx(found.load_ms.high * (1 + 0.7 * (1769 / 512 - 1)))


def test_v19_first_touchers_are_counted() -> None:
    found = advice(touch=0.05, arms={"init": 100}, invocations=20)
    assert found.first_toucher_share == pytest.approx(found.touched_environments / 2000)


def test_v19_joint_touches_are_counted() -> None:
    """Both are touched by the same few requests, one by one request more."""
    resources = {"tickets": Loaded(30, 2, 1), "pdf": Loaded(200, 190, 0), "mail": Loaded(100, 90, 0)}
    lines, requests = [], 0  # without modules, so that no import may be shared
    for line in Run(arms={"init": 60}, resources=resources).lines():
        record = json.loads(line) | ({"modules": 0} if '"resource"' in line else {})
        if record.get("record") == "invocation":
            requests += 1
            record["touched"] |= {"pdf": 1, "mail": 1} if requests in {5, 105} else {}
            record["touched"] |= {"pdf": 1} if requests == 205 else {}
        lines.append(json.dumps(record))
    found = {one.name: one for one in results_from(lines).resources}
    assert (found["pdf"].advice, found["mail"].advice) == ("make lazy", "make lazy")
    assert found["pdf"].touched_together == {"mail": 2}
    assert found["mail"].touched_together == {"pdf": 2}
    assert found["tickets"].touched_together == {}


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
