"""Arrivals and pools as `lab` and `choose` read them from a command line."""

import math
from argparse import ArgumentTypeError

import pytest

from telemetry.workload import PUBLISHED, Pool, arrivals_of, pool_of


@pytest.mark.parametrize(
    ("text", "rate"),
    [("poisson:3/s", 3), ("poisson:30/min", 0.5), ("poisson:36/h", 0.01), (" poisson:864/d ", 0.01)],
)
def test_a_rate_is_read_in_any_unit(text: str, rate: float) -> None:
    assert arrivals_of(text).rate == pytest.approx(rate)


@pytest.mark.parametrize(
    "text", ["", "3/s", "poisson:0/s", "poisson:x/s", "poisson:3", "poisson:1..2/s", f"poisson:{'9' * 400}/s"]
)
def test_no_rate_is_refused_with_what_it_must_be(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="poisson:RATE/s"):
        arrivals_of(text)


@pytest.mark.parametrize(
    ("text", "pool"),
    [
        ("idle=630s,age=4h", Pool(630, age=14400)),
        ("idle=10min, spread=0.2", Pool(600, spread=0.2)),
        ("age=2h,age_spread=0.1,proactive=0.3", Pool(age=7200, age_spread=0.1, proactive=0.3)),
        ("published", PUBLISHED),
    ],
)
def test_a_pool_is_read_by_its_parts(text: str, pool: Pool) -> None:
    assert pool_of(text) == pool


def test_a_pool_without_an_age_ends_none_for_its_age() -> None:
    assert math.isinf(pool_of("idle=630s").age)


@pytest.mark.parametrize(
    "text",
    ["", "idle", "idle=x", "idle=0s", "idle=630", "nonsense=3", "proactive=2", "age=1", "idle=1s,idle=2s"],
)
def test_no_pool_is_refused(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="must be"):
        pool_of(text)
