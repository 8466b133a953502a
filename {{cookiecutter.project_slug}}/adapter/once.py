"""One lifespan, kept for all events."""

import math
from typing import Any

from adapter.errors import (
    LifespanDiedError,
    LifespanLostError,
    LifespanStartupError,
    LifespanStartupTimeoutError,
)
from adapter.lambda_context import remaining_s
from adapter.lifecycle import Lifecycle
from adapter.lifespan import Lifespan
from adapter.policy import Policy
from adapter.startup import Startup


class Once:
    """Started in INIT or at the first event, and kept; replaced when it has died, if the policy says so."""

    def __init__(self, policy: Policy, lifecycle: Lifecycle, lifespan: Lifespan | None = None) -> None:
        self._policy = policy
        self._lifecycle = lifecycle
        self._lifespan = lifespan
        self._startup: Startup | None = None
        """One that is not through."""
        self._dead: Lifespan | None = None
        """The one that is to be replaced."""

    def prepare(self, within: float) -> None:
        """Start in INIT, for `within` seconds at most; the first event goes on with what takes longer."""
        self._startup = self._lifecycle.begin("init")
        self._advance(self._startup, within)

    def enter(self, context: Any) -> Lifespan:
        """Begin an event; a startup that failed is tried again."""
        lifespan = self._lifespan
        if lifespan is not None and lifespan.died_at_ns is None:
            return lifespan
        if lifespan is not None:
            return self._replaced(lifespan, context)
        return self._started(context)

    def leave(self, context: Any) -> None:
        """End the event."""

    def state(self) -> dict[str, Any]:
        """The state of the lifespan."""
        return {} if self._lifespan is None else self._lifespan.state

    def close(self) -> None:
        """Shut the lifespan down."""
        if self._startup is not None:
            self._lifecycle.abandon(self._startup)
        if self._lifespan is not None:
            self._lifecycle.stop(self._lifespan, "shutdown")

    def _replaced(self, dead: Lifespan, context: Any) -> Lifespan:
        """What serves in the place of a lifespan that has died."""
        self._lifecycle.bury(dead)
        if self._policy.on_death == "fail":
            raise LifespanDiedError(dead.error)
        if self._policy.on_death == "exit":
            raise LifespanLostError(dead.error, ", and the process ends")
        self._dead, self._lifespan = dead, None
        return self._started(context)

    def _started(self, context: Any) -> Lifespan:
        """The lifespan, if its startup ends within this event."""
        startup = self._startup = self._startup or self._lifecycle.begin("invocation")
        left = remaining_s(context)
        try:
            lifespan = self._advance(startup, math.inf if left is None else max(left, 0))
        except LifespanStartupError as error:
            if self._dead is None:
                raise
            raise LifespanLostError(self._dead.error, f", and the process ends. {error}") from error
        if lifespan is None:
            raise LifespanStartupTimeoutError(startup.began.phase, startup.wall_ns, goes_on=True)
        self._dead = None
        return lifespan

    def _advance(self, startup: Startup, within: float) -> Lifespan | None:
        """Go on with a startup; None when it is not through."""
        if not self._lifecycle.advance(startup, within):
            return None
        self._startup = None
        self._lifespan = self._lifecycle.conclude(startup)
        return self._lifespan
