"""Which requests provisioned environments serve, and which spill over to the pool on demand."""

from collections import deque
from collections.abc import Iterator
from heapq import heappop, heappush
from typing import Final

import numpy as np

from telemetry.report.choose.levels import Traffic
from telemetry.report.read.columns import Flags, Numbers, Vector

REQUESTS_A_SECOND: Final = 10
"""Most that one provisioned environment is given, however short they are:
https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
"""
HOUR: Final = 3600.0
HOURS: Final = 24
WITHIN: Final = 0.99
"""Share of an hour's requests that the provisioned environments of that hour are enough for."""


def spilled(at: Vector, busy: Vector, provisioned: Numbers) -> Flags:
    """Say which requests find all provisioned environments busy, or at their rate limit.

    Args:
        at: Arrivals, ascending; seconds.
        busy: How long each keeps an environment.
        provisioned: How many there are when each arrives.
    """
    found = np.zeros(len(at), np.bool_)
    looked_at = _doubtful(at, busy, provisioned)
    numbers = np.flatnonzero(looked_at)
    found[numbers] = list(_refused(at[numbers], busy[numbers], provisioned[numbers]))
    return found


def _doubtful(at: Vector, busy: Vector, provisioned: Numbers) -> Flags:
    """Say which requests have to be looked at one by one.

    A stretch of time begins where nothing runs and nothing came for a second. Where never more run at once
    than are provisioned, and never more come in a second than these may be given, each finds one.
    """
    if not len(at):
        return np.zeros(0, np.bool_)
    earliest = np.arange(len(at)) - REQUESTS_A_SECOND * np.maximum(provisioned, 1)
    crowded = (earliest >= 0) & (at - at[np.maximum(earliest, 0)] < 1)
    together = at_once(at, busy)
    alone = (together == 1) & (np.append(-np.inf, at[:-1]) <= at - 1)
    stretch = np.cumsum(alone) - 1
    full = np.zeros(int(stretch[-1]) + 1, np.bool_)
    full[stretch[crowded | (together > provisioned)]] = True
    doubtful: Flags = full[stretch]
    return doubtful


def _refused(at: Vector, busy: Vector, provisioned: Numbers) -> Iterator[bool]:
    running: list[float] = []
    second: deque[float] = deque()
    for now, seconds, count in zip(at.tolist(), busy.tolist(), provisioned.tolist(), strict=True):
        while running and running[0] <= now:
            heappop(running)
        while second and second[0] <= now - 1:
            second.popleft()
        if len(running) < count and len(second) < count * REQUESTS_A_SECOND:
            heappush(running, now + seconds)
            second.append(now)
            yield False
        else:
            yield True


def at_once(at: Vector, busy: Vector) -> Numbers:
    """Return how many requests run at once when each has arrived, itself included."""
    found: Numbers = np.arange(1, len(at) + 1) - np.searchsorted(np.sort(at + busy), at, side="right")
    return found


def needed_by_hour(traffic: Traffic, hours: int = HOURS) -> Numbers:
    """Return how many environments are enough for nearly all requests, by hour of the day (24) or week (168).

    Hours are of UTC, and weeks begin on Monday. Hours without requests need none, pings or not.

    Args:
        traffic: What arrives.
        hours: After how many the pattern repeats.
    """
    requests = traffic.part(traffic.requests)
    together = at_once(requests.at, requests.service)
    hour = hours_of(requests.at, traffic.epoch, hours)
    needed = np.zeros(hours, np.int64)
    for number in range(hours):
        mine = together[hour == number]
        if len(mine):
            needed[number] = int(np.quantile(mine, WITHIN, method="inverted_cdf"))
    return needed


def hours_of(at: Vector, epoch: float, hours: int) -> Numbers:
    """Return the hour of the day, or of the week; the first of January 1970 was a Thursday."""
    since_monday = epoch + at + 3 * 24 * HOUR
    found: Numbers = (since_monday // HOUR).astype(np.int64) % hours
    return found
