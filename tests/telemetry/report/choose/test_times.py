"""Times in bins, by group of environments."""

import numpy as np
import pytest

from telemetry.report.choose.times import quantiles, times_of


def test_quantiles_are_within_a_bin_of_the_times() -> None:
    ms = np.random.default_rng(1).lognormal(4, 1, 10_000)
    times = times_of(np.zeros(len(ms), np.int64), ms, np.full(len(ms), np.nan), 1)
    shares, _ = times.weighed(np.ones((1, 1)))
    found = quantiles(shares, np.array([0.5, 0.99]))[0]
    assert found == pytest.approx(np.quantile(ms, [0.5, 0.99]), rel=0.011)


def test_what_the_platform_did_not_say_is_billed_by_whole_ms() -> None:
    times = times_of(np.zeros(2, np.int64), np.array([1.2, 3.0]), np.array([np.nan, 7.0]), 1)
    assert times.billed.tolist() == [pytest.approx(0.009)]


def test_times_are_scaled_and_made_longer() -> None:
    times = times_of(np.zeros(1, np.int64), np.array([100.0]), np.array([100.0]), 1)
    assert times.scaled(2).mean_ms == pytest.approx(200, rel=0.02)
    assert times.scaled(2).billed.tolist() == [pytest.approx(0.2)]
    assert times.longer(50).mean_ms == pytest.approx(150, rel=0.02)
    assert times.longer(50).billed.tolist() == [pytest.approx(0.15)]


def test_groups_are_weighed() -> None:
    times = times_of(np.array([0, 1]), np.array([10.0, 1000.0]), np.array([10.0, 1000.0]), 2)
    _, seconds = times.weighed(np.array([[1.0, 0.0], [0.0, 1.0]]))
    assert seconds.tolist() == [pytest.approx(0.01), pytest.approx(1.0)]


def test_the_error_of_a_mean_is_that_between_groups() -> None:
    same = times_of(np.array([0, 1]), np.array([10.0, 10.0]), np.array([10.0, 10.0]), 2)
    other = times_of(np.array([0, 1]), np.array([10.0, 30.0]), np.array([10.0, 30.0]), 2)
    assert same.relative_error == pytest.approx(0, abs=1e-9)
    assert other.relative_error == pytest.approx(0.5, rel=0.02)
