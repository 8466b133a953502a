"""A pool replayed request by request, as simply as can be: what the lab's router has to do."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass
class Environment:
    born: float
    free: float


def cold_starts(
    arrivals: Sequence[float], busy_until: Sequence[float], idle: float, age: float
) -> list[bool]:
    """Say which requests need a new environment; each keeps the one that serves it busy for a known time."""
    environments: list[Environment] = []
    cold = []
    for now, until in zip(arrivals, busy_until, strict=True):
        usable = [one for one in environments if one.free <= now < min(one.free + idle, one.born + age)]
        cold.append(not usable)
        if usable:
            max(usable, key=lambda one: one.born).free = until
        else:
            environments.append(Environment(now, until))
    return cold
