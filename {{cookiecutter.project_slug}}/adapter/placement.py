"""When the lifespan's startup runs: once in Lambda's INIT, once at the first event, or around each event."""

import time
from collections.abc import Mapping
from typing import Any, Protocol, get_args

from adapter.errors import LifespanStartupError, PlacementError
from adapter.facts import Phase, Placement, PlacementChanged
from adapter.lambda_context import remaining_s
from adapter.lifecycle import Lifecycle
from adapter.lifespan import Lifespan
from adapter.witness import Witness

VARIABLE = "LIFESPAN_PLACEMENT"
REPEAT_FAILED = "a repeated startup failed"


def placement_from(environ: Mapping[str, str]) -> Placement:
    """Read `LIFESPAN_PLACEMENT`, `init` by default; raise `PlacementError` for any word but a placement."""
    return checked(environ.get(VARIABLE, "init"), VARIABLE)


def checked(word: str, name: str = "placement") -> Placement:
    """`word`, if it is a placement; `name` is what the error calls it."""
    for placement in get_args(Placement):
        if word == placement:
            return placement  # type: ignore[no-any-return] # get_args knows no types
    raise PlacementError(f"{name} is {word!r}; choices are: {', '.join(get_args(Placement))}")


class Lifespans(Protocol):
    """Which lifespan serves an event, and what becomes of it after the event."""

    def enter(self, phase: Phase = "invocation") -> Lifespan | None:
        """Begin an event; None where the app gets no lifespan."""

    def leave(self, context: Any) -> None:
        """End the event, whose Lambda context tells how long a shutdown may take."""

    def close(self) -> None:
        """Shut down whatever is alive, for good."""


class Off:
    """No lifespan."""

    def enter(self, phase: Phase = "invocation") -> None:
        """Begin an event."""

    def leave(self, context: Any) -> None:
        """End the event."""

    def close(self) -> None:
        """Nothing is alive."""


class Once:
    """One lifespan, started at the first `enter` and kept, be it in `init` or in the `first_invocation`."""

    def __init__(self, lifecycle: Lifecycle, lifespan: Lifespan | None = None) -> None:
        self._lifecycle = lifecycle
        self._lifespan = lifespan

    def enter(self, phase: Phase = "invocation") -> Lifespan:
        """Begin an event; a startup that failed is tried again."""
        if self._lifespan is None:
            self._lifespan = self._lifecycle.start(phase)
        return self._lifespan

    def leave(self, context: Any) -> None:
        """End the event."""

    def close(self) -> None:
        """Shut the lifespan down."""
        if self._lifespan is not None:
            self._lifecycle.stop(self._lifespan, "shutdown")


class EveryInvocation:
    """A lifespan for each event.

    Some lifespans can run only once in a process. So the first one is a net: kept until a second has started,
    to serve from then on if that fails. It is never shut down while another one serves, whose resources it
    might share (`app.state`, module globals).
    """

    def __init__(self, lifecycle: Lifecycle, witness: Witness) -> None:
        self._lifecycle = lifecycle
        self._witness = witness
        self._repeatable = False
        self._net: Lifespan | None = None
        self._serving: Lifespan | None = None
        self._fallback: Once | None = None

    def enter(self, phase: Phase = "invocation") -> Lifespan:
        """Begin an event."""
        if self._fallback is not None:
            return self._fallback.enter(phase)
        if self._net is None and not self._repeatable:
            self._net = self._lifecycle.start(phase)
            return self._net
        try:
            self._serving = self._lifecycle.start(phase)
        except LifespanStartupError as error:
            return self._fall_back(phase, error.cause_type)
        self._repeatable = True
        return self._serving

    def leave(self, context: Any) -> None:
        """End the event; shut down the lifespan that served it, and after that the net."""
        if self._serving is None:
            return
        for lifespan in (self._serving, self._net):
            if lifespan is not None:
                self._lifecycle.stop(lifespan, "invocation", remaining_s(context))
        self._serving = self._net = None

    def close(self) -> None:
        """Shut down what is kept."""
        if self._fallback is not None:
            self._fallback.close()
        elif self._net is not None:
            self._lifecycle.stop(self._net, "shutdown")

    def _fall_back(self, phase: Phase, error: str | None) -> Lifespan:
        """Go on as `init`: with the net or, when that is gone, with one more startup."""
        self._fallback = Once(self._lifecycle, self._net)
        self._net = None
        self._witness(PlacementChanged(time.time_ns(), "every_invocation", "init", REPEAT_FAILED, error))
        return self._fallback.enter(phase)
