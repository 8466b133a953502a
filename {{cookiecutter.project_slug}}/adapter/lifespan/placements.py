"""When the lifespan's startup runs: once and kept, from INIT or the first event on, or around each event."""

import math
import time
from typing import Any, Protocol, assert_never

from adapter.errors import (
    LifespanDiedError,
    LifespanLostError,
    LifespanStartupError,
    LifespanStartupTimeoutError,
)
from adapter.facts import PlacementChanged
from adapter.lifespan.protocol import Lifespan
from adapter.lifespan.startup import Lifecycle, Startup
from adapter.process.context import remaining_s
from adapter.process.observer import Observer
from adapter.settings import Settings


class Kept:
    """Started in INIT or at the first event, and kept; replaced when it has died, if the settings says so."""

    def __init__(self, settings: Settings, lifecycle: Lifecycle, lifespan: Lifespan | None = None) -> None:
        self._settings = settings
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

    def lose(self) -> None:
        """Note that the event loop was closed by others."""
        if self._lifespan is not None:
            self._lifespan.lose()

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
        self._lifecycle.state_death(dead)
        if self._settings.on_death == "fail":
            raise LifespanDiedError(dead.error)
        if self._settings.on_death == "exit":
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


REPEAT_FAILED = "a repeated startup failed"


class Lifespans(Protocol):
    """Which lifespan serves an event, and what becomes of it after the event."""

    def prepare(self, within: float) -> None:
        """Start in INIT, for `within` seconds at most; the first event goes on with what takes longer."""

    def enter(self, context: Any) -> Lifespan | None:
        """Begin an event with the given Lambda context; None where the app gets no lifespan."""

    def leave(self, context: Any) -> None:
        """End the event."""

    def lose(self) -> None:
        """The event loop was closed by others: what lived on it has died."""

    def state(self) -> dict[str, Any]:
        """The state of the lifespan that is kept between events; empty where none is."""

    def close(self) -> None:
        """Shut down whatever is alive, for good."""


def lifespans_for(settings: Settings, lifecycle: Lifecycle, observer: Observer) -> Lifespans:
    """The way that `settings` ask for."""
    if settings.mode == "off":
        return Off()
    match settings.placement:
        case "init" | "first_invocation":
            return Kept(settings, lifecycle)
        case "every_invocation":
            return EveryInvocation(settings, lifecycle, observer)
    assert_never(settings.placement)


class Off:
    """No lifespan."""

    def prepare(self, within: float) -> None:
        """There is nothing to start."""

    def enter(self, context: Any) -> None:
        """Begin an event."""

    def leave(self, context: Any) -> None:
        """End the event."""

    def lose(self) -> None:
        """Nothing lives on the loop."""

    def state(self) -> dict[str, Any]:
        """There is none."""
        return {}

    def close(self) -> None:
        """Nothing is alive."""


class EveryInvocation:
    """A lifespan for each event.

    Some lifespans can run only once in a process. So the first one is kept until a second has started, to
    serve from then on if that fails. It is never shut down while another one serves, whose resources it might
    share (`app.state`, module globals).
    """

    def __init__(self, settings: Settings, lifecycle: Lifecycle, observer: Observer) -> None:
        self._settings = settings
        self._lifecycle = lifecycle
        self._observer = observer
        self._repeatable = False
        self._first: Lifespan | None = None
        self._serving: Lifespan | None = None
        self._fallback: Kept | None = None

    def prepare(self, within: float) -> None:
        """There is no event yet."""

    def enter(self, context: Any) -> Lifespan:
        """Begin an event."""
        if self._fallback is not None:
            return self._fallback.enter(context)
        if self._first is None and not self._repeatable:
            self._first = self._lifecycle.start("invocation")
            return self._first
        try:
            self._serving = self._lifecycle.start("invocation")
        except LifespanStartupError as error:
            return self._fall_back(context, error.cause_type)
        self._repeatable = True
        return self._serving

    def leave(self, context: Any) -> None:
        """End the event; shut down the lifespan that served it, and after that the first one."""
        if self._serving is None:
            return
        for lifespan in (self._serving, self._first):
            if lifespan is not None:
                self._lifecycle.stop(lifespan, "invocation", remaining_s(context) or 0)
        self._serving = self._first = None

    def lose(self) -> None:
        """Note that the event loop was closed by others."""
        if self._fallback is not None:
            self._fallback.lose()
        elif self._first is not None:
            self._first.lose()

    def state(self) -> dict[str, Any]:
        """None is kept."""
        return {}

    def close(self) -> None:
        """Shut down what is kept."""
        if self._fallback is not None:
            self._fallback.close()
        elif self._first is not None:
            self._lifecycle.stop(self._first, "shutdown")

    def _fall_back(self, context: Any, error: str | None) -> Lifespan:
        """Go on as `init`: with the first one or, when that is gone, with one more startup."""
        self._fallback = Kept(self._settings, self._lifecycle, self._first)
        self._first = None
        self._observer(PlacementChanged(time.time_ns(), "every_invocation", "init", REPEAT_FAILED, error))
        return self._fallback.enter(context)
