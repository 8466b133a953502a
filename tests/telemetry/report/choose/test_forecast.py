"""Forecasts: shares, bills and intervals of options whose truth is known."""

from dataclasses import replace

import numpy as np
import pytest

from telemetry.prices import MONTH, prices_of
from telemetry.report.choose.blocks import edges_of, weights
from telemetry.report.choose.dynamics import Dynamics
from telemetry.report.choose.forecast import Outcome, Setting, forecast, relative
from telemetry.report.choose.levels import Traffic
from telemetry.report.choose.options import Option, provisioned
from telemetry.report.choose.recorded import Arm
from tests.telemetry.report.choose.test_options import arm

DAY = 86400.0
PRICES = prices_of("us-east-1", "x86_64", None)
BASE = Option("on demand, init", "this traffic", Arm("init", 1024), arm(100, 1100))


def dynamics(born: float = 10, blocks: int = 10, taken: float = 0) -> Dynamics:
    each = np.full(blocks, 1000.0)
    return Dynamics(each, np.full((3, blocks), born), np.ones(3), each * taken, taken and 10 * DAY)


def of(option: Option = BASE, of_dynamics: Dynamics | None = None, error: float = 0.06) -> Outcome:
    return forecast(option, of_dynamics or dynamics(), Setting(PRICES, 10 * DAY, error, 1))


def test_shares_and_bills_are_those_of_the_replay() -> None:
    found = of()
    assert found.cold_share.value == pytest.approx(0.01)
    seconds = 10_000 * 0.1 + 100 * 1.0
    expected = (10_000 * PRICES.request + seconds * PRICES.gb_second) * MONTH / (10 * DAY)
    assert found.dollars is not None
    assert found.dollars.value == pytest.approx(expected, rel=0.02)
    assert found.p50_ms.value == pytest.approx(100, rel=0.02)


def test_p99_is_on_the_edge_of_cold_starts() -> None:
    assert of(of_dynamics=dynamics(born=30)).p99_ms.value == pytest.approx(1100, rel=0.02)
    edge = of(of_dynamics=dynamics(born=10)).p99_ms
    assert (edge.low or 0) < 150
    assert (edge.high or 0) > 1000


def test_the_models_own_error_widens_the_interval() -> None:
    def width(error: float) -> float:
        found = of(error=error).cold_share
        return (found.high or 0) - (found.low or 0)

    assert width(0.3) > 1.5 * width(0.0)


def test_the_error_of_a_labs_ratio_is_in_all_that_rests_on_it() -> None:
    """The standard error of the logarithm of a ratio is 0.1: 95 % are within 0.82 and 1.22 times it."""
    found = of(replace(BASE, error=(0.1, 0.0)), dynamics(born=0))
    for estimate in (found.p50_ms, found.p95_ms):
        assert (estimate.low or 0) == pytest.approx(100 * np.exp(-0.196), rel=0.05)
        assert (estimate.high or 0) == pytest.approx(100 * np.exp(0.196), rel=0.05)
    assert found.dollars is not None
    assert (found.dollars.high or 0) / found.dollars.value > 1.15
    slow = of(replace(BASE, error=(0.0, 0.1)), dynamics(born=300))
    assert slow.p50_ms.low == of(of_dynamics=dynamics(born=300)).p50_ms.low
    assert (slow.p95_ms.high or 0) == pytest.approx(1100 * np.exp(0.196), rel=0.05)


def test_provisioned_seconds_are_billed_whether_used_or_not() -> None:
    found = of(provisioned(BASE, (1,), "provisioned 1"), dynamics(born=0, taken=1))
    expected = MONTH * PRICES.provisioned_gb_second if PRICES.provisioned_gb_second else 0
    assert found.dollars is not None
    assert found.dollars.value > expected


def test_an_option_relative_to_itself_is_one() -> None:
    found = of()
    (same,) = relative([found], found)
    assert (same.p99_ms.value, same.p99_ms.low, same.p99_ms.high) == (1, 1, 1)


def test_weights_of_blocks_keep_the_mean_and_are_wider_than_a_bootstrap() -> None:
    drawn = weights(14, 4000, np.random.default_rng(1))
    assert drawn.mean() == pytest.approx(1, abs=0.02)
    assert drawn.var() > 2


@pytest.mark.parametrize(("days", "blocks"), [(1, 5), (6, 6), (14, 14), (28, 4), (30, 4), (56, 8)])
def test_blocks_are_days_and_from_four_weeks_on_weeks(days: int, blocks: int) -> None:
    traffic = Traffic(np.empty(0), np.empty(0), 0.0, days * DAY)
    assert len(edges_of(traffic)) == blocks + 1
