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
