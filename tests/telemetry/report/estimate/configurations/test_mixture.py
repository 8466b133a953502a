"""A mean at a stated share of first requests, against the jackknife by hand."""

import numpy as np
import pytest

from telemetry.report.estimate.configurations.mixture import Requests, mixed
from telemetry.report.estimate.jackknife import ratio

random = np.random.default_rng(11)
FIRST = Requests(random.normal(500, 50, 25), np.ones(25))
LATER = Requests(random.normal(140, 14, 25), np.full(25, 7.0))


def test_value_and_variance_by_hand() -> None:
    found = mixed(FIRST, LATER, 0.1)
    left = [np.delete(np.arange(25), one) for one in range(25)]
    without = np.asarray(
        [0.1 * FIRST.ms[rest].mean() + 0.9 * LATER.ms[rest].sum() / (7.0 * 24) for rest in left]
    )
    assert found.value == pytest.approx(0.1 * FIRST.ms.mean() + 0.9 * LATER.ms.sum() / 175)
    assert found.variance == pytest.approx(24 / 25 * ((without - without.mean()) ** 2).sum())
    assert found.g_eff == pytest.approx(25)


def test_share_of_the_run_gives_the_mean_of_all_requests() -> None:
    expected = ratio(FIRST.ms + LATER.ms, FIRST.n + LATER.n)
    found = mixed(FIRST, LATER, 1 / 8)
    assert found.value == pytest.approx(expected.value)
    assert found.variance == pytest.approx(expected.variance)
    assert found.n == 200


@pytest.mark.parametrize(("share", "of"), [(0.0, LATER), (1.0, FIRST)])
def test_ends_are_one_kind_alone(share: float, of: Requests) -> None:
    assert mixed(FIRST, LATER, share) == of.ratio


def test_too_few_environments_have_no_variance() -> None:
    one = Requests(FIRST.ms[:1], FIRST.n[:1])
    assert np.isnan(mixed(one, Requests(LATER.ms[:1], LATER.n[:1]), 0.5).variance)
