"""How exactly this machine gives CPU shares: asked and got, by processes that only compute.

Where environments run at once, so many of these processes do: with a share each, and one of them as in INIT,
at full speed, beside the others. What counts is the share that was furthest from what was asked. A share of
CPU time is worth less where two cores are the two threads of one: so the lab also measures how much more CPU
time the same work takes beside a process that computes.
"""

import asyncio
import contextlib
import os
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

from telemetry.lab.platform.cpu_quota import PERIOD, cpu_seconds, tree_seconds
from telemetry.lab.platform.cpu_share import cpu_share
from telemetry.lab.platform.throttle import Throttle

PERIODS: Final = 20
"""Length of the measurement."""
SETTLED_AFTER: Final = 0.1
"""Seconds, by which the process has started, and has its share."""
SPINS: Final = """\
import os, sys
for _ in range(int(sys.argv[1]) - 1):
    if not os.fork():
        break
while True:
    pass
"""
"""Keeps as many cores busy as it is told."""
WORKS: Final = """\
import time
began, total = time.process_time(), 0
for number in range(1_000_000):
    total += number * number
print(time.process_time() - began)
"""
"""Says how much CPU time the same work takes, in seconds: some 0.1."""
ROUNDS: Final = 3
"""Of work alone and beside another process; the fastest one of each counts."""
CLOSE: Final = 0.05
"""A share that is further off, as a part of what was asked, is pointed out."""


@dataclass(frozen=True, slots=True)
class Share:
    """The share of one memory size, in cores."""

    memory_mb: int
    asked: float
    got: float

    @property
    def close(self) -> bool:
        """Whether it is what Lambda would give."""
        return abs(self.got / self.asked - 1) <= CLOSE


@dataclass(frozen=True, slots=True)
class Accuracy:
    """What was measured before the run."""

    shares: tuple[Share, ...]
    watching: float
    """Cores that the watching itself took."""
    at_once: int = 1
    """Processes that ran at the same time."""
    slowed: float = 1.0
    """How many times as much CPU time the same work took beside a process that computes."""

    @property
    def close(self) -> bool:
        """Whether all of it is what Lambda would give."""
        return all(share.close for share in self.shares) and self.slowed <= 1 + CLOSE

    def fields(self) -> dict[str, Any]:
        """Return what the lab's record holds of it."""
        return {
            "period_ms": round(PERIOD * 1000),
            "shares": [
                {"memory_mb": share.memory_mb, "asked": round(share.asked, 4), "got": round(share.got, 4)}
                for share in self.shares
            ],
            "watching": round(self.watching, 4),
            "at_once": self.at_once,
            "slowed": round(self.slowed, 4),
        }


async def measured(
    throttle: Throttle, memory_mb: tuple[int, ...], at_once: int = 1, beside_init: int | None = None
) -> Accuracy:
    """Measure the shares of some memory sizes, one after the other.

    Args:
        throttle: Gives the shares.
        memory_mb: The sizes.
        at_once: Environments that may be in a request at the same time.
        beside_init: How many may be so while another one is in INIT; None for all but that one.
    """
    began, watched = time.monotonic(), cpu_seconds(throttle.pid)
    beside = at_once - 1 if beside_init is None else beside_init
    shares = [await _worst(throttle, size, at_once, beside) for size in memory_mb]
    watching = (cpu_seconds(throttle.pid) - watched) / (time.monotonic() - began)
    return Accuracy(tuple(shares), watching, at_once, await _slowed() if at_once > 1 else 1.0)


async def _worst(throttle: Throttle, memory_mb: int, at_once: int, beside_init: int) -> Share:
    """Measure a share in all that runs at once, and beside what is in INIT; return the least exact one."""
    asked = cpu_share(memory_mb)
    got = await _got(throttle, [asked] * at_once)
    if beside_init > 0:
        got += await _got(throttle, [asked] * beside_init, beside=1)
    return Share(memory_mb, asked, max(got, key=lambda cores: abs(cores - asked)))


async def _got(throttle: Throttle, asked: list[float], *, beside: int = 0) -> list[float]:
    """Return the cores that processes get which run at once, beside so many more without a limit."""
    async with _computing([*asked, *[1.0] * beside]) as processes:
        limited = processes[: len(asked)]
        for process, cores in zip(limited, asked, strict=True):
            throttle.limit(process.pid, cores)
        await asyncio.sleep(SETTLED_AFTER)
        began, used = time.monotonic(), [tree_seconds(process.pid) for process in limited]
        await asyncio.sleep(PERIODS * PERIOD)
        took = time.monotonic() - began
        return [
            (tree_seconds(process.pid) - before) / took for process, before in zip(limited, used, strict=True)
        ]


async def _slowed() -> float:
    alone, beside = [], []
    for _ in range(ROUNDS):
        alone.append(await _work())
        async with _computing([1.0]):
            beside.append(await _work())
    return min(beside) / min(alone)


async def _work() -> float:
    command = (sys.executable, "-I", "-S", "-c", WORKS)
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, start_new_session=True)
    try:
        return float((await process.communicate())[0])
    finally:
        await _end(process)


@asynccontextmanager
async def _computing(cores: Sequence[float]) -> AsyncIterator[list[Process]]:
    """Run processes that keep so many cores busy."""
    processes: list[Process] = []
    try:
        for one in cores:
            command = (sys.executable, "-I", "-S", "-c", SPINS, str(ceil(one)))
            processes.append(await asyncio.create_subprocess_exec(*command, start_new_session=True))
        yield processes
    finally:
        for process in processes:
            await _end(process)


async def _end(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
