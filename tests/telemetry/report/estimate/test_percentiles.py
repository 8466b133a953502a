"""Percentiles by environment, and where nothing can be told of them."""

import numpy as np
import pytest

from telemetry.report.estimate.percentiles import PercentileDifference, percentile_differences
from telemetry.report.estimate.strata import Means
from telemetry.report.read.durations import Durations
from telemetry.report.read.strata import Strata
from telemetry.report.read.sums import Sums


def found(
    random: np.random.Generator,
    *,
    environments: int = 80,
    requests: int = 60,
    cold: float = 0.0,
    shift: float = 1.0,
) -> dict[int, PercentileDifference]:
    """Two arms of lognormal requests; the second is `shift` times as slow."""
    arms = np.repeat([0, 1], environments)
    sums, durations = Sums.zero(arms), Durations()
    speed = random.lognormal(0, 0.1, 2 * environments) * np.where(arms == 1, shift, 1.0)
    for unit in range(2 * environments):
        n = 1 + random.poisson(requests - 1)
        ms = speed[unit] * 20 * random.lognormal(0, 0.8, n)
        slow = random.random(n) < cold
        ms[slow] += 2000
        durations.add(np.full(n, unit), ms)
        sums.n[unit] = sums.timed[unit] = n
        sums.firsts[unit] = sums.waited[unit] = slow.sum()
    means = Means(
        sums, sums.user, sums.timed, Strata(np.zeros(2 * environments, np.int64), []), stratified=False
    )
    return {one.percent: one for one in percentile_differences(means, durations, ["first_invocation"], 1.0)}


def test_v17_intervals_cover_the_true_percentiles() -> None:
    random = np.random.default_rng(5)
    true = 20 * np.exp(np.sqrt(0.8**2 + 0.1**2) * np.array([0.0, 1.6449, 2.3263]))
    covered, told, differences = np.zeros(3), 0, np.zeros(3)
    for _ in range(150):
        percentiles = found(random)
        for position, percent in enumerate((50, 95, 99)):
            one = percentiles[percent]
            low, high = one.of["init"].low, one.of["init"].high
            if low is None or high is None or one.low is None or one.high is None:
                continue
            told += 1
            covered[position] += low <= true[position] <= high
            differences[position] += one.low <= 0 <= one.high
    assert told == 450
    assert (covered / 150).min() > 0.9
    assert (differences / 150).min() > 0.9


def test_v17_interval_at_the_edge_of_cold_starts_has_the_step_in_it() -> None:
    at_the_edge = found(np.random.default_rng(8), cold=0.01)
    one = at_the_edge[99]
    assert one.told == "edge of cold starts"
    assert one.low is not None
    assert one.high is not None
    assert one.low < 0 < one.high
    assert one.high - one.low > 1900
    assert (at_the_edge[50].told, at_the_edge[95].told) == ("told", "told")


def test_v17_differences_at_the_edge_of_cold_starts_hold_the_truth() -> None:
    random, covered, at_the_edge = np.random.default_rng(15), 0, 0
    for _ in range(60):
        one = found(random, environments=40, requests=20, cold=0.05)[95]
        assert one.low is not None
        assert one.high is not None
        covered += one.low <= 0 <= one.high
        at_the_edge += one.told == "edge of cold starts"
    assert at_the_edge > 50
    assert covered >= 55


def test_v17_too_few_requests_above_a_percentile_are_not_told() -> None:
    few = found(np.random.default_rng(7), environments=40, requests=3)
    assert (few[50].told, few[99].told) == ("told", "too few requests")


def test_ten_environments_of_an_arm_suffice_for_what_decides_nothing() -> None:
    assert found(np.random.default_rng(8), environments=9)[50].told == "too few environments"
    assert found(np.random.default_rng(8), environments=10)[50].told == "told"


def test_v17_difference_has_the_right_value() -> None:
    percentiles = found(np.random.default_rng(9), environments=200, shift=1.5)
    for percent, at in ((50, 0.0), (95, 1.6449)):
        true = 0.5 * 20 * np.exp(np.sqrt(0.8**2 + 0.1**2) * at)
        one = percentiles[percent]
        assert one.low is not None
        assert one.high is not None
        assert one.low < true < one.high
        assert one.difference_ms == pytest.approx(true, rel=0.2)
