"""Starts lifespans and shuts them down, and states what came of it."""

import logging
import time
from collections.abc import Callable
from typing import Literal

from adapter.asgi import ASGIApp
from adapter.errors import LifespanStartupError
from adapter.facts import Outcome, Phase, ShutdownBegan, ShutdownEnded, StartupBegan
from adapter.lifespan import Lifespan, Mode
from adapter.loop import EventLoop, refuse_nesting
from adapter.recorder import Recorder
from adapter.witness import Witness

logger = logging.getLogger("adapter")


class Lifecycle:
    """The lifespans of one process, one after the other."""

    def __init__(
        self,
        app: Callable[[], ASGIApp],
        mode: Mode,
        loop: EventLoop,
        witness: Witness,
        shutdown_timeout: float,
    ) -> None:
        self.startup_ns = 0
        """Wall time of all startups so far."""
        self.shutdown_ns = 0
        """Wall time of all shutdowns so far."""
        self._app = app
        self._mode = mode
        self._loop = loop
        self._witness = witness
        self._shutdown_timeout = shutdown_timeout
        self._ordinal = 0

    def start(self, phase: Phase) -> Lifespan:
        """Start a new lifespan; raise `LifespanStartupError` when the app must not be served."""
        refuse_nesting()
        self._ordinal += 1
        began = StartupBegan(time.time_ns(), self._ordinal, phase)
        self._witness(began)
        recorder = Recorder(self._witness) if self._witness.observed else None
        started = time.perf_counter_ns()
        lifespan, cause = self._open(recorder)
        wall_ns = time.perf_counter_ns() - started
        if recorder is not None:
            outcome = "failed" if lifespan is None else lifespan.outcome
            keys = () if lifespan is None else tuple(map(str, lifespan.state))
            ended = recorder.ended(began, outcome, keys, _error(outcome, cause))
            self._witness(ended)
            wall_ns = ended.wall_ns
        self.startup_ns += wall_ns
        if lifespan is None:
            raise LifespanStartupError(phase, wall_ns, cause) from cause
        if lifespan.outcome == "complete":
            # An app that has started before and now seems to have no lifespan has failed to start again.
            self._mode = "on"
        return lifespan

    def stop(
        self, lifespan: Lifespan, phase: Literal["invocation", "shutdown"], remaining: float = 0
    ) -> None:
        """Shut `lifespan` down; what goes wrong is logged and stated, never raised.

        It is cut after the shutdown timeout, or after `remaining` seconds if that is later.
        """
        if lifespan.outcome != "complete":
            return
        began = ShutdownBegan(time.time_ns(), lifespan.ordinal, phase)
        self._witness(began)
        started = time.perf_counter_ns()
        outcome, cause = self._close(lifespan, max(self._shutdown_timeout, remaining))
        wall_ns = time.perf_counter_ns() - started
        self.shutdown_ns += wall_ns
        self._witness(ShutdownEnded(began, wall_ns, outcome, _error(outcome, cause)))

    def _open(self, recorder: Recorder | None) -> tuple[Lifespan | None, BaseException | None]:
        """Start a lifespan, if it will; and the exception behind what came of it."""

        async def startup() -> Lifespan:
            Recorder.current.set(recorder)
            lifespan = Lifespan(self._app(), self._mode, self._ordinal)
            await lifespan.startup()
            return lifespan

        try:
            lifespan = self._loop.run(startup())
        except BaseException as error:  # a SystemExit in a task of the app leaves the loop itself
            logger.exception("Startup failed.")
            return None, error
        return None if lifespan.outcome == "failed" else lifespan, lifespan.error

    def _close(self, lifespan: Lifespan, within: float) -> tuple[Outcome, BaseException | None]:
        try:
            return self._loop.run(lifespan.shutdown(within)), lifespan.error
        except BaseException as error:  # as above; the end of a lifespan must not cost a response
            logger.exception("Shutdown failed.")
            return "failed", error


def _error(outcome: Outcome, cause: BaseException | None) -> str | None:
    """Type of the exception behind a failure."""
    return type(cause).__name__ if outcome == "failed" and cause is not None else None
