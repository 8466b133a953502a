"""How long INIT may take, and what that leaves for the startup, which `Kept` in `placements` stops there."""

import logging
import math
import time

from adapter.facts import Environment
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
