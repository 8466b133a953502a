"""How exactly this machine gives CPU shares: asked and got, by a process that only computes."""

import asyncio
import contextlib
import os
import signal
import sys
import time
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

    def fields(self) -> dict[str, Any]:
        """Return what the lab's record holds of it."""
        return {
            "period_ms": round(PERIOD * 1000),
            "shares": [
                {"memory_mb": share.memory_mb, "asked": round(share.asked, 4), "got": round(share.got, 4)}
                for share in self.shares
            ],
            "watching": round(self.watching, 4),
        }


async def measured(throttle: Throttle, memory_mb: tuple[int, ...]) -> Accuracy:
    """Measure the shares of some memory sizes, one after the other."""
    began, watched = time.monotonic(), cpu_seconds(throttle.pid)
    shares = [await _share(throttle, size) for size in memory_mb]
    watching = (cpu_seconds(throttle.pid) - watched) / (time.monotonic() - began)
    return Accuracy(tuple(shares), watching)


async def _share(throttle: Throttle, memory_mb: int) -> Share:
    asked = cpu_share(memory_mb)
    command = (sys.executable, "-I", "-S", "-c", SPINS, str(ceil(asked)))
    process = await asyncio.create_subprocess_exec(*command, start_new_session=True)
    try:
        throttle.limit(process.pid, asked)
        await asyncio.sleep(SETTLED_AFTER)
        began, used = time.monotonic(), tree_seconds(process.pid)
        await asyncio.sleep(PERIODS * PERIOD)
        got = (tree_seconds(process.pid) - used) / (time.monotonic() - began)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
    return Share(memory_mb, asked, got)
