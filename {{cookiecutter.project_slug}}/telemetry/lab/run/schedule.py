"""When the environments of a plan run: several at once where there are cores for them, until it is enough."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable, Sequence
from itertools import pairwise
from typing import TypeAlias

from telemetry.lab.platform.cpu_share import LAB_CORES
from telemetry.lab.run.counts import Counts
from telemetry.lab.run.plan import PlannedEnvironment
from telemetry.lab.run.precision import FEWEST, Look, batches
from telemetry.lab.run.settings import Settings

Run: TypeAlias = Callable[[PlannedEnvironment], Awaitable[None]]
"""Runs one environment to its end."""


def fitting(at_once: int, share: float, cores: float) -> int:
    """Return how many environments can run at once, so that none of them waits for another.

    One of them may be in INIT, which takes a whole core: the lab lets no two be so at the same time.

    Args:
        at_once: The number that was asked.
        share: Cores that requests get, of the largest memory size.
        cores: That may be used of this machine.
    """
    beside = (cores - LAB_CORES - max(1.0, share)) / share
    return max(1, min(at_once, 1 + int(beside)))


async def run_plan(
    settings: Settings, environments: Sequence[PlannedEnvironment], counts: Counts, run: Run
) -> None:
    """Run all environments, or as many blocks of them as it takes to be as precise as was asked."""
    precision = settings.precision
    if precision is None:
        await run_at_once(environments, run, counts.at_once)
        return
    sys.stderr.write(
        f"lab: {FEWEST} to {settings.environments} environments of each placement, until the first request's "
        f"difference is precise to {precision}\n"
    )
    for done, blocks in pairwise((0, *batches(settings.environments))):
        batch = [planned for planned in environments if done < planned.block <= blocks]
        await run_at_once(batch, run, counts.at_once)
        look = precision.look(counts.firsts)
        counts.looks.append(look)
        sys.stderr.write(f"lab: {described(look)}\n")
        if look.enough:
            break


async def run_at_once(environments: Iterable[PlannedEnvironment], run: Run, at_once: int) -> None:
    """Run environments in their order, so many at a time.

    Raises:
        Exception: What the first one that failed raised; the others are cancelled.
    """
    waiting = iter(environments)

    async def work() -> None:
        for planned in waiting:
            await run(planned)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(work())
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None


def described(look: Look) -> str:
    """Say how precise a run is so far, and whether that is enough."""
    so = "precise enough" if look.enough else "not yet precise enough"
    return (
        f"{so} with {look.environments} environments an arm: the first request differs by "
        f"{look.difference_ms:.0f} ± {look.half_width_ms:.0f} ms, asked was ± {look.asked_ms:.0f} ms"
    )
