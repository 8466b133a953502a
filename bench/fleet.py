"""A fleet of Lambda environments whose truth is known: requests arrive, environments are born, serve and end.

Arrivals are Poisson or come in bursts, with day and night. A request goes to an idle environment, the one
that was used last or any of them; with none idle, one is born. An environment ends after some idle minutes,
or at an age. Where both arms keep an environment equally busy, which one serves what does not depend on the
arms; so one pool serves for many assignments of arms. Else each experiment has a pool of its own.
"""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from telemetry.report.read.columns import Numbers, Vector

DAY_S = 86_400.0
IDLE_S, AGE_S = 630.0, 3_600.0
BUSY_S = 1.0
"""For how long a request keeps its environment: longer than it takes, so that some arrive together."""
TIMEOUT_MS = 3_000.0
FAST_MS = 1.0
"""What a request that fails at once takes."""
FIRST_MS = 600.0
"""What the first request of an environment takes on top, in both arms, on average."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Requests in the order of arrival, and the environment that served each."""

    at_s: Vector
    unit: Numbers
    born_s: Vector
    """By environment."""
    first: Numbers
    """Position of the first request of each environment."""


def pool(  # noqa: PLR0913  # what a fleet is like
    random: Generator,
    days: float,
    per_day: float,
    *,
    bursts: bool,
    newest_first: bool,
    busy_s: Callable[[int], Sequence[float]] | None = None,
) -> Pool:
    """Serve the arrivals of some days.

    Args:
        random: Draws arrivals, and which idle environment serves.
        days: How many.
        per_day: Mean arrivals.
        bursts: Arrivals come in bursts.
        newest_first: The environment that was used last serves next; else any idle one.
        busy_s: Gives so many seconds, for how long a request keeps each environment; `BUSY_S` if None.
    """
    at = arrivals(random, days, per_day, bursts=bursts)
    picks = random.random(len(at)).tolist()
    keeps = [BUSY_S] * len(at) if busy_s is None else busy_s(len(at))
    unit: list[int] = []
    born: list[float] = []
    idle: list[tuple[int, float]] = []
    busy: list[tuple[float, int]] = []
    for now, pick in zip(at.tolist(), picks, strict=True):
        while busy and busy[0][0] <= now:
            until, one = heapq.heappop(busy)
            idle.append((one, until))
        if idle and now - idle[0][1] > IDLE_S:
            idle = [(one, since) for one, since in idle if now - since <= IDLE_S]
        mine = -1
        while idle and mine < 0:
            position = len(idle) - 1 if newest_first else int(pick * len(idle))
            mine, _ = idle.pop(position)
            if now - born[mine] > AGE_S:
                mine = -1
        if mine < 0:
            mine = len(born)
            born.append(now)
        unit.append(mine)
        heapq.heappush(busy, (now + keeps[mine], mine))
    units = np.asarray(unit, np.int64)
    return Pool(at, units, np.asarray(born), np.unique(units, return_index=True)[1])


def arrivals(random: Generator, days: float, per_day: float, *, bursts: bool) -> Vector:
    """Draw times of arrival in seconds: three times as many at noon as at midnight."""
    size = 6 if bursts else 1
    count = random.poisson(2 * days * per_day / size)
    at = np.sort(random.random(count) * days * DAY_S)
    at = at[random.random(count) < 0.5 - 0.25 * np.cos(2 * np.pi * at / DAY_S)]
    if bursts:
        at = np.sort(np.repeat(at, random.geometric(1 / size, len(at))))
        at = np.sort(at + random.exponential(2.0, len(at)))
    return at


@dataclass(frozen=True, slots=True)
class Effects:
    """How the lazy arm differs from the kept one, and what both have in common."""

    first_ms: float = 0.0
    """Added to the first request of an environment of the lazy arm."""
    fast_failures: float = 0.0
    """Share of requests of the kept arm that fail in `FAST_MS`."""
    first_timeouts: float = 0.0
    """Share of first requests of the lazy arm that time out after `TIMEOUT_MS`."""
    each_ms: float = 0.0
    """Added to every request of the lazy arm."""
    hours_ms: float = 40.0
    """A slow hour is so much slower than a fast one, in both arms."""
    drift_ms: float = 2.0
    """So much slower is each day than the one before, in both arms."""
    deploy_ms: float = 15.0
    """So much slower makes each deployment both arms."""


def durations(
    random: Generator, of: Pool, kept: Vector, effects: Effects, deploys: Vector
) -> tuple[Vector, Vector]:
    """Draw what users waited, and which requests failed.

    Args:
        random: Draws the speed of each environment, and the handler of each request, whose tail is heavy.
        of: The pool.
        kept: 1 for environments of the kept arm, 0 for those of the lazy one.
        effects: How the arms differ.
        deploys: When versions were deployed, in seconds.
    """
    n, units = len(of.unit), len(of.born_s)
    speed = random.lognormal(-0.02, 0.2, units)
    ms = _level(of, effects, deploys) * speed[of.unit] * 1.5 * random.pareto(2.5, n)
    lazy_first = np.zeros(n)
    lazy_first[of.first] = 1 - kept
    ms[of.first] += FIRST_MS * random.lognormal(-0.005, 0.1, units)
    lazy = 1 - kept[of.unit]
    ms += effects.first_ms * lazy_first + effects.each_ms * lazy
    fast = (lazy == 0) & (random.random(n) < effects.fast_failures)
    timed_out = (lazy_first == 1) & (random.random(n) < effects.first_timeouts)
    ms = np.where(fast, FAST_MS, np.where(timed_out, TIMEOUT_MS, ms))
    return ms, (fast | timed_out).astype(np.float64)


def expected_differences(of: Pool, effects: Effects, deploys: Vector) -> Vector:
    """Return by how much longer each request takes on average if the lazy arm has its environment, in ms.

    What `durations` draws has a mean of 1 where it multiplies: the speed, the tail, and the first request's.
    """
    first = np.zeros(len(of.unit))
    first[of.first] = 1
    ms = _level(of, effects, deploys) + FIRST_MS * first
    kept = ms + effects.fast_failures * (FAST_MS - ms)
    lazy = ms + effects.first_ms * first + effects.each_ms
    difference: Vector = lazy + effects.first_timeouts * first * (TIMEOUT_MS - lazy) - kept
    return difference


def _level(of: Pool, effects: Effects, deploys: Vector) -> Vector:
    """Return what a handler takes on average at the time of each request, in ms."""
    day = of.at_s / DAY_S
    level = 20 + effects.hours_ms * (0.5 + 0.5 * np.sin(2 * np.pi * day)) + effects.drift_ms * day
    found: Vector = level + effects.deploy_ms * np.searchsorted(deploys, of.born_s[of.unit])
    return found
