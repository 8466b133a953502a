import pytest

from telemetry.report.estimate.pool import DAY_S, environments_per_day
from telemetry.workload import PUBLISHED


def test_v4_rare_requests_start_one_each() -> None:
    per_second = 1 / (20 * PUBLISHED.idle)
    assert environments_per_day(per_second, 0.1) == pytest.approx(per_second * DAY_S, rel=0.15)


def test_v4_steady_trickle_starts_one_for_each_lifetime() -> None:
    """A request a minute never lets the environment expire, so it lives as long as Lambda keeps it."""
    assert environments_per_day(1 / 60, 0.001) == pytest.approx(DAY_S / PUBLISHED.age, rel=0.2)


def test_v4_long_requests_take_as_many_environments_as_run_at_once() -> None:
    """40 at once, and replaced at their greatest age, and some that idle."""
    found = environments_per_day(4.0, 10.0)
    assert 40 * DAY_S / PUBLISHED.age < found < 3 * 40 * DAY_S / PUBLISHED.age


def test_busier_pools_are_larger() -> None:
    assert environments_per_day(2.0, 0.1) < environments_per_day(200.0, 0.1)
