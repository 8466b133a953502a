"""The adapter itself: in place of `mangum.Mangum`, with the lifespan kept."""

import os
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Literal, Self

from mangum import Mangum
from mangum.types import LambdaHandler

from adapter.asgi import ASGIApp, Scope
from adapter.environment import ExecutionEnvironment, Invocation
from adapter.errors import LifespanLostError, UnknownEventError
from adapter.facts import Observe, OnDeath
from adapter.http.request import Request
from adapter.http.triggers import Paths, PostedEvent, Trigger, is_ping, made_cheaper
from adapter.placement import Placement
from adapter.process.extension import Work, worth_registering
from adapter.process.identity import inside_lambda
from adapter.settings import Hook, checked_event_path, checked_settings


class LifespanAdapter(Mangum):
    """A Lambda handler for an ASGI app, whose lifespan runs when `placement` says.

    Takes Mangum's parameters, gives Mangum's responses. Inside Lambda, `init` starts the app as this object
    is made; elsewhere at the first event, so that importing a handler opens no connection. Better than Mangum
    where that is broken: an app that ends without a response is a 500, not an `AttributeError`; a base path
    is taken off by whole segments; an event that nothing is configured for says so (`UnknownEventError`), and
    `{}`, as pings send it, only starts the app.

    Args:
        app: The ASGI app.
        lifespan: `auto` serves an app that shows no lifespan without one; `on` fails when the app does not
            start; `off` runs none.
        api_gateway_base_path: Taken off the paths of requests; `/` is none.
        custom_handlers: Classes in the shape of Mangum's, asked before them.
        text_mime_types: Types of responses that are returned as text; all others are encoded in base64.
        exclude_headers: Names of headers that are left out of responses.
        placement: When the startup runs. None reads `LIFESPAN_PLACEMENT` and `LIFESPAN_EXPERIMENT` inside
            Lambda, and is `init` elsewhere.
        startup_budget: Seconds after the process began, past which a startup that awaits is put off to the
            first invocation, where Lambda limits INIT; None leaves it to Lambda.
        startup_timeout: Seconds that any startup may take that awaits; None is no limit.
        on_death: What becomes of events when the lifespan has ended by itself: `restart` starts another one
            before the next event, and ends the process if that fails; `fail` refuses all events; `exit` ends
            the process.
        before_snapshot: Coroutine function of the app for SnapStart; gets the lifespan's state, and runs on
            its loop.
        after_restore: The same, in every restored copy.
        raise_app_exceptions: Fail the invocation when the app raises, even after its response, so that
            Lambda's Errors metric sees it.
        event_path: Where events that are not HTTP are posted as JSON. HTTP requests to any path that ends
            like it get a 404, so that nobody outside can make up events.
        warm_up: What a ping looks like, if not `{}`: any event that has all of its keys and values.
        observe: Receives every fact of `adapter.facts`.
        shutdown_timeout: Seconds that a shutdown may take; inside an invocation it may take what is left of
            that, if more.
        after_response: Called in a thread of the internal extension when a response has left, with the
            seconds that the invocation has left: the caller does not wait for it, but the next event does,
            and Lambda bills it.
        extension: Register the internal extension without which Lambda sends no SIGTERM (Python 3.12 or
            later); nothing outside Lambda.
        sigterm: Handle that signal; nothing outside Lambda, where `shutdown` or a `with` block ends what was
            started.

    Raises:
        LifespanStartupError: The app must not be served.
        NestedLoopError: An event loop is running in this thread.
        SettingError: A parameter, or the environment, has a value that the adapter does not know.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - Mangum's parameters, and ours by keyword
        self,
        app: ASGIApp,
        lifespan: Literal["auto", "on", "off"] = "auto",
        api_gateway_base_path: str = "/",
        custom_handlers: list[type[LambdaHandler]] | None = None,
        text_mime_types: list[str] | None = None,
        exclude_headers: list[str] | None = None,
        *,
        placement: Placement | None = None,
        startup_budget: float | None = 9.5,
        startup_timeout: float | None = 120,
        on_death: OnDeath = "restart",
        before_snapshot: Hook | None = None,
        after_restore: Hook | None = None,
        raise_app_exceptions: bool = False,
        event_path: str | None = None,
        warm_up: Mapping[str, Any] | None = None,
        observe: Observe | None = None,
        shutdown_timeout: float = 0.3,
        after_response: Work | None = None,
        extension: bool = True,
        sigterm: bool = True,
    ) -> None:
        super().__init__(
            app, lifespan, api_gateway_base_path, custom_handlers, text_mime_types, exclude_headers
        )
        self._settings = checked_settings(
            mode=lifespan,
            placement=placement,
            on_death=on_death,
            startup_budget=startup_budget,
            startup_timeout=startup_timeout,
            shutdown_timeout=shutdown_timeout,
            before_snapshot=before_snapshot,
            after_restore=after_restore,
        )
        self.placement = self._settings.placement
        self._raise = raise_app_exceptions
        self._event_path = checked_event_path(event_path)
        self._warm_up = warm_up
        self._paths = Paths(self.config["api_gateway_base_path"], event_path)
        self._observe = observe
        self._after_response = after_response
        self._inherited: list[ExecutionEnvironment] = []
        self._environment = self._new_environment()
        if inside_lambda(os.environ):
            invoked = after_response is not None
            register = extension and worth_registering(os.environ, invoked=invoked)
            self._environment.initialize(register=register, sigterm=sigterm)

    def __call__(self, event: Any, context: Any) -> Any:
        """Serve one event; `context` may be anything outside Lambda."""
        environment = self._environment if self._environment.pid == os.getpid() else self._after_fork()
        environment.enter()
        try:
            request = Request(self.app, reraise=self._raise)
            if environment.observer.observes:
                return self._observed(environment, request, event, context)
            return self._respond(environment, request, event, context)
        except LifespanLostError as error:
            environment.terminate(error, context)
            raise
        finally:
            environment.leave(context)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()

    def shutdown(self) -> None:
        """Shut the app down for good and release the event loop; a second time, do nothing."""
        self._environment.close()
        self._environment.sigterm.uninstall()

    def _observed(self, environment: ExecutionEnvironment, request: Request, event: Any, context: Any) -> Any:
        invocation = Invocation(environment, event, context)
        try:
            return self._respond(environment, request, event, context)
        except BaseException as error:
            request.error = type(error).__name__
            raise
        finally:
            invocation.end(request)

    def _respond(self, environment: ExecutionEnvironment, request: Request, event: Any, context: Any) -> Any:
        trigger = self._trigger(event, context)
        request.posted = isinstance(trigger, PostedEvent)
        lifespan = environment.lifespans.enter(context)
        try:
            if trigger is None:  # a ping, which only starts the app
                return None
            if lifespan is not None:
                request.give_state(lifespan.state)
            return trigger(request.response(self._scope(trigger, request), trigger.body, environment.loop))
        finally:
            request.release()
            environment.lifespans.leave(context)

    def _trigger(self, event: Any, context: Any) -> Trigger | None:
        """What is to be done with the event; None for a ping.

        Raises:
            UnknownEventError: Nothing is.
        """
        try:
            trigger: Trigger = made_cheaper(self.infer(event, context))
        except (RuntimeError, TypeError) as error:
            if is_ping(event, self._warm_up):
                return None
            if self._event_path is None:
                raise UnknownEventError from error
            return PostedEvent(event, context, self._event_path)
        return trigger

    def _scope(self, trigger: Trigger, request: Request) -> Scope:
        scope = {**trigger.scope}  # the trigger reads its own again, whatever the app does to this one
        if self._paths and not self._paths.admit(trigger, scope):
            request.refuse()
        return scope

    def _new_environment(self) -> ExecutionEnvironment:
        return ExecutionEnvironment(lambda: self.app, self._settings, self._observe, self._after_response)

    def _after_fork(self) -> ExecutionEnvironment:
        """Start afresh: the parent's loop shares its file descriptors, its lifespan the connections.

        What was inherited stays referenced: collected, its coroutines would close the parent's resources.
        """
        self._inherited.append(self._environment)
        self._environment = self._new_environment()
        return self._environment

    def _setup_event_loop(self) -> None:
        """Mangum would make an event loop here, which nobody closes."""
