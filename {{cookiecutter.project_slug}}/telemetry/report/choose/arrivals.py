"""Traffic that was not recorded: Poisson arrivals, or a recording made larger or smaller."""

from dataclasses import replace
from typing import Final

import numpy as np

from telemetry.report.choose.levels import Traffic
from telemetry.report.choose.times import MIDDLES, Times
from telemetry.report.errors import UnusableError
from telemetry.workload import Poisson

DAYS: Final = (7, 28)
"""Of generated traffic: four weeks, or fewer days where they have requests enough; a week at least."""
ENOUGH: Final = 2_000_000
DAY: Final = 86400.0
MOST: Final = 40_000_000
"""Requests that are replayed at most."""
JITTER: Final = 60.0
"""Seconds by which a copied request comes sooner or later than the recorded one."""


def generated(arrivals: Poisson, warm: Times, random: np.random.Generator) -> Traffic:
    """Draw one to four weeks of arrivals; service times are resampled.

    Raises:
        UnusableError: They are too many to replay.
    """
    days = min(DAYS[1], max(DAYS[0], int(ENOUGH / (arrivals.rate * DAY))))
    seconds = days * DAY
    _must_fit(arrivals.rate * seconds, f"state at most {MOST / seconds:.0f}/s")
    at = np.sort(random.random(random.poisson(arrivals.rate * seconds)) * seconds)
    shares, _ = warm.weighed(np.ones((1, warm.groups)))
    service = random.choice(MIDDLES, len(at), p=shares[0] / shares[0].sum()) / 1000
    return Traffic(at, service, 0.0, seconds)


def scaled(traffic: Traffic, factor: float, random: np.random.Generator) -> Traffic:
    """Copy each request as many times, up to a minute sooner or later; below 1, leave some out.

    Raises:
        UnusableError: They are too many to replay.
    """
    if factor == 1:
        return traffic
    _must_fit(len(traffic.at) * factor, "give records of a shorter time, or a smaller --scale")
    copies = (factor + random.random(len(traffic.at))).astype(np.int64)
    copies[~traffic.requests] = 1  # pings come as often as before
    jitter = random.uniform(-JITTER, JITTER, int(copies.sum())) if factor > 1 else 0.0
    found = traffic.part(np.repeat(np.arange(len(traffic.at)), copies))
    at = np.clip(found.at + np.where(found.requests, jitter, 0.0), traffic.begin, traffic.end)
    return replace(found, at=at).part(np.argsort(at, kind="stable"))


def _must_fit(requests: float, instead: str) -> None:
    if requests > MOST:
        raise UnusableError(f"{requests:,.0f} requests are more than are replayed ({MOST:,}): {instead}.")
