"""When the lifespan's startup runs: once in Lambda's INIT, once at the first event, or around each event."""

import time
from typing import Any, Protocol

from adapter.errors import LifespanStartupError
from adapter.facts import PlacementChanged
from adapter.lambda_context import remaining_s
from adapter.lifecycle import Lifecycle
from adapter.lifespan import Lifespan
from adapter.once import Once
from adapter.policy import Policy
from adapter.witness import Witness

REPEAT_FAILED = "a repeated startup failed"


class Lifespans(Protocol):
    """Which lifespan serves an event, and what becomes of it after the event."""

    def prepare(self, within: float) -> None:
        """Start in INIT, for `within` seconds at most; the first event goes on with what takes longer."""

    def enter(self, context: Any) -> Lifespan | None:
        """Begin an event with the given Lambda context; None where the app gets no lifespan."""

    def leave(self, context: Any) -> None:
        """End the event."""

    def state(self) -> dict[str, Any]:
        """The state of the lifespan that is kept between events; empty where none is."""

    def close(self) -> None:
        """Shut down whatever is alive, for good."""


def lifespans_for(policy: Policy, lifecycle: Lifecycle, witness: Witness) -> Lifespans:
    """The way that `policy` asks for."""
    if policy.mode == "off":
        return Off()
    if policy.placement == "every_invocation":
        return EveryInvocation(policy, lifecycle, witness)
    return Once(policy, lifecycle)


class Off:
    """No lifespan."""

    def prepare(self, within: float) -> None:
        """There is nothing to start."""

    def enter(self, context: Any) -> None:
        """Begin an event."""

    def leave(self, context: Any) -> None:
        """End the event."""

    def state(self) -> dict[str, Any]:
        """There is none."""
        return {}

    def close(self) -> None:
        """Nothing is alive."""


class EveryInvocation:
    """A lifespan for each event.

    Some lifespans can run only once in a process. So the first one is a net: kept until a second has started,
    to serve from then on if that fails. It is never shut down while another one serves, whose resources it
    might share (`app.state`, module globals).
    """

    def __init__(self, policy: Policy, lifecycle: Lifecycle, witness: Witness) -> None:
        self._policy = policy
        self._lifecycle = lifecycle
        self._witness = witness
        self._repeatable = False
        self._net: Lifespan | None = None
        self._serving: Lifespan | None = None
        self._fallback: Once | None = None

    def prepare(self, within: float) -> None:
        """There is no event yet."""

    def enter(self, context: Any) -> Lifespan:
        """Begin an event."""
        if self._fallback is not None:
            return self._fallback.enter(context)
        if self._net is None and not self._repeatable:
            self._net = self._lifecycle.start("invocation")
            return self._net
        try:
            self._serving = self._lifecycle.start("invocation")
        except LifespanStartupError as error:
            return self._fall_back(context, error.cause_type)
        self._repeatable = True
        return self._serving

    def leave(self, context: Any) -> None:
        """End the event; shut down the lifespan that served it, and after that the net."""
        if self._serving is None:
            return
        for lifespan in (self._serving, self._net):
            if lifespan is not None:
                self._lifecycle.stop(lifespan, "invocation", remaining_s(context) or 0)
        self._serving = self._net = None

    def state(self) -> dict[str, Any]:
        """None is kept."""
        return {}

    def close(self) -> None:
        """Shut down what is kept."""
        if self._fallback is not None:
            self._fallback.close()
        elif self._net is not None:
            self._lifecycle.stop(self._net, "shutdown")

    def _fall_back(self, context: Any, error: str | None) -> Lifespan:
        """Go on as `init`: with the net or, when that is gone, with one more startup."""
        self._fallback = Once(self._policy, self._lifecycle, self._net)
        self._net = None
        self._witness(PlacementChanged(time.time_ns(), "every_invocation", "init", REPEAT_FAILED, error))
        return self._fallback.enter(context)
