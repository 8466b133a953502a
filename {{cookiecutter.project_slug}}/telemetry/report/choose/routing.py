"""Which of several idle environments takes a request: the model says the newest; how often is counted."""

from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Final

import numpy as np

from telemetry.report.choose.lives import Served

MOST: Final = 50_000
"""Requests that are looked at, the latest."""
MOSTLY: Final = 0.8
"""Share of the choices from which on the newest is taken to be preferred."""


@dataclass(frozen=True, slots=True)
class Picks:
    """Choices between environments that were idle and surely alive, for they served again."""

    newest: int
    of: int

    @property
    def shuffled(self) -> bool:
        """Say whether environments are picked in another way than the model has it."""
        return self.of > 0 and self.newest < MOSTLY * self.of


def picks_of(served: Served) -> Picks:
    """Count how often the newest of several idle environments took a request."""
    first = max(0, len(served.at) - MOST)
    environments = served.environment[first:].tolist()
    last = {environment: number for number, environment in enumerate(environments)}
    order = _births(served)
    idle: set[int] = set()
    busy: list[tuple[float, int]] = []
    newest = choices = 0
    rows = zip(environments, served.at[first:].tolist(), served.until[first:].tolist(), strict=True)
    for number, (environment, at, until) in enumerate(rows):
        while busy and busy[0][0] <= at:
            idle.add(heappop(busy)[1])
        if environment in idle:
            if len(idle) > 1:
                choices += 1
                newest += order[environment] == max(order[one] for one in idle)
            idle.discard(environment)
        if last[environment] > number:
            heappush(busy, (until, environment))
    return Picks(newest, choices)


def _births(served: Served) -> dict[int, int]:
    """Return the place of each environment in the order of their first requests."""
    found, first = np.unique(served.environment, return_index=True)
    return dict(zip(found.tolist(), first.tolist(), strict=True))
