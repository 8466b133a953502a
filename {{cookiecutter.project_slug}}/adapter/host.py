"""Everything that belongs to one process: its loop, its lifespans, what it states."""

import atexit
import os
import time
from collections.abc import Callable
from typing import Any

from adapter import extension
from adapter.after_response import AfterResponse, Work
from adapter.asgi import ASGIApp
from adapter.budget import Budget
from adapter.environment import (
    MANAGED_INSTANCES,
    SNAP_START,
    begun_before,
    environment_from,
    inside_lambda,
    restored,
)
from adapter.errors import AdapterClosedError, LifespanLostError
from adapter.facts import Environment, EnvironmentEnded, EnvironmentStarted, Observe
from adapter.lambda_context import request_id
from adapter.last_words import answer_with, end_process
from adapter.lifecycle import Lifecycle
from adapter.lifespans import lifespans_for
from adapter.loop import EventLoop, refuse_nesting
from adapter.policy import Policy
from adapter.sigterm import Sigterm
from adapter.snapshot import Snapshot
from adapter.witness import Witness
from adapter.worker import end_with_parent


class Host:
    """Serves events in the process that made it."""

    def __init__(
        self, app: Callable[[], ASGIApp], policy: Policy, observe: Observe | None, after: Work | None = None
    ) -> None:
        self.pid = os.getpid()
        self.loop = EventLoop()
        self.witness = Witness(observe)
        self.lifecycle = Lifecycle(
            app,
            "on" if policy.mode == "on" else "auto",
            self.loop,
            self.witness,
            policy.startup_timeout,
            policy.shutdown_timeout,
        )
        self.lifespans = lifespans_for(policy, self.lifecycle, self.witness)
        self.sigterm = Sigterm(self.close)
        self.invocations = 0
        self.after = None if after is None else AfterResponse(after)
        self._policy = policy
        self._environment: Environment | None = None
        self._closed = False

    def settle(self, *, register: bool, sigterm: bool) -> None:
        """Take place in a new execution environment, in Lambda's INIT phase."""
        refuse_nesting()
        environment = environment_from(os.environ)
        reinit = begun_before(environment, os.environ)
        self._begin(environment, reinit=reinit)
        if register:
            extension.register(os.environ["AWS_LAMBDA_RUNTIME_API"], self.after)
        if environment.init_type == SNAP_START:
            state = self.lifespans.state
            Snapshot(self._policy, self.loop, self.witness, state, self._restored).register()
        if sigterm:
            self.sigterm.install()
            if environment.init_type == MANAGED_INSTANCES:
                end_with_parent()
        if self._policy.placement == "init":
            self._prepare(Budget(environment, self._policy.startup_budget, reinit=reinit))

    def enter(self) -> None:
        """Begin an invocation."""
        if self._closed:
            raise AdapterClosedError("This adapter was shut down; make a new one to serve further events.")
        self.sigterm.hold()
        if self._environment is None:
            self._begin(environment_from(os.environ), reinit=False)
        self.invocations += 1

    def leave(self, context: Any) -> None:
        """End the invocation."""
        self.sigterm.release()
        if self.after is not None:
            self.after.handled(request_id(context))

    def close(self) -> None:
        """Shut down for good; a second time, and in a forked child, do nothing."""
        if self._closed or self.pid != os.getpid():
            return
        refuse_nesting()
        self.sigterm.hold()  # first: a signal that finds this closed already ends the process at once
        self._closed = True
        self.lifespans.close()
        if self._environment is not None:
            self.witness(EnvironmentEnded(time.time_ns(), self.invocations, self.witness.faults))
        self.loop.close()
        atexit.unregister(self.close)
        self.sigterm.release()

    def depart(self, error: LifespanLostError, context: Any) -> None:
        """Fail the invocation and end the process, which no event must reach any more; inside Lambda only."""
        if inside_lambda(os.environ):
            answer_with(error, os.environ["AWS_LAMBDA_RUNTIME_API"], request_id(context))
            try:
                self.close()
            finally:
                end_process(1)

    def _begin(self, environment: Environment, *, reinit: bool) -> None:
        self._environment = environment
        # A process may also end by itself: another module fails to import, a script is done.
        atexit.register(self.close)
        self.witness(EnvironmentStarted(time.time_ns(), environment, self._policy.placement, reinit))

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
        self.sigterm.release()
        budget.check()

    def _restored(self, at_ns: int, restore_ns: int) -> None:
        """Be someone else, in a restored snapshot."""
        if self._environment is not None:
            self._environment = restored(self._environment)
            self.sigterm.resume()
            started = EnvironmentStarted(at_ns, self._environment, self._policy.placement)
            self.witness(started._replace(restore_ns=restore_ns))
