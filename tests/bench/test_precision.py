"""The simulation of runs that end when they are precise enough."""

import pytest

from bench.precision import SHAPES, Setting, measure, table
from telemetry.lab.run.precision import FEWEST, MOST

RUNS = 200


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("relative", [False, True], ids=["ms", "share"])
def test_intervals_hold_the_truth_about_as_often_as_they_promise(*, shape: str, relative: bool) -> None:
    found = measure(Setting(shape, relative=relative, expected=25), RUNS, (1,))
    assert found.runs == RUNS
    assert FEWEST < found.environments / RUNS < 45
    assert 0.89 < found.covered / RUNS <= 1  # 0.95 within four standard errors
    assert 0.89 < found.fixed / RUNS <= 1
    assert found.at_most == 0


def test_same_seed_same_counts() -> None:
    setting = Setting("skewed", relative=False, expected=40)
    assert measure(setting, 20, (2,)) == measure(setting, 20, (2,)) != measure(setting, 20, (3,))


def test_precision_out_of_reach_is_counted() -> None:
    found = measure(Setting("normal", relative=False, expected=4 * MOST), 5, (1,))
    assert (found.at_most, found.environments) == (5, 5 * MOST)
    assert "| normal | ms | 400 | 100.0 |" in table([found])
