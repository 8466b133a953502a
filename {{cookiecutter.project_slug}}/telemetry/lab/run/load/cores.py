"""The machine's cores, shared out among environments that are at work, so that each has its whole share.

An environment at work may use as much CPU as Lambda gives it. If more of them were at work than the cores
can carry, each would get less, and be slower than on Lambda for a reason that is none of Lambda's. So who
comes when the cores are taken waits for them, first come, first served.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, NamedTuple

IN_INIT: Final = 1.0
"""Cores that an environment takes in INIT on demand, which has no share."""
TOLERANCE: Final = 1e-9
"""Of sums of shares, which are no binary fractions."""


class _Waiting(NamedTuple):
    cores: float
    turn: asyncio.Future[None]


class Lease:
    """Cores that an environment holds."""

    def __init__(self, cores: "Cores", amount: float, waited: float) -> None:
        self.amount = amount
        self.waited = waited
        """Seconds that it had to wait for them; 0 where they were free."""
        self._cores = cores

    def lower(self, amount: float) -> None:
        """Keep no more than so many."""
        kept = min(amount, self.amount)
        released, self.amount = self.amount - kept, kept
        self._cores.release(released)


class Cores:
    """So many cores, for so many environments at once."""

    def __init__(self, amount: float, share: float, most: int) -> None:
        """Begin with all of them free.

        Args:
            amount: Cores in all.
            share: What an environment takes in a request.
            most: Environments at once.
        """
        self.amount = amount
        self.share = share
        self.most = most
        self._free = amount
        self._holders = 0
        self._queue: deque[_Waiting] = deque()

    @property
    def waiting(self) -> int:
        """How many wait at this moment."""
        return len(self._queue)

    @asynccontextmanager
    async def held(self, amount: float) -> AsyncIterator[Lease]:
        """Hold so many cores, or all where there are fewer, as soon as they are free."""
        amount = min(amount, self.amount)
        lease = Lease(self, amount, await self._wait(amount))
        try:
            yield lease
        finally:
            self._holders -= 1
            self.release(lease.amount)

    def release(self, amount: float) -> None:
        """Take cores back, and let in who waits."""
        self._free += amount
        while self._queue and (self._queue[0].turn.cancelled() or self._fits(self._queue[0].cores)):
            waiting = self._queue.popleft()
            if not waiting.turn.cancelled():
                self._hold(waiting.cores)
                waiting.turn.set_result(None)

    async def _wait(self, amount: float) -> float:
        """Wait until so many are free, take them, and return how many seconds that took."""
        if not self._queue and self._fits(amount):
            self._hold(amount)
            return 0.0
        began = time.monotonic()
        waiting = _Waiting(amount, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        try:
            await waiting.turn
        except asyncio.CancelledError:
            if waiting.turn.done() and not waiting.turn.cancelled():
                self._holders -= 1
                self.release(amount)
            raise
        return time.monotonic() - began

    def _fits(self, amount: float) -> bool:
        return self._holders < self.most and amount <= self._free + TOLERANCE

    def _hold(self, amount: float) -> None:
        self._holders += 1
        self._free -= amount
