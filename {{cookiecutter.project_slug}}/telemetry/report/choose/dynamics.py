"""Who waits for INIT, and what provisioned environments serve, by block of traffic and draw of the pool.

Options that start and end environments alike share one: memory, SnapStart and lazy loading change how long a
cold start takes, not how many there are.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from telemetry.report.choose.blocks import block_of, edges_of
from telemetry.report.choose.levels import Traffic
from telemetry.report.choose.provisioned import HOUR, HOURS, hours_of, spilled
from telemetry.report.choose.walk import settled
from telemetry.report.read.columns import Flags, Vector
from telemetry.workload import Pool

Schedule: TypeAlias = tuple[int, ...]
"""Provisioned environments: one number for all the time, or one for each hour of the day (UTC)."""


@dataclass(frozen=True, slots=True)
class Dynamics:
    """Counts by block."""

    requests: Vector
    born: NDArray[np.float64]
    """New environments on demand: a row for each draw of the pool."""
    waited: Vector
    """By draw: the share of them that a request waits for; not those ahead of demand, nor those of pings."""
    provisioned: Vector
    """Requests that provisioned environments serve."""
    provisioned_seconds: float
    """Of all provisioned environments together, in the whole recording."""


def dynamics_of(
    traffic: Traffic, pools: list[Pool], schedule: Schedule, extra: float, random: np.random.Generator
) -> Dynamics:
    """Replay traffic once, and walk over it with each pool.

    Args:
        traffic: What arrives.
        pools: Draws of the pool's parameters, the best first.
        schedule: What is provisioned; (0,) for nothing.
        extra: Seconds that INIT takes.
        random: Draws idle times and ages.
    """
    edges = edges_of(traffic)
    blocks = len(edges) - 1
    block, requests = block_of(traffic.at, edges), traffic.requests
    over = _over(traffic, schedule)
    part = traffic.part(over)
    replay = settled(pools[0], part, extra, random)
    missed = [replay.missed(pool, random) for pool in pools]
    part_block = block[over]
    born = [np.bincount(part_block[mine], minlength=blocks) for mine in missed]
    return Dynamics(
        requests=np.bincount(block[requests], minlength=blocks).astype(np.float64),
        born=np.asarray(born, np.float64),
        waited=np.asarray(
            [
                (1 - pool.proactive) * _share(part.requests[mine])
                for pool, mine in zip(pools, missed, strict=True)
            ]
        ),
        provisioned=np.bincount(block[requests & ~over], minlength=blocks).astype(np.float64),
        provisioned_seconds=_provisioned_seconds(traffic, schedule),
    )


def _share(flags: Flags) -> float:
    return float(flags.mean()) if len(flags) else 1.0


def _over(traffic: Traffic, schedule: Schedule) -> Flags:
    """Say which requests are served on demand."""
    if not any(schedule):
        return np.ones(len(traffic.at), np.bool_)
    provisioned = np.asarray(schedule)[hours_of(traffic.at, traffic.epoch, HOURS) % len(schedule)]
    return spilled(traffic.at, traffic.service, provisioned)


def _provisioned_seconds(traffic: Traffic, schedule: Schedule) -> float:
    """Add up what is provisioned over the recording."""
    if len(schedule) == 1:
        return schedule[0] * traffic.seconds
    quarters = np.arange(traffic.begin, traffic.end, HOUR / 4)
    return float(np.mean(np.asarray(schedule)[hours_of(quarters, traffic.epoch, HOURS)])) * traffic.seconds
