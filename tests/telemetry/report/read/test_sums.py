import numpy as np
import pytest

from telemetry.report.read.sums import Histogram


def counted(*batches: list[float]) -> Histogram:
    histogram = Histogram()
    for batch in batches:
        histogram.add(np.array(batch))
    return histogram


def test_percentiles_are_close() -> None:
    values = np.random.default_rng(1).lognormal(3, 1.5, 20_001)
    found = counted(values.tolist())
    for percent in (5, 50, 95, 99):
        exact = float(np.percentile(values, percent, method="inverted_cdf"))
        assert found.percentile(percent) == pytest.approx(exact, rel=6e-4)


def test_mean_is_exact() -> None:
    assert counted([1, 2], [6]).mean == 3


def test_batches_add_up() -> None:
    assert counted([5, 7], [1, 3]).percentile(50) == counted([1, 3, 5, 7]).percentile(50)


def test_extremes_are_kept_within() -> None:
    found = counted([0, 1e99])
    assert found.n == 2
    assert found.percentile(1) == pytest.approx(1e-3, rel=1e-3)
    assert found.percentile(100) == pytest.approx(1e8, rel=1e-3)
