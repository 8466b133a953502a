"""Ways to an interval for arms of unequal size."""

import numpy as np

from bench.unequal_arms import EXPERIMENTS, experiment, intervals, table


def test_every_way_is_judged_over_the_same_experiments() -> None:
    lines = table("none", 25).splitlines()
    assert len(lines) == 6
    assert {line.split(" | ")[2] for line in lines} == {"25"}
    assert EXPERIMENTS == 2_000


def test_intervals_hold_the_difference_that_was_put_in() -> None:
    random = np.random.default_rng(1)
    found = [intervals(random, blocks) for blocks in experiment(random, "213 ms once")]
    for way in found[0]:
        held = [low <= 213 <= high for low, high in (one[way] for one in found)]
        assert np.mean(held) > 0.8
