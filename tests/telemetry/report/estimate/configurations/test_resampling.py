"""Resampled environments: standard errors by hand, and quantiles of what a normal mean does."""

import numpy as np
import pytest

from telemetry.report.estimate.configurations.mixture import Requests
from telemetry.report.estimate.configurations.resampling import RESAMPLES, quantiles, resampled
from telemetry.report.estimate.jackknife import ratio

random = np.random.default_rng(4)


def test_error_is_close_to_the_jackknife() -> None:
    ms, n = random.lognormal(5, 0.4, 60), random.integers(1, 9, 60).astype(np.float64)
    found, expected = resampled([[(Requests(ms * n, n), 1.0)]], (1,))[0], ratio(ms * n, n)
    assert found.value == pytest.approx(expected.value)
    assert found.error == pytest.approx(expected.variance**0.5, rel=0.05)


def test_mixture_is_linear_in_its_parts() -> None:
    first, later = (Requests(random.normal(mean, 5, 50), np.ones(50)) for mean in (100, 20))
    found = resampled([[(first, 0.25), (later, 0.75)]], (2,))[0]
    values = 0.25 * first.ms + 0.75 * later.ms
    assert found.value == pytest.approx(values.mean())
    assert found.error == pytest.approx(values.std(ddof=1) / 50**0.5, rel=1e-6)


def test_quantiles_are_students_where_values_are_normal() -> None:
    found = resampled([[(Requests(random.normal(1000, 10, 40), np.ones(40)), 1.0)]], (3,))[0]
    assert len(found.t) == RESAMPLES
    lowest, highest = quantiles(found.t, found.t, 0.95)
    assert lowest == pytest.approx(-2.02, abs=0.25)
    assert highest == pytest.approx(2.02, abs=0.25)


def test_many_environments_are_drawn_in_batches() -> None:
    many = Requests(random.normal(100, 10, 3000), np.ones(3000))
    found = resampled([[(many, 1.0)]], (3,))[0]
    assert len(found.t) == RESAMPLES
    low, high = found.interval(0.95)
    assert low < found.value < high


def test_limits_are_not_below_zero() -> None:
    skewed = Requests(random.pareto(1.1, 25), np.ones(25))
    low, high = resampled([[(skewed, 1.0)]], (5,))[0].interval(0.999)
    assert 0 <= low < high
