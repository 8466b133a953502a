"""How long INIT may take, and how long an invocation: Lambda ends both, and the adapter is done before."""

import asyncio
import logging
import math
import time
from typing import Any, Final

from adapter.facts import Environment
from adapter.process.context import remaining_s
from adapter.process.identity import ON_DEMAND

INIT_LIMIT_S = 10
OVERRUN_S = 0.1
"""By how much a startup may miss the end of the budget before it must have been blocking."""

logger = logging.getLogger("adapter")


class Budget:
    """The time that INIT has: it ends `seconds` after the process began.

    There is no limit if `seconds` is None, or if INIT is not on demand. Lambda ends an on-demand INIT after
    10 s, and begins anew in the first invocation. A process that was started that way has the function's
    timeout instead, so no budget; nor has one that is older than INIT's limit.
    """

    def __init__(self, environment: Environment, seconds: float | None, *, reinit: bool) -> None:
        self._began_ns = environment.process_began_ns
        limited = environment.init_type == ON_DEMAND and not reinit and self._age() < INIT_LIMIT_S
        self._seconds = seconds if limited and seconds is not None else math.inf

    def left(self) -> float:
        """Seconds until it ends."""
        return max(0.0, self._seconds - self._age())

    def check(self) -> None:
        """Log a warning when the startup, which is over or left pending, has missed its end."""
        age = self._age()
        if age > self._seconds + OVERRUN_S:
            logger.warning(
                "INIT has taken %.1f s, past its budget of %g s, in imports or in a startup that blocks: "
                "only one that awaits can be put off. Lambda ends INIT after %d s and begins anew.",
                age,
                self._seconds,
                INIT_LIMIT_S,
            )

    def _age(self) -> float:
        return (time.time_ns() - self._began_ns) / 1e9


UNWINDING_S: Final = 0.1
"""How long a request that was cut may take to unwind; then it is left behind."""


class DeadlineGuard:
    """Watches one request after the other by a single timer, so that a request costs next to nothing.

    The timer is set for the timeout of one invocation, and once it is due for that of the invocation which
    runs by then: no later one ends earlier.

    Args:
        margin_s: Seconds before the timeout at which a request is cut; 0 is never.
    """

    def __init__(self, margin_s: float) -> None:
        self.context: Any = None
        """Of the invocation that runs."""
        self.passed = False
        """The request was cut, and has not ended all the same."""
        self._margin_s = margin_s
        self._cut = False
        self._task: asyncio.Task[Any] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def watch(self, task: asyncio.Task[Any]) -> None:
        """Cut this request when its time is up."""
        self._task = task
        if self._timer is None and self._margin_s:
            self._arm(task.get_loop())

    def release(self) -> bool:
        """Let go of the request; whether it was cut."""
        self._task = None
        if not self._cut:
            return False
        self._cut = self.passed = False
        self.disarm()
        return True

    def disarm(self) -> None:
        """Take the timer off its loop."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self, loop: asyncio.AbstractEventLoop) -> None:
        if (left := remaining_s(self.context, self._margin_s)) is not None:
            self._timer = loop.call_later(max(left, 0), self._due, loop)

    def _due(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        if self._task is None or self._task.done():  # the next request sets it again
            return
        left = remaining_s(self.context, self._margin_s)
        if left is None or left > 0:
            self._arm(loop)
            return
        self._cut = True
        logger.error(
            "A request was cut: it would not have ended %g s before the function's timeout.", self._margin_s
        )
        self._task.cancel()
        self._timer = loop.call_later(UNWINDING_S, self._abandon, loop)

    def _abandon(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        logger.error("The request that was cut does not end: it is left behind, and goes on in later ones.")
        self.passed = True
        loop.stop()
