"""The adapter itself: in place of `mangum.Mangum`, with the lifespan kept."""

import os
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from mangum import Mangum
from mangum.types import LambdaHandler

from adapter.asgi import ASGIApp, Scope
from adapter.environment import ExecutionEnvironment, Invocation
from adapter.errors import LifespanLostError, LifespanStartupError, UnknownEventError
from adapter.facts import Observe, OnDeath
from adapter.http.request import Request
from adapter.http.triggers import Trigger, trigger_for
from adapter.placement import Placement
from adapter.process.extension import Work, worth_registering
from adapter.process.identity import inside_lambda, maker_of
from adapter.settings import Hook, OnEvent, checked_events, checked_root_path, checked_settings

if TYPE_CHECKING:
    # Not every function needs them, and importing takes time in INIT.
    from adapter.http.paths import Paths
    from adapter.http.posted import EventPath


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
        root_path: What stands before every path of the app: a string such as `/v1`, or `stage` for the stage
            of an API Gateway, where the client's path has it.
        on_event: Coroutine function for events that are not HTTP; gets the event, Lambda's context and the
            lifespan's state. What it returns is the result of the invocation, and what it raises fails it.
        event_path: The other way for such events: a path of the app that they are posted to as JSON. The app
            must refuse requests from outside there: `posted_event(scope)` tells them apart.
        event_host: The `host` header of posted events, for apps that check it.
        warm_up: What a ping looks like, if not `{}`: any event that has all of its keys and values.
        observe: Receives every fact of `adapter.facts`.
        shutdown_timeout: Seconds that a shutdown may take; inside an invocation it may take what is left of
            that, if more.
        deadline_guard: Seconds before the function's timeout at which a request that has not ended is cut,
            so that the process and its lifespan live on; 0 is never. None is 0.5 inside Lambda, and never
            elsewhere.
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
        root_path: str = "",
        on_event: OnEvent | None = None,
        event_path: str | None = None,
        event_host: str = "localhost",
        warm_up: Mapping[str, Any] | None = None,
        observe: Observe | None = None,
        shutdown_timeout: float = 0.3,
        deadline_guard: float | None = None,
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
            deadline_guard=deadline_guard,
            before_snapshot=before_snapshot,
            after_restore=after_restore,
        )
        # Of a function, as decorators copy them: `__doc__` and `__module__` are the class's.
        self.__name__ = self.__qualname__ = type(self).__name__
        self.placement = self._settings.placement
        self._raise = raise_app_exceptions
        self._events = checked_events(on_event, event_path, event_host, warm_up)
        self._event_path = self._new_event_path()
        self._paths = self._new_paths(checked_root_path(root_path))
        self._observe = observe
        self._after_response = after_response
        self._inherited: list[ExecutionEnvironment] = []
        self._environment = self._new_environment()
        if inside_lambda(os.environ):
            invoked = after_response is not None
            register = extension and worth_registering(os.environ, invoked=invoked)
            try:
                self._environment.initialize(register=register, sigterm=sigterm)
            except LifespanStartupError as error:
                error.made_by(maker_of(self), os.environ.get("_HANDLER"))
                raise

    def __call__(self, event: Any, context: Any) -> Any:
        """Serve one event; `context` may be anything outside Lambda."""
        environment = self._environment if self._environment.pid == os.getpid() else self._after_fork()
        environment.enter(context)
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
        trigger: Trigger | None
        try:
            trigger = self.infer(event, context)
        except (RuntimeError, TypeError) as error:
            request.ping = self._events.is_ping(event)
            trigger = None if request.ping else self._post(event, context, error)
            request.posted = not request.ping
        environment.thaw()
        lifespan = environment.lifespans.enter(context)
        try:
            if lifespan is not None:
                request.startup_ordinal = lifespan.ordinal
            if request.ping:  # only starts the app
                return None
            if lifespan is not None:
                request.give_state(lifespan.state)
            if trigger is None:
                return request.result(self._events, event, context, environment.loop)
            return trigger(request.response(self._scope(trigger, request), trigger.body, environment.loop))
        finally:
            request.release()
            environment.lifespans.leave(context)

    def infer(self, event: Any, context: Any) -> Any:
        """The trigger of an HTTP event, in the shape of Mangum's handlers; custom ones are asked first.

        Raises:
            UnknownEventError: The event is not HTTP.
        """
        for kind in self.custom_handlers:
            if kind.infer(event, context, self.config):
                return kind(event, context, self.config)
        trigger = trigger_for(event, context, self.config)
        if trigger is None:
            raise UnknownEventError
        return trigger

    def _post(self, event: Any, context: Any, error: Exception) -> Trigger | None:
        """The request that brings the app an event that is not HTTP; None for `on_event`.

        Raises:
            UnknownEventError: Neither is set.
        """
        if self._event_path is not None:
            return self._event_path.post(event, context)
        if self._events.on_event is None:
            raise error if isinstance(error, UnknownEventError) else UnknownEventError from error
        return None

    def _scope(self, trigger: Trigger, request: Request) -> Scope:
        scope: Scope = trigger.scope
        if request.posted:
            return scope
        if self._paths is not None:
            self._paths.complete(trigger, scope)
        if self._event_path is not None and self._event_path.is_path_of(scope):
            request.refuse()
        return scope

    def _new_event_path(self) -> "EventPath | None":
        if self._events.path is None:
            return None
        from adapter.http.posted import EventPath  # noqa: PLC0415 - see above

        return EventPath(self._events.path, self._events.host)

    def _new_paths(self, root_path: str) -> "Paths | None":
        base_path = self.config["api_gateway_base_path"].strip("/")
        if not root_path and not base_path:
            return None
        from adapter.http.paths import Paths  # noqa: PLC0415 - see above

        return Paths(root_path, base_path)

    def _new_environment(self, *, forked: bool = False) -> ExecutionEnvironment:
        return ExecutionEnvironment(
            lambda: self.app, self._settings, self._observe, self._after_response, forked=forked
        )

    def _after_fork(self) -> ExecutionEnvironment:
        """Start afresh: the parent's loop shares its file descriptors, its lifespan the connections.

        What was inherited stays referenced: collected, its coroutines would close the parent's resources.
        """
        self._inherited.append(self._environment)
        self._environment = self._new_environment(forked=True)
        return self._environment

    def _setup_event_loop(self) -> None:
        """Mangum would make an event loop here, which nobody closes."""
