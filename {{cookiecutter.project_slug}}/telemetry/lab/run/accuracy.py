"""How exactly this machine gives CPU shares: asked and got, by processes that only compute.

Where environments run at once, so many of these processes do: with a share each, and one of them as in INIT,
at full speed, beside the others. What counts is the share that was furthest from what was asked.
"""

import asyncio
import contextlib
import os
import signal
import sys
import time
from asyncio.subprocess import Process
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

    @property
    def close(self) -> bool:
        """Whether all of it is what Lambda would give."""
        return all(share.close for share in self.shares)

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
        }


async def measured(throttle: Throttle, memory_mb: tuple[int, ...], at_once: int = 1) -> Accuracy:
    """Measure the shares of some memory sizes, one after the other."""
    began, watched = time.monotonic(), cpu_seconds(throttle.pid)
    shares = [await _worst(throttle, size, at_once) for size in memory_mb]
    watching = (cpu_seconds(throttle.pid) - watched) / (time.monotonic() - began)
    return Accuracy(tuple(shares), watching, at_once)


async def _worst(throttle: Throttle, memory_mb: int, at_once: int) -> Share:
    """Measure a share in all that runs at once, and beside what is in INIT; return the least exact one."""
    asked = cpu_share(memory_mb)
    got = await _got(throttle, [asked] * at_once)
    if at_once > 1:
        got += await _got(throttle, [asked] * (at_once - 1), beside=1)
    return Share(memory_mb, asked, max(got, key=lambda cores: abs(cores - asked)))


async def _got(throttle: Throttle, asked: list[float], *, beside: int = 0) -> list[float]:
    """Return the cores that processes get which run at once, beside so many more without a limit."""
    processes: list[Process] = []
    try:
        for cores in [*asked, *[1.0] * beside]:
            command = (sys.executable, "-I", "-S", "-c", SPINS, str(ceil(cores)))
            processes.append(await asyncio.create_subprocess_exec(*command, start_new_session=True))
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
    finally:
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
