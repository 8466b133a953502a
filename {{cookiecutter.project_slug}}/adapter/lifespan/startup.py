"""Starts lifespans and shuts them down, and states what came of it."""

import asyncio
import logging
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

from adapter.asgi import ASGIApp
from adapter.errors import LifespanStartupError, LifespanStartupTimeoutError
from adapter.facts import (
    LifespanDied,
    Outcome,
    Phase,
    ShutdownBegan,
    ShutdownEnded,
    StartupBegan,
    StartupDeferred,
    StartupEnded,
)
from adapter.lifespan.measurement import Recorder
from adapter.lifespan.protocol import Lifespan, Mode
from adapter.process.loop import EventLoop, refuse_nesting
from adapter.process.observer import Observer


class Startup:
    """One startup, from asking the app to its answer: in one run of the loop, or in several.

    It states that it began as it is made.
    """

    __slots__ = ("_resumed_ns", "began", "deferred", "error", "lifespan", "recorder", "wall_ns")

    def __init__(self, observer: Observer, ordinal: int, phase: Phase) -> None:
        self.began = StartupBegan(time.time_ns(), ordinal, phase)
        observer(self.began)
        self.recorder = Recorder(observer) if observer.observes else None
        self.lifespan: Lifespan | None = None
        self.error: BaseException | None = None
        """What broke it off, from outside of the lifespan."""
        self.deferred = False
        self.wall_ns = 0
        """Of its runs so far, the present one excluded."""
        self._resumed_ns = 0

    @property
    def outcome(self) -> Outcome:
        """How it ended."""
        return "failed" if self.lifespan is None or self.error is not None else self.lifespan.outcome

    @property
    def cause(self) -> BaseException | None:
        """The exception behind a failure, if there is one."""
        return self.error if self.lifespan is None or self.error is not None else self.lifespan.error

    def resume(self) -> None:
        """Begin a run."""
        self._resumed_ns = time.perf_counter_ns()
        if self.recorder is not None:
            self.recorder.resume()

    def pause(self) -> None:
        """End the run."""
        if self.recorder is None:
            self.wall_ns += time.perf_counter_ns() - self._resumed_ns
        else:
            self.wall_ns = self.recorder.pause()

    def ended(self) -> StartupEnded | None:
        """What to state about it, which is over; None where nobody observes."""
        if self.recorder is None:
            return None
        failed = self.outcome == "failed"
        keys = () if failed or self.lifespan is None else tuple(map(str, self.lifespan.state))
        error = type(self.cause).__name__ if failed and self.cause is not None else None
        return self.recorder.ended(self.began, self.outcome, keys, error, deferred=self.deferred)


logger = logging.getLogger("adapter")


class Lifecycle:
    """The lifespans of one process, one after the other."""

    def __init__(  # noqa: PLR0913, PLR0917 - what belongs to the process, and two of its settings
        self,
        app: Callable[[], ASGIApp],
        mode: Mode,
        loop: EventLoop,
        observer: Observer,
        startup_timeout: float | None,
        shutdown_timeout: float,
    ) -> None:
        self.startup_ns = 0
        """Waited for startups so far: their wall time, and that of measuring and stating them."""
        self.shutdown_ns = 0
        """The same of shutdowns."""
        self.paused = False
        """A startup is not through: what becomes due is part of it, and done when it goes on."""
        self._app = app
        self._mode = mode
        self._loop = loop
        self._observer = observer
        self._startup_timeout = math.inf if startup_timeout is None else startup_timeout
        self._shutdown_timeout = shutdown_timeout
        self._ordinal = 0
        self._lost: list[Lifespan] = []
        """Kept: collected, the app's code would go on without a loop."""
        self._running: asyncio.Task[Any] | None = None
        self._interrupted = False

    def start(self, phase: Phase) -> Lifespan:
        """Start a new lifespan; raise `LifespanStartupError` when the app must not be served."""
        startup = self.begin(phase)
        self.advance(startup)
        return self.conclude(startup)

    def begin(self, phase: Phase) -> Startup:
        """Begin a startup, for `advance` to go on with."""
        refuse_nesting()
        self._ordinal += 1
        with self._waiting_for_startup():
            return Startup(self._observer, self._ordinal, phase)

    def advance(self, startup: Startup, within: float = math.inf) -> bool:
        """Go on with a startup for `within` seconds at most; whether it has come to an end."""
        refuse_nesting()
        with self._waiting_for_startup():
            startup.resume()
            through = self._run(startup, within)
            startup.pause()
            self.paused = not through
            if not through:
                startup.deferred = self._loop.holds_lifespan = True
                self._observer(StartupDeferred(time.time_ns(), startup.began))
        return through

    def conclude(self, startup: Startup) -> Lifespan:
        """State how a startup ended; raise `LifespanStartupError` when the app must not be served."""
        with self._waiting_for_startup():
            if (ended := startup.ended()) is not None:
                self._observer(ended)
        lifespan = startup.lifespan
        self._loop.holds_lifespan = startup.outcome == "complete"
        if lifespan is None or startup.outcome == "failed":
            raise self._failure(startup) from startup.cause
        if lifespan.outcome == "complete":
            # An app that has started before and now seems to have no lifespan has failed to start again.
            self._mode = "on"
        return lifespan

    def abandon(self, startup: Startup) -> None:
        """Give up a startup that has not come to an end, since the process does."""
        startup.error = asyncio.CancelledError()
        if startup.lifespan is not None:
            self._cut(startup.lifespan)
        if (ended := startup.ended()) is not None:
            self._observer(ended)

    def interrupt(self) -> None:
        """Cancel the startup that runs, or the next one; may be called from a signal handler."""
        self._interrupted = True
        if self._running is not None:
            self._running.get_loop().call_soon_threadsafe(self._running.cancel)

    def stop(
        self, lifespan: Lifespan, phase: Literal["invocation", "shutdown"], remaining: float = 0
    ) -> None:
        """Shut `lifespan` down; what goes wrong is logged and stated, never raised.

        It is cut after the shutdown timeout, or after `remaining` seconds if that is later.
        """
        if lifespan.outcome != "complete":
            return
        if lifespan.died_at_ns is not None:
            self.state_death(lifespan)
            return
        entered = time.perf_counter_ns()
        began = ShutdownBegan(time.time_ns(), lifespan.ordinal, phase)
        self._observer(began)
        started = time.perf_counter_ns()
        outcome, cause = self._close(lifespan, max(self._shutdown_timeout, remaining))
        wall_ns = time.perf_counter_ns() - started
        self._observer(ShutdownEnded(began, wall_ns, outcome, _name(cause) if outcome == "failed" else None))
        self.shutdown_ns += time.perf_counter_ns() - entered

    def state_death(self, lifespan: Lifespan) -> None:
        """State that a lifespan has died, and end what is left of it; a second time, do nothing."""
        if lifespan.died_at_ns is None or lifespan.death_stated:
            return
        lifespan.death_stated = True
        self._observer(LifespanDied(lifespan.died_at_ns, lifespan.ordinal, _name(lifespan.error)))
        self._cut(lifespan)

    @contextmanager
    def _waiting_for_startup(self) -> Iterator[None]:
        entered = time.perf_counter_ns()
        try:
            yield
        finally:
            self.startup_ns += time.perf_counter_ns() - entered

    def _run(self, startup: Startup, within: float) -> bool:
        try:
            return self._loop.run(self._up(startup, within))
        except BaseException as error:  # a SystemExit in a task of the app leaves the loop itself
            startup.error = error
            if self._interrupted or isinstance(error, TimeoutError):
                logger.error("Startup was cut.")  # noqa: TRY400 - by us, so the traceback tells nothing
            else:
                logger.exception("Startup failed.")
            return True
        finally:
            self._running = None

    async def _up(self, startup: Startup, within: float) -> bool:
        self._running = asyncio.current_task()
        if self._interrupted:
            raise asyncio.CancelledError
        Recorder.current.set(startup.recorder)
        if startup.lifespan is None or startup.lifespan.lost:
            startup.lifespan = Lifespan(self._app(), self._mode, startup.began.ordinal)
        left = max(0, self._startup_timeout - startup.wall_ns / 1e9)
        if await startup.lifespan.startup(min(within, left)):
            return True
        if within < left:
            return False
        await startup.lifespan.cut()
        raise TimeoutError

    def _failure(self, startup: Startup) -> LifespanStartupError:
        phase, wall_ns = startup.began.phase, startup.wall_ns
        if isinstance(startup.error, TimeoutError):
            return LifespanStartupTimeoutError(phase, wall_ns)
        said = None if startup.lifespan is None else startup.lifespan.refusal
        return LifespanStartupError(phase, wall_ns, startup.cause, said)

    def _close(self, lifespan: Lifespan, within: float) -> tuple[Outcome, BaseException | None]:
        try:
            return self._loop.run(lifespan.shutdown(within), survives=True), lifespan.error
        except BaseException as error:  # as in `_run`; the end of a lifespan must not cost a response
            logger.exception("Shutdown failed.")
            return "failed", error

    def _cut(self, lifespan: Lifespan) -> None:
        try:
            if lifespan.lost:
                self._lost.append(lifespan)
            else:
                self._loop.run(lifespan.cut(), survives=True)
        except BaseException:  # as in `_close`
            logger.exception("What was left of the lifespan failed as well.")


def _name(error: BaseException | None) -> str | None:
    return None if error is None else type(error).__name__
