"""Everything that belongs to one process: its loop, its lifespans, what it states."""

import atexit
import os
import time
from collections.abc import Callable
from typing import Literal

from adapter import extension
from adapter.asgi import ASGIApp
from adapter.environment import environment_from
from adapter.errors import AdapterClosedError
from adapter.facts import EnvironmentEnded, EnvironmentStarted, Observe, Placement
from adapter.lifecycle import Lifecycle
from adapter.loop import EventLoop, refuse_nesting
from adapter.placement import EveryInvocation, Lifespans, Off, Once
from adapter.sigterm import Sigterm
from adapter.witness import Witness


class Host:
    """Serves events in the process that made it."""

    def __init__(
        self,
        app: Callable[[], ASGIApp],
        mode: Literal["auto", "on", "off"],
        placement: Placement,
        observe: Observe | None,
        shutdown_timeout: float,
    ) -> None:
        self.pid = os.getpid()
        self.loop = EventLoop()
        self.witness = Witness(observe)
        self.lifecycle = Lifecycle(
            app, "on" if mode == "on" else "auto", self.loop, self.witness, shutdown_timeout
        )
        self.lifespans: Lifespans = Off()
        if mode != "off":
            repeating = placement == "every_invocation"
            self.lifespans = (
                EveryInvocation(self.lifecycle, self.witness) if repeating else Once(self.lifecycle)
            )
        self.sigterm = Sigterm(self.close)
        self.invocations = 0
        self._placement = placement
        self._begun = False
        self._closed = False

    def settle(self, *, register: bool, sigterm: bool) -> None:
        """Take place in a new execution environment, in Lambda's INIT phase."""
        refuse_nesting()
        self._begin()
        if register:
            extension.register(os.environ["AWS_LAMBDA_RUNTIME_API"])
        if self._placement == "init":
            try:
                self.lifespans.enter("init")
            except BaseException:
                self.close()
                raise
        if sigterm:
            self.sigterm.install()

    def enter(self) -> None:
        """Begin an invocation."""
        if self._closed:
            raise AdapterClosedError("This adapter was shut down; make a new one to serve further events.")
        self.sigterm.hold()
        if not self._begun:
            self._begin()
        self.invocations += 1

    def leave(self) -> None:
        """End the invocation."""
        self.sigterm.release()

    def close(self) -> None:
        """Shut down for good; a second time, and in a forked child, do nothing."""
        if self._closed or self.pid != os.getpid():
            return
        refuse_nesting()
        self._closed = True
        self.sigterm.hold()
        self.lifespans.close()
        if self._begun:
            self.witness(EnvironmentEnded(time.time_ns(), self.invocations, self.witness.faults))
        self.loop.close()
        atexit.unregister(self.close)
        self.sigterm.release()

    def _begin(self) -> None:
        self._begun = True
        # A process may also end by itself: another module fails to import, a script is done.
        atexit.register(self.close)
        environment = environment_from(os.environ)
        self.witness(EnvironmentStarted(time.time_ns(), environment, self._placement))
