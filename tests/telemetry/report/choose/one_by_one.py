"""A pool replayed request by request, newest environment first: what the walk over levels has to find."""

import heapq

import numpy as np

from telemetry.report.choose.walk import drawn
from telemetry.report.read.columns import Flags, Vector
from telemetry.workload import Pool


def replay(pool: Pool, at: Vector, busy: Vector, random: np.random.Generator) -> Flags:
    """Return which arrivals find no idle environment."""
    return _Replay(pool, random).missed(at.tolist(), busy.tolist())


class _Replay:
    def __init__(self, pool: Pool, random: np.random.Generator) -> None:
        self._idle_times = drawn(pool.idle, pool.spread, random)
        self._ages = drawn(pool.age, pool.age_spread, random)
        self._running: list[tuple[float, int]] = []
        """When each busy environment will be free."""
        self._idle: list[int] = []
        """In order of birth."""
        self._deadlines: list[tuple[float, int, int]] = []
        """When, environment, and after how many of its requests."""
        self._too_old: list[float] = []
        """By environment."""
        self._served: list[int] = []

    def missed(self, at: list[float], busy: list[float]) -> Flags:
        found = np.zeros(len(at), np.bool_)
        for number, (now, seconds) in enumerate(zip(at, busy, strict=True)):
            self._advance(now)
            if self._idle:
                environment = self._idle.pop()
            else:
                found[number] = True
                environment = len(self._served)
                self._served.append(0)
                self._too_old.append(now + next(self._ages))
            self._served[environment] += 1
            heapq.heappush(self._running, (now + seconds, environment))
        return found

    def _advance(self, now: float) -> None:
        """Let environments become free, and end those whose time has come."""
        while self._running and self._running[0][0] <= now:
            free_at, environment = heapq.heappop(self._running)
            ends = min(free_at + next(self._idle_times), self._too_old[environment])
            if ends <= now:
                continue
            self._insert(environment)
            if ends < float("inf"):
                heapq.heappush(self._deadlines, (ends, environment, self._served[environment]))
        while self._deadlines and self._deadlines[0][0] <= now:
            _, environment, served = heapq.heappop(self._deadlines)
            if self._served[environment] == served and environment in self._idle:
                self._idle.remove(environment)

    def _insert(self, environment: int) -> None:
        idle = self._idle
        at = len(idle)
        while at and idle[at - 1] > environment:
            at -= 1
        idle.insert(at, environment)
