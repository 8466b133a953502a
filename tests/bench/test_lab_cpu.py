"""The arithmetic of quotas that the lab is compared with."""

import pytest

from bench.lab_cpu import Work, computed


def test_computing_takes_as_long_as_the_share_says() -> None:
    assert computed(Work("", 1, 500, 0), 0.25) == pytest.approx(2000, abs=40)  # two periods
    assert computed(Work("", 1, 500, 0), 1.0) == pytest.approx(500)


def test_waiting_takes_as_long_as_it_takes() -> None:
    assert computed(Work("", 3, 0, 100), 0.1) == pytest.approx(300)


def test_less_than_a_quota_is_not_slowed_down() -> None:
    assert computed(Work("", 10, 2, 30), 0.2) == pytest.approx(320)


def test_quota_that_is_left_over_is_lost() -> None:
    assert computed(Work("", 50, 8, 20), 0.2) == pytest.approx(50 * (8 / 0.2), rel=0.05)
