import numpy as np
import pytest

from adapter.placement import Placement
from telemetry.report.estimate.comparison import Comparison, compare
from telemetry.report.estimate.jackknife import Ratio, ratio
from tests.telemetry.report.reported import results_from
from tests.telemetry.report.simulation import Run


def arm(mean: float, environments: int = 25, noise: float = 1.0, requests: float = 10) -> Ratio:
    spread = np.linspace(-noise, noise, environments)
    return ratio((mean + spread) * requests, np.full(environments, requests))


NONE = arm(0, environments=0)


def against(name: Placement, baseline: Ratio, init: Ratio) -> Comparison:
    arms: dict[Placement, Ratio] = {"init": init, "first_invocation": NONE, "every_invocation": NONE}
    return compare(arms | {name: baseline}, "user_visible_ms")[0]


def test_interval_above_zero_saves() -> None:
    found = against("every_invocation", arm(400), arm(20))
    assert found.finding == "saves"
    assert found.difference_ms == pytest.approx(380)


def test_interval_below_zero_costs() -> None:
    assert against("first_invocation", arm(20), arm(25)).finding == "costs"


def test_interval_over_zero_shows_nothing() -> None:
    found = against("first_invocation", arm(20.1, noise=5), arm(20, noise=5))
    assert found.finding == "no difference seen"


def test_few_environments_tell_nothing() -> None:
    found = against("every_invocation", arm(400, environments=12), arm(20))
    assert (found.finding, found.more_environments) == ("cannot tell yet", {"every_invocation": 8})


def test_nothing_to_compare_without_init() -> None:
    arms: dict[Placement, Ratio] = {
        "init": NONE, "first_invocation": arm(1), "every_invocation": arm(1),
    }  # fmt: skip
    assert compare(arms, "user_visible_ms") == []


def test_true_saving_is_found() -> None:
    run = Run(arms={"init": 40, "every_invocation": 40})
    repeats = (180 + 50 + 60 + 2 + 8) * 11 / 12
    found = results_from(run.lines()).comparisons[0]
    assert found.low is not None
    assert found.high is not None
    assert found.low < repeats < found.high


def test_init_counts_only_on_request_path() -> None:
    cold, proactive = (
        results_from(Run(arms={"init": 25}, start=start).lines()).arms[0].user_visible_ms.value
        for start in ("cold", "proactive")
    )
    assert cold - proactive == pytest.approx((300 + 400 + 120 + 200 + 2) / 12, rel=0.1)


def test_without_platform_lines_startup_in_init_counts() -> None:
    run = Run(arms={"init": 25, "first_invocation": 25}, platform=False)
    results = results_from(run.lines())
    found = results.comparisons[0]
    assert found.finding == "no difference seen"
    assert found.mean_ms["init"] == pytest.approx((400 + 120 + 200 + 2) / 12 + 6, rel=0.1)
    assert results.arms[0].billed_ms is None
    assert not results.basis.imports_counted


def test_without_platform_lines_known_imports_count() -> None:
    results = results_from(Run(arms={"init": 25}, platform=False).lines())
    assert results.arms[0].user_visible_ms.value == pytest.approx((300 + 722) / 12 + 6, rel=0.1)
    assert results.basis.imports_counted
