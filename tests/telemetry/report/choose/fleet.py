"""Small fleets and their records, for tests of `choose`."""

from random import Random

import numpy as np

from bench.choose_fleets import Fleet, Policy, Shape, traffic_of
from bench.choose_records import lines
from telemetry.report.choose.levels import Traffic
from telemetry.report.choose.lives import Served

FIXED = Policy("fixed", lambda _random: 600.0)
SHUFFLED = Policy("random", lambda _random: 200.0, routing="random")
BUSY_DAYS = Shape(rate=0.05, swing=0.8, bursts_per_day=4, service=0.4)
QUIET = Shape(rate=0.02, swing=0.8, bursts_per_day=4, service=0.4)


def days(count: int, seed: int = 1, shape: Shape = BUSY_DAYS) -> Traffic:
    return traffic_of(shape, count, np.random.default_rng(seed))


def served(traffic: Traffic, policy: Policy = FIXED, seed: int = 1) -> Served:
    return Fleet(policy, Random(seed)).served(traffic)  # noqa: S311  # a simulation


def log(count: int, policy: Policy = FIXED, shape: Shape = BUSY_DAYS, seed: int = 1) -> str:
    return "".join(f"{line}\n" for line in lines(days(count, seed, shape), policy, seed))


def poisson(rate: float, seconds: float, seed: int = 1) -> np.ndarray:
    random = np.random.default_rng(seed)
    return np.sort(random.random(random.poisson(rate * seconds)) * seconds)
