"""Traffic that was not recorded."""

from dataclasses import replace

import numpy as np
import pytest

from telemetry.report.choose.arrivals import generated, scaled
from telemetry.report.choose.times import times_of
from telemetry.report.errors import UnusableError
from telemetry.workload import Poisson
from tests.telemetry.report.choose.fleet import days

TIMES = times_of(np.zeros(2, np.int64), np.array([10.0, 100.0]), np.array([10.0, 100.0]), 1)


def test_four_weeks_are_drawn_with_service_times_of_the_records() -> None:
    traffic = generated(Poisson(0.01), TIMES, np.random.default_rng(1))
    assert traffic.seconds == 28 * 86400
    assert traffic.rate == pytest.approx(0.01, rel=0.1)
    assert set(np.round(traffic.service, 2)) == {0.01, 0.1}


@pytest.mark.parametrize(("rate", "days"), [(2.0, 11), (5.0, 7)])
def test_a_high_rate_needs_fewer_days_but_a_week(rate: float, days: int) -> None:
    assert generated(Poisson(rate), TIMES, np.random.default_rng(1)).seconds == days * 86400


def test_too_many_requests_are_refused() -> None:
    with pytest.raises(UnusableError, match="more than are replayed"):
        generated(Poisson(1000), TIMES, np.random.default_rng(1))


@pytest.mark.parametrize("factor", [0.5, 1.0, 2.5])
def test_a_recording_is_made_larger_or_smaller(factor: float) -> None:
    traffic = days(2)
    found = scaled(traffic, factor, np.random.default_rng(1))
    assert len(found.at) == pytest.approx(factor * len(traffic.at), rel=0.03)
    assert (np.diff(found.at) >= 0).all()
    assert found.seconds == traffic.seconds


def test_pings_come_as_often_when_traffic_grows() -> None:
    traffic = days(1)
    traffic = replace(traffic, pings=np.arange(len(traffic.at)) % 10 == 0)
    found = scaled(traffic, 3, np.random.default_rng(1))
    assert found.pings is not None
    assert found.at[found.pings].tolist() == traffic.at[~traffic.requests].tolist()
    assert found.requests.sum() == 3 * traffic.requests.sum()
    assert found.rate == pytest.approx(3 * traffic.rate)
