"""A pool of environments walks over the levels of some traffic."""

import heapq
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import norm

from telemetry.report.choose.levels import Levels, Traffic, levels_of
from telemetry.report.read.columns import Numbers, Vector
from telemetry.workload import Pool

SHORTEST: Final = 1e-4
"""Share of idle environments that may be ended sooner than the shortest gap that a walk looks at."""
PASSES: Final = 4
CLOSE: Final = 0.005
"""Share of the count by which it may still move."""


def shortest(pool: Pool) -> float:
    """Return an idle time that hardly any environment is ended before, in seconds."""
    return pool.idle * math.exp(pool.spread * float(norm.ppf(SHORTEST)))


def drawn(median: float, spread: float, random: np.random.Generator) -> Iterator[float]:
    """Draw log-normal times, without end."""
    while True:
        if spread == 0 or math.isinf(median):
            yield median
        else:
            yield from (median * np.exp(spread * random.standard_normal(1024))).tolist()


def walk(pool: Pool, levels: Levels, random: np.random.Generator) -> Numbers:
    """Return which arrivals find no idle environment, ascending.

    Exact for environments that are taken newest first, as far as who serves a request may be renamed while
    several are busy at once; `tests` compare it with a replay request by request.
    """
    return _Walk(pool, levels, random).missed()


@dataclass(frozen=True, slots=True)
class Replay:
    """Traffic made ready for any pool: its levels, by pool that serves it."""

    levels: list[Levels]
    requests: list[Numbers]
    """Which of all requests are those of the levels."""

    def missed(self, pool: Pool, random: np.random.Generator) -> Numbers:
        """Return which requests find no idle environment, ascending."""
        found = [
            requests[walk(pool, levels, random)]
            for levels, requests in zip(self.levels, self.requests, strict=True)
        ]
        return np.sort(np.concatenate(found)) if found else np.empty(0, np.int64)


def settled(pool: Pool, traffic: Traffic, extra: float, random: np.random.Generator) -> Replay:
    """Make traffic ready in which requests that wait for INIT keep their environment longer.

    Who waits depends on the levels, and they on who waits: repeated until the count hardly moves.

    Args:
        pool: By which it is decided who waits.
        traffic: Its service times leave INIT out.
        extra: Seconds that INIT takes.
        random: Draws idle times and ages.
    """
    pools = traffic.pools
    parts = [_settled(pool, traffic.at[mine], traffic.service[mine], extra, random) for mine in pools]
    return Replay(parts, pools)


def _settled(pool: Pool, at: Vector, service: Vector, extra: float, random: np.random.Generator) -> Levels:
    levels = levels_of(at, service)
    before = -1
    for _ in range(PASSES if extra > 0 else 0):
        waiting = walk(pool, levels, random)
        if abs(len(waiting) - before) <= CLOSE * len(waiting):
            break
        before = len(waiting)
        busy = service.copy()
        busy[waiting] += extra
        levels = levels_of(at, busy)
    return levels


class _Walk:
    """The pool's environments, newest first; the one at place `r` is used when level `r` is."""

    def __init__(self, pool: Pool, levels: Levels, random: np.random.Generator) -> None:
        self._levels = levels
        self._idle_times = drawn(pool.idle, pool.spread, random)
        self._ages = drawn(pool.age, pool.age_spread, random)
        begins, places, ends = levels.gaps(shortest(pool))
        self._gaps: tuple[list[float], list[int], list[float]] = (
            begins.tolist(), places.tolist(), ends.tolist(),
        )  # fmt: skip
        self._alive: list[int] = []
        self._endings: list[tuple[float, int, float]] = []
        """When, which environment, and idle since when; NaN for one that is too old."""
        self._idle_since: dict[int, float] = {}
        """Of environments that may end unused, as far as is known."""
        self._moved: dict[int, float] = {}
        """When each came to its place."""
        self._born = 0

    def missed(self) -> Numbers:
        found: list[int] = []
        now, gap, places = -math.inf, 0, self._gaps[1]
        begins = self._gaps[0]
        while True:
            at, arrival = self._next_miss(now)
            gap_at = begins[gap] if gap < len(begins) else math.inf
            ending = self._endings[0][0] if self._endings else math.inf
            now = min(at, gap_at, ending)
            if now == math.inf:
                return np.asarray(found, np.int64)
            if ending == now:
                self._end()
            elif gap_at == now:
                if places[gap] <= len(self._alive):
                    self._idle(gap)
                gap += 1
            else:
                found.append(arrival)
                self._bear(at)

    def _next_miss(self, now: float) -> tuple[float, int]:
        """Return when more requests run at once than there are environments, and which arrival that is."""
        place = len(self._alive)
        if place >= len(self._levels.taken):
            return math.inf, -1
        taken = self._levels.taken[place]
        next_one = int(taken.searchsorted(now, side="right"))
        if next_one == len(taken):
            return math.inf, -1
        return float(taken[next_one]), int(self._levels.indices[place][next_one])

    def _bear(self, at: float) -> None:
        """Add the newest environment: all others are busy, so their places are free to be given anew."""
        self._alive.insert(0, self._born)
        self._idle_since.clear()
        if (age := next(self._ages)) < math.inf:
            heapq.heappush(self._endings, (at + age, self._born, math.nan))
        self._born += 1

    def _idle(self, gap: int) -> None:
        """Note when the environment that is not used now will be ended, if it is not used before."""
        begin, environment = self._gaps[0][gap], self._alive[self._gaps[1][gap] - 1]
        self._idle_since[environment] = begin
        heapq.heappush(self._endings, (begin + next(self._idle_times), environment, begin))

    def _end(self) -> None:
        at, environment, since = heapq.heappop(self._endings)
        too_old = math.isnan(since)
        if not too_old and self._idle_since.get(environment) != since:
            return
        if environment not in self._alive:
            return
        place = self._alive.index(environment)
        if too_old or not self._used(place, environment, at):
            self._remove(place, at)

    def _remove(self, place: int, at: float) -> None:
        """Let those behind move up; whether they were used at their old place is told by its level alone."""
        self._idle_since.pop(self._alive[place], None)
        for behind in range(place + 1, len(self._alive)):
            environment = self._alive[behind]
            if environment in self._idle_since and self._used(behind, environment, at):
                del self._idle_since[environment]
            self._moved[environment] = at
        del self._alive[place]

    def _used(self, place: int, environment: int, until: float) -> bool:
        """Say whether an environment was used at its place since it was known to be idle."""
        since = max(self._idle_since[environment], self._moved.get(environment, -math.inf))
        taken = self._levels.taken[place]
        last = int(taken.searchsorted(until, side="left"))
        return last > 0 and float(taken[last - 1]) > since
