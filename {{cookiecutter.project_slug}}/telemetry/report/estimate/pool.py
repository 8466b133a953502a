"""How many environments start in a day at a steady load, before anything was recorded.

Requests arrive at random (Poisson) and each takes the environment that was free last; if none is free, one
starts. Environments end as in `PUBLISHED`, the pool that `choose` and the lab take too. It explains published
measurements of cold starts on AWS to about a tenth; it is Lambda's to change, and a function's own records
tell better. Bursts, and days with quiet nights, start more environments than this.
"""

import heapq
from collections import deque
from dataclasses import dataclass
from random import Random
from typing import Final

from telemetry.workload import PUBLISHED

DAY_S: Final = 86_400.0
LONGEST_S: Final = 100 * DAY_S
MOST_REQUESTS: Final = 500_000
"""That many are simulated: at a high rate less than a day."""
FASTEST: Final = 150.0
"""Requests a second up to which a pool is simulated; a busier one is so many times as large."""
SEED: Final = 1


@dataclass(slots=True)
class _Environment:
    born_s: float
    free_s: float = 0.0


def environments_per_day(requests_per_s: float, request_s: float) -> float:
    """Return new environments a day in a steady state.

    Args:
        requests_per_s: Mean rate.
        request_s: How long each takes.
    """
    if requests_per_s > FASTEST:
        return requests_per_s / FASTEST * environments_per_day(FASTEST, request_s)
    random = Random(SEED)  # noqa: S311  # a simulation
    length_s = min(LONGEST_S, MOST_REQUESTS / requests_per_s)
    settled_s = length_s / 2  # as it fills, the pool is given environments of all ages, and no start counts
    free: deque[_Environment] = deque()
    busy: list[tuple[float, int, _Environment]] = []
    now, started, number = 0.0, 0, 0
    while (now := now + random.expovariate(requests_per_s)) < length_s:
        while busy and busy[0][0] <= now:
            _, _, environment = heapq.heappop(busy)
            free.append(environment)
        while free and now - free[0].free_s > PUBLISHED.idle:
            free.popleft()
        while free and now - free[-1].born_s > PUBLISHED.age:
            free.pop()
        if free:
            environment = free.pop()
        else:
            settled = now >= settled_s
            environment = _Environment(now if settled else now - random.uniform(0, PUBLISHED.age))
            started += settled
        number += 1
        environment.free_s = now + request_s
        heapq.heappush(busy, (environment.free_s, number, environment))
    return started * DAY_S / (length_s - settled_s)
