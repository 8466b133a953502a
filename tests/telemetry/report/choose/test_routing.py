"""Which of several idle environments takes a request."""

import numpy as np

from bench.choose_fleets import Shape
from telemetry.report.choose.lives import Served
from telemetry.report.choose.routing import picks_of
from tests.telemetry.report.choose.fleet import FIXED, SHUFFLED, days, served

CROWDS = Shape(rate=0.05, swing=0.9, bursts_per_day=8, service=4.0)


def test_newest_first_and_random_picks_are_told_apart() -> None:
    traffic = days(4, shape=CROWDS)
    newest, shuffled = (picks_of(served(traffic, policy)) for policy in (FIXED, SHUFFLED))
    assert newest.newest > 0.95 * newest.of > 100
    assert not newest.shuffled
    assert shuffled.shuffled


def test_without_a_choice_nothing_is_said() -> None:
    alone = Served(np.array([0, 0]), np.array([0.0, 5.0]), np.array([1.0, 6.0]), np.array([True, False]),
                   np.array([np.nan]), np.array([0]))  # fmt: skip
    assert picks_of(alone).of == 0
    assert not picks_of(alone).shuffled
