"""One process of an execution environment, from INIT to its end: its loop, its lifespans, its invocations."""

import atexit
import logging
import os
import time
from collections.abc import Callable
from functools import cache
from typing import Any, Final

from adapter.asgi import ASGIApp
from adapter.errors import AdapterClosedError, LifespanLostError
from adapter.facts import (
    Environment,
    EnvironmentEnded,
    EnvironmentStarted,
    InvocationBegan,
    InvocationEnded,
    Observe,
)
from adapter.http.request import Request
from adapter.lifespan.placements import lifespans_for
from adapter.lifespan.startup import Lifecycle
from adapter.placement import starts_in_init
from adapter.process import extension, runtime_client
from adapter.process.context import function_arn, request_id, trace_context
from adapter.process.identity import (
    MANAGED_INSTANCES,
    SNAP_START,
    begun_before,
    environment_from,
    inside_lambda,
    restored,
)
from adapter.process.loop import EventLoop, refuse_nesting
from adapter.process.observer import Observer
from adapter.process.runtime_client import end_process, end_with_parent, post_error
from adapter.process.sigterm import SigtermHandler
from adapter.process.time_limits import Budget
from adapter.settings import Settings

FROZEN_S: Final = 0.005
"""Seconds between two events from which on the process may have been frozen; back to back it is less."""

logger = logging.getLogger("adapter")


class ExecutionEnvironment:
    """Serves events in the process that made it.

    Args:
        app: Called for the app at every startup: whoever replaces `LifespanAdapter.app` is heard.
        settings: What the adapter was told about the lifespan.
        observe: Receives every fact.
        after_response: Called in the extension's thread when a response has left.
        forked: The process is the child of one that has had an environment of its own.
    """

    def __init__(
        self,
        app: Callable[[], ASGIApp],
        settings: Settings,
        observe: Observe | None,
        after_response: extension.Work | None = None,
        *,
        forked: bool = False,
    ) -> None:
        self.pid = os.getpid()
        self.loop = EventLoop(adopts=not forked, deadline_s=settings.deadline_guard)
        self._deadline = self.loop.deadline
        self.observer = Observer(observe)
        self.lifecycle = Lifecycle(
            app,
            "on" if settings.mode == "on" else "auto",
            self.loop,
            self.observer,
            settings.startup_timeout,
            settings.shutdown_timeout,
        )
        self.lifespans = lifespans_for(settings, self.lifecycle, self.observer)
        self.sigterm = SigtermHandler(self.close)
        self.invocations = 0
        self._after_response = None if after_response is None else extension.AfterResponse(after_response)
        self._settings = settings
        self._environment: Environment | None = None
        self._idle_since = 0.0
        self._closed = False

    def initialize(self, *, register: bool, sigterm: bool) -> None:
        """Begin a new execution environment, in Lambda's INIT phase.

        Args:
            register: Whether to register the internal extension.
            sigterm: Whether to handle SIGTERM.
        """
        refuse_nesting()
        if runtime_client.serves_an_event():
            warn_of_a_startup_per_event()
        environment = environment_from(os.environ)
        reinit = begun_before(environment, os.environ)
        self._begin(environment, reinit=reinit)
        if register:
            extension.register(os.environ["AWS_LAMBDA_RUNTIME_API"], self._after_response)
        if environment.init_type == SNAP_START:
            self._register_hooks()
        if sigterm:
            self.loop.on_chosen = self.sigterm.attend
            self.sigterm.install()
            if environment.init_type == MANAGED_INSTANCES:
                end_with_parent()
        self.loop.prepare()
        if starts_in_init(self._settings.placement):
            self._prepare(Budget(environment, self._settings.startup_budget, reinit=reinit))

    def enter(self, context: Any) -> None:
        """Begin an invocation."""
        if self._closed:
            raise AdapterClosedError("This adapter was shut down; make a new one to serve further events.")
        self.sigterm.hold()
        self._deadline.context = context
        if self._environment is None:
            self._begin(environment_from(os.environ), reinit=False)
        self.invocations += 1

    def thaw(self) -> None:
        """Have what became due while the process was frozen done before the event, a death noticed by it."""
        if self.loop.lost():
            self.lifespans.lose()
        elif time.monotonic() - self._idle_since > FROZEN_S and not self.lifecycle.paused:
            self.loop.catch_up()

    def leave(self, context: Any) -> None:
        """End the invocation."""
        self._rest()
        if self._after_response is not None:
            self._after_response.handled(request_id(context))

    def close(self) -> None:
        """Shut down for good; a second time, and in a forked child, do nothing."""
        if self._closed or self.pid != os.getpid():
            return
        refuse_nesting()
        self.sigterm.hold()  # first: a signal that finds this closed already ends the process at once
        self._closed = True
        self.lifespans.close()
        if self._environment is not None:
            self.observer(EnvironmentEnded(time.time_ns(), self.invocations, self.observer.faults))
        self.loop.close()
        atexit.unregister(self._end)
        self._rest()

    def terminate(self, error: LifespanLostError, context: Any) -> None:
        """Fail the invocation and end the process, which no event must reach any more; inside Lambda only."""
        if inside_lambda(os.environ):
            post_error(error, os.environ["AWS_LAMBDA_RUNTIME_API"], request_id(context))
            try:
                self.close()
            finally:
                end_process(1)

    def _end(self) -> None:
        """Shut down as the process ends by itself."""
        self.sigterm.leave_alone()
        self.close()

    def _rest(self) -> None:
        self._idle_since = time.monotonic()
        self.sigterm.release(self._idle_since)

    def _begin(self, environment: Environment, *, reinit: bool) -> None:
        self._environment = environment
        # A process may also end by itself: another module fails to import, a script is done.
        atexit.register(self._end)
        self.observer(EnvironmentStarted(time.time_ns(), environment, self._settings.placement, reinit))

    def _register_hooks(self) -> None:
        from adapter.process.snapstart import SnapStart  # noqa: PLC0415 - of use under SnapStart only

        state = self.lifespans.state
        SnapStart(self._settings, self.loop, self.observer, state, self._restored).register()

    def _prepare(self, budget: Budget) -> None:
        """Start the app; a SIGTERM cuts that short and ends the process."""
        self.sigterm.hold(self.lifecycle.interrupt)
        try:
            self.lifespans.prepare(budget.left())
        except BaseException:
            pending = self.sigterm.pending
            self.close()
            if pending:
                self.sigterm.exit()
            self.sigterm.uninstall()
            raise
        if self.sigterm.pending:
            self.sigterm.exit()
        self._rest()
        budget.check()

    def _restored(self, at_ns: int, restore_ns: int) -> None:
        """Take a new identity, in a restored snapshot."""
        if self._environment is not None:
            self._environment = restored(self._environment)
            self.sigterm.resume()
            self._idle_since = float("-inf")  # what it was, another machine's clock has said
            started = EnvironmentStarted(at_ns, self._environment, self._settings.placement)
            self.observer(started._replace(restore_ns=restore_ns))


@cache
def warn_of_a_startup_per_event() -> None:
    """Log, once a process, what it means to make an adapter while an event is served."""
    logger.warning(
        "A LifespanAdapter was made inside an invocation. One that is made for each event starts the app for "
        "each event: make it once, at the top level of the handler's module. To put the startup off to the "
        "first event, give it placement='first_invocation'."
    )


class Invocation:
    """States that an invocation began as it is made, and that it ended when asked to.

    Neither statement is measured, so the clocks run between them; what comes before is the adapter's own. A
    startup or shutdown between them counts with all that its statement costs: the caller waits for that too.
    """

    __slots__ = ("_before_ns", "_began", "_cpu", "_environment", "_shutdown_ns", "_startup_ns", "_wall")

    def __init__(self, environment: ExecutionEnvironment, event: Any, context: Any) -> None:
        arrived = time.perf_counter_ns()
        self._environment = environment
        self._startup_ns = environment.lifecycle.startup_ns
        self._shutdown_ns = environment.lifecycle.shutdown_ns
        # By position: this is done for every request, and names cost as much as all the rest of it.
        self._began = InvocationBegan(
            time.time_ns(),
            request_id(context),
            function_arn(context),
            environment.invocations,
            trace_context(event, context),
        )
        self._before_ns = time.perf_counter_ns() - arrived
        environment.observer.outside_measurement(self._began)
        self._wall, self._cpu = time.perf_counter_ns(), time.process_time_ns()

    def end(self, request: Request) -> None:
        """State what became of the event."""
        cpu_ns = time.process_time_ns() - self._cpu
        wall_ns = time.perf_counter_ns() - self._wall
        lifecycle = self._environment.lifecycle
        self._environment.observer.outside_measurement(
            InvocationEnded(
                self._began,
                wall_ns + self._before_ns,
                cpu_ns,
                request.status,
                request.error,
                request.touched,
                lifecycle.startup_ns - self._startup_ns,
                lifecycle.shutdown_ns - self._shutdown_ns,
                request.posted,
                request.cut,
                request.ping,
                request.startup_ordinal,
            )
        )
