"""What `choose` says of simulated fleets: how often its intervals cover, and what the back-test refuses."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

import numpy as np

from bench.choose_fleets import DAY, INIT, NAMES, Fleet, policy_of, shape_of, traffic_of
from telemetry.prices import TABLE
from telemetry.report.choose.backtest import BackTest, back_test
from telemetry.report.choose.dynamics import dynamics_of
from telemetry.report.choose.fit import Fit, fitted
from telemetry.report.choose.forecast import Setting, cold_share
from telemetry.report.choose.levels import Traffic
from telemetry.report.choose.lives import Lives, Served, lives_of
from telemetry.report.choose.study import DRAWS, SEED
from telemetry.report.estimate.intervals import Estimate
from telemetry.workload import Pool

DAYS: Final = 14
"""Recorded; as many follow, which the forecast is compared with."""
OFF: Final = 0.25
"""Share by which a cold share has to be off for it to matter."""
MANY: Final = 100
"""Cold starts in the tested part, for it to matter."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One fleet."""

    policy: str
    in_family: bool
    test: BackTest
    share: Estimate
    came: float
    """Cold share of the days that followed."""

    @property
    def covered(self) -> bool:
        """Say whether the interval holds what came."""
        return (self.share.low or 0.0) <= self.came <= (self.share.high or 0.0)

    @property
    def matters(self) -> bool:
        """Say whether the forecast of the tested part is far off, and of many cold starts."""
        return self.test.came >= MANY and abs(self.test.forecast / self.test.came - 1) > OFF


def tried(name: str, seed: int) -> Tried:
    """Simulate one fleet, and forecast its second half from its first."""
    draw, random = Random(seed), np.random.default_rng(seed)  # noqa: S311  # a simulation
    shape = shape_of(random)
    policy = policy_of(name, draw)
    traffic = traffic_of(shape, 2 * DAYS, random)
    served = Fleet(policy, Random(seed)).served(traffic)  # noqa: S311  # as above
    middle = DAYS * DAY
    first = int(np.searchsorted(traffic.at, middle))
    came = float(served.cold[first:].mean())
    known = Traffic(traffic.at[:first], traffic.service[:first], 0.0, middle)
    test, share = _said(known, served.before(middle), random)
    return Tried(name, policy.in_family, test, share, came)


def _said(traffic: Traffic, served: Served, random: np.random.Generator) -> tuple[BackTest, Estimate]:
    other = Pool(proactive=_proactive(served))

    def fit(lives: Lives) -> Fit:
        return fitted(lives, other)

    test = back_test(served, traffic, fit, INIT, random)
    found = fit(lives_of(served))
    pools = [found.best, *found.draws(DRAWS - 1, random)]
    dynamics = dynamics_of(traffic, pools, (0,), INIT, random)
    return test, cold_share(dynamics, Setting(TABLE[0], traffic.seconds, test.error, SEED))


def _proactive(served: Served) -> float:
    """Return the share of new environments that no request waited for."""
    _, first = np.unique(served.environment, return_index=True)
    return float(1 - served.cold[first].mean())


def table(found: Sequence[Tried]) -> Iterator[tuple[str, ...]]:
    """Yield a row for each policy."""
    for name in NAMES:
        mine = [one for one in found if one.policy == name]
        believed = [one for one in mine if not one.test.refused]
        far = [one for one in mine if one.matters]
        yield (
            name,
            f"{len(mine)}",
            f"{len(mine) - len(believed)}",
            f"{sum(one.covered for one in believed)} of {len(believed)}",
            f"{sum(one.test.refused for one in far)} of {len(far)}",
        )
