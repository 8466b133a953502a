"""What a run under load is told to have been."""

import pytest

from telemetry.lab.run.load.arrivals import Load
from telemetry.lab.run.load.load_counts import LoadCounts
from telemetry.lab.run.load.sentences import load_lines
from telemetry.workload import Poisson, Pool


@pytest.mark.parametrize(
    ("idle", "age", "said"),
    [
        (660.0, 7200.0, "idle for 11 min or are 2 h old."),
        (30.0, float("inf"), "idle for 30 s."),
        (0.8, 90.0, "idle for 0.8 s or are 90 s old."),
    ],
)
def test_times_are_in_units_that_one_reads(idle: float, age: float, said: str) -> None:
    first, *_ = load_lines(Load(Poisson(3), Pool(idle=idle, age=age)), LoadCounts(arrived=1), 1)
    assert first.endswith(said)


def test_run_that_was_stopped_before_any_request_counts_nothing() -> None:
    (only,) = load_lines(Load(Poisson(3)), LoadCounts(), 2)
    assert only.startswith("Arrivals: poisson:3/s, 0 requests. ")


def test_pool_that_ended_no_environment_says_so() -> None:
    _, environments = load_lines(Load(Poisson(3)), LoadCounts(arrived=1), 1)
    assert environments.endswith("at most 0 at once. The pool ended none.")
