"""Fleets of known policies, simulated request by request, for `choose` to forecast or to refuse.

The simulation shares no code with the walk over levels that it judges.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from random import Random
from typing import Final, Literal, TypeAlias

import numpy as np

from telemetry.report.choose.levels import Traffic
from telemetry.report.choose.lives import Served

DAY: Final = 86400.0
INIT: Final = 1.2
"""Seconds that a request waits for INIT."""
Draw: TypeAlias = Callable[[Random], float]


@dataclass(frozen=True, slots=True)
class Policy:
    """How a platform ends and picks environments."""

    name: str
    idle: Draw
    age: Draw = lambda _random: math.inf
    routing: Literal["newest", "random"] = "newest"
    spares: float = 0.0
    """Chance that a cold start brings along a second environment, which no request waits for."""
    in_family: bool = True


NAMES: Final = ("fixed expiry", "spread expiry", "expiry and age limit", "random routing", "warm spares")


def policy_of(name: str, draw: Random) -> Policy:
    """Draw the numbers of a policy."""
    idle, spread, age = draw.uniform(300, 900), draw.uniform(0.2, 0.5), draw.uniform(1, 4) * 3600
    short = draw.uniform(60, 400)
    return {
        "fixed expiry": Policy(name, lambda _random: idle),
        "spread expiry": Policy(name, lambda random: idle * math.exp(random.gauss(0, spread))),
        "expiry and age limit": Policy(
            name, lambda _random: idle, lambda random: age * random.uniform(0.9, 1.1)
        ),
        "random routing": Policy(name, lambda _random: short, routing="random", in_family=False),
        "warm spares": Policy(name, lambda _random: idle, spares=0.7, in_family=False),
    }[name]


@dataclass(frozen=True, slots=True)
class Shape:
    """Traffic whose rate follows the day and the week, with bursts."""

    rate: float
    """Requests a second, on average."""
    swing: float
    """Of the day, as a share of the rate."""
    bursts_per_day: float
    service: float
    """Median seconds of a warm request."""


def shape_of(random: np.random.Generator) -> Shape:
    """Draw what traffic is like."""
    return Shape(
        rate=float(np.exp(random.uniform(np.log(0.02), np.log(0.2)))),
        swing=float(random.uniform(0.2, 0.9)),
        bursts_per_day=float(random.uniform(1, 6)),
        service=float(np.exp(random.uniform(np.log(0.05), np.log(1.5)))),
    )


def traffic_of(shape: Shape, days: int, random: np.random.Generator) -> Traffic:
    """Draw arrivals and service times."""
    minutes = np.arange(int(days * 1440))
    hour, day = (minutes / 60) % 24, (minutes // 1440) % 7
    rate = (
        shape.rate * (1 + shape.swing * np.cos(2 * np.pi * (hour - 14) / 24)) * np.where(day >= 5, 0.6, 1.0)
    )
    rate *= np.repeat(np.exp(random.normal(0, 0.15, days) - 0.01), 1440)
    for begin in random.integers(0, len(minutes), random.poisson(shape.bursts_per_day * days)):
        rate[begin : begin + int(random.integers(2, 12))] *= random.uniform(4, 15)
    counts = random.poisson(np.maximum(rate, 0) * 60)
    at = np.sort(np.repeat(minutes * 60.0, counts) + random.random(int(counts.sum())) * 60)
    service = shape.service * np.exp(random.normal(0, 0.5, len(at)))
    return Traffic(at, service, 0.0, days * DAY)


@dataclass(slots=True)
class Fleet:
    """A fleet while it serves; `served` runs it."""

    policy: Policy
    random: Random
    idle: dict[int, float] = field(default_factory=dict)
    """When each idle environment will be ended; in order of birth only by its number."""
    busy: list[tuple[float, int]] = field(default_factory=list)
    too_old: list[float] = field(default_factory=list)

    def served(self, traffic: Traffic) -> Served:
        """Serve everything."""
        rows = list(self._rows(traffic))
        environment, at, until, cold = (np.asarray(column) for column in zip(*rows, strict=True))
        return Served(
            environment,
            at,
            until,
            cold,
            np.full(len(self.too_old), np.nan),
            np.zeros(len(self.too_old), np.int64),
        )

    def _rows(self, traffic: Traffic) -> Iterator[tuple[int, float, float, bool]]:
        for now, seconds in zip(traffic.at.tolist(), traffic.service.tolist(), strict=True):
            self._advance(now)
            cold = not self.idle
            environment = self._born(now) if cold else self._picked()
            until = now + seconds + (INIT if cold else 0.0)
            heappush(self.busy, (until, environment))
            yield environment, now, until, cold
            if cold and self.random.random() < self.policy.spares:
                heappush(self.busy, (now + INIT, self._born(now)))

    def _born(self, now: float) -> int:
        self.too_old.append(now + self.policy.age(self.random))
        return len(self.too_old) - 1

    def _rest(self, environment: int, now: float) -> None:
        self.idle[environment] = min(now + self.policy.idle(self.random), self.too_old[environment])

    def _advance(self, now: float) -> None:
        while self.busy and self.busy[0][0] <= now:
            at, environment = heappop(self.busy)
            self._rest(environment, at)
        for environment in [one for one, ends in self.idle.items() if ends <= now]:
            del self.idle[environment]

    def _picked(self) -> int:
        chosen = max(self.idle) if self.policy.routing == "newest" else self.random.choice(list(self.idle))
        del self.idle[chosen]
        return chosen
