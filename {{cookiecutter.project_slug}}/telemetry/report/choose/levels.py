"""Arrivals as levels of concurrency: all that a pool's replay needs to know of them.

An arrival that makes `r` requests run at once uses level `r`, and a departure that leaves `r - 1` frees it.
Where idle environments are taken newest first, the environment at place `r` of the pool is used exactly
when level `r` is. How long each level lies idle is therefore known before any pool is: the levels are
computed once, with NumPy, and every pool walks over the same ones (`walk`).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from telemetry.report.read.columns import Flags, Numbers, Vector

LONG: Final = 5.0
"""Seconds; hardly a pool ends environments that were idle for less."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """Invocations in the order of their arrival; times in seconds."""

    at: Vector
    """Arrivals, ascending."""
    service: Vector
    """How long an environment is busy with each, INIT left out."""
    begin: float
    end: float
    """Of the recording: later than the last arrival."""
    version: Numbers | None = None
    """Of the function, numbered from 0: each version has a pool of its own. None where all are of one."""
    epoch: float = 0.0
    """Unix seconds at which the time is 0."""
    pings: Flags | None = None
    """Which of them are no requests: they keep environments alive, and nobody waits for them. None: none."""

    def part(self, mine: Flags | Numbers) -> "Traffic":
        """Return some of the requests, in the same time."""
        version = None if self.version is None else self.version[mine]
        pings = None if self.pings is None else self.pings[mine]
        return Traffic(self.at[mine], self.service[mine], self.begin, self.end, version, self.epoch, pings)

    @property
    def requests(self) -> Flags:
        """Which of them are requests."""
        return np.ones(len(self.at), np.bool_) if self.pings is None else ~self.pings

    @property
    def seconds(self) -> float:
        """How long was recorded."""
        return self.end - self.begin

    @property
    def pools(self) -> list[Numbers]:
        """Which requests each pool serves."""
        if self.version is None:
            return [np.arange(len(self.at))]
        return [np.flatnonzero(self.version == number) for number in range(int(self.version.max()) + 1)]

    @property
    def rate(self) -> float:
        """Requests a second."""
        return int(self.requests.sum()) / self.seconds


@dataclass(frozen=True, slots=True)
class Levels:
    """When each level was taken and freed, ascending; of level `r` at position `r - 1`."""

    taken: list[Vector]
    freed: list[Vector]
    indices: list[Numbers]
    """Which arrival took it."""

    long: tuple[Vector, Numbers, Vector]
    """Idle times longer than `LONG`: when each began, its level, when it ended; ascending by beginning."""

    def gaps(self, least: float) -> tuple[Vector, Numbers, Vector]:
        """Return the idle times longer than `least` seconds; the last of a level ends at infinity."""
        begin, level, end = self.long if least >= LONG else _gaps(self.taken, self.freed, least)
        mine = end - begin > least
        return begin[mine], level[mine], end[mine]


def _gaps(taken: list[Vector], freed: list[Vector], least: float) -> tuple[Vector, Numbers, Vector]:
    begins, ends, levels = [np.empty(0)], [np.empty(0)], [np.empty(0, np.int64)]
    for level, (beginnings, leavings) in enumerate(zip(taken, freed, strict=True), start=1):
        until = np.append(beginnings[1:], np.inf)
        long = until - leavings > least
        begins.append(leavings[long])
        ends.append(until[long])
        levels.append(np.full(int(long.sum()), level))
    begin = np.concatenate(begins)
    order = np.argsort(begin, kind="stable")
    return begin[order], np.concatenate(levels)[order], np.concatenate(ends)[order]


def levels_of(at: Vector, busy: Vector) -> Levels:
    """Compute the levels of arrivals that keep an environment busy for the given seconds.

    An environment that becomes free at the moment of an arrival is free for it.
    """
    left = np.sort(at + busy)
    position = np.arange(len(at))
    taken = position + 1 - np.searchsorted(left, at, side="right")
    freed = np.searchsorted(at, left, side="left") - position
    by_taken, taken_counts = _grouped(taken)
    by_freed, _ = _grouped(freed)
    cuts = np.cumsum(taken_counts)[:-1]
    if not len(at):
        return Levels([], [], [], _gaps([], [], LONG))
    begun, ended = np.split(at[by_taken], cuts), np.split(left[by_freed], cuts)
    return Levels(begun, ended, np.split(by_taken, cuts), _gaps(begun, ended, LONG))


def _grouped(levels: Numbers) -> tuple[Numbers, Numbers]:
    """Return positions by level, in order within a level, and how many each level has."""
    if not len(levels):
        return levels, levels
    return by_number(levels), np.bincount(levels)[1:]


def by_number(numbers: Numbers) -> Numbers:
    """Return positions by number from 0, in order within each; 16 bits are sorted by counting."""
    small = len(numbers) > 0 and numbers.max() < 2**16
    return np.argsort(numbers.astype(np.uint16) if small else numbers, kind="stable")
