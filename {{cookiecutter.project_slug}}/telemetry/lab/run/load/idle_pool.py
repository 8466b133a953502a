"""The pool of idle environments: which of them serves a request, and when each is ended."""

from collections.abc import Iterator
from math import inf, log
from random import Random
from typing import Final, Literal, NamedTuple, TypeAlias

from telemetry.workload import Pool

Cause: TypeAlias = Literal["idle", "age"]
"""Why the platform ends an environment: it was not used for so long, or it is so old."""
CAUSES: Final[tuple[Cause, ...]] = ("idle", "age")


class _Ending(NamedTuple):
    at: float
    cause: Cause


class IdlePool:
    """Environments by number, of which a greater one is newer. Times are seconds of any one clock.

    It decides by the times that it is told, and by nothing else: the same times give the same decisions.
    """

    def __init__(self, pool: Pool, random: Random, faster: float = 1.0) -> None:
        """Begin without an environment.

        Args:
            pool: How long environments are kept.
            random: Draws idle times and ages, where the pool gives them a spread.
            faster: How many times faster the clock runs than the pool's own.
        """
        self._pool = pool
        self._random = random
        self._faster = faster
        self._oldest: dict[int, float] = {}
        """When each reaches its greatest age."""
        self._idle: dict[int, _Ending] = {}

    def add(self, environment: int, now: float) -> None:
        """Take in an environment as it is started; it is busy."""
        self._oldest[environment] = now + self._drawn(self._pool.age, self._pool.age_spread)

    def put(self, environment: int, now: float) -> float:
        """Take back an environment that has become idle; return when it is to be ended."""
        ends = now + self._drawn(self._pool.idle, self._pool.spread)
        oldest = self._oldest[environment]
        self._idle[environment] = _Ending(oldest, "age") if oldest < ends else _Ending(ends, "idle")
        return self._idle[environment].at

    def take(self) -> int | None:
        """Give out the newest idle environment, which is busy from now on; None where none is idle."""
        newest = max(self._idle, default=None)
        if newest is not None:
            del self._idle[newest]
        return newest

    def ended(self, now: float) -> Iterator[tuple[int, Cause]]:
        """Remove the environments whose time has come, first what was due first, and say why."""
        for environment, ending in sorted(self._idle.items(), key=lambda one: one[1].at):
            if ending.at <= now:
                del self._idle[environment], self._oldest[environment]
                yield environment, ending.cause

    def emptied(self) -> list[int]:
        """Remove all idle environments, and return them."""
        idle = sorted(self._idle)
        self._idle.clear()
        return idle

    def _drawn(self, median: float, spread: float) -> float:
        """Draw a time, log-normal around its median, by the faster clock."""
        if median == inf or not spread:
            return median / self._faster
        return self._random.lognormvariate(log(median), spread) / self._faster
