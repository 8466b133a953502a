"""The adapter itself: in place of `mangum.Mangum`, with the lifespan kept."""

import logging
import os
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Literal, Self

from mangum import Mangum
from mangum.types import LambdaHandler

from adapter import extension as sigterm_extension
from adapter.after_response import Work
from adapter.asgi import ASGIApp
from adapter.base_path import BasePath
from adapter.environment import inside_lambda
from adapter.errors import LifespanLostError, UnknownEventError
from adapter.events import PostedEvent, is_ping
from adapter.exchange import Exchange
from adapter.facts import Observe, OnDeath
from adapter.host import Host
from adapter.http_cycle import HttpCycle
from adapter.http_gateway import with_one_scope
from adapter.invocation import Invocation
from adapter.lifespan import Lifespan
from adapter.placement import Placement
from adapter.policy import (
    Hook,
    Policy,
    checked_event_path,
    checked_limit,
    checked_on_death,
    checked_seconds,
    chosen_placement,
)

logger = logging.getLogger("adapter")


class LifespanAdapter(Mangum):
    """A Lambda handler for an ASGI app, whose lifespan runs when `placement` says.

    Takes Mangum's parameters, gives Mangum's responses. Inside Lambda, `init` starts the app as this object
    is made; elsewhere at the first event, so that importing a handler opens no connection. `lifespan="on"`
    fails when the app does not start; `auto` serves an app that shows no lifespan without one.

    Better than Mangum where that is broken: an app that ends without a response is a 500, not an
    `AttributeError`; a base path is taken off by whole segments; an event that nothing is configured for says
    so (`UnknownEventError`), and `{}`, as pings send it, only starts the app.

    Of the lifespan. `startup_budget` is how many seconds after the process began a startup that awaits is
    put off to the first invocation, where Lambda limits INIT; None leaves it to Lambda. `startup_timeout`
    limits any startup that awaits. `on_death` says what becomes of events when the lifespan has ended by
    itself: `restart` starts another one before the next event, and ends the process if that fails; `fail`
    refuses all events; `exit` ends the process. `before_snapshot` and `after_restore` are coroutine functions
    of the app for SnapStart; they get the lifespan's state, and run on its loop.

    Of events. `raise_app_exceptions` fails the invocation when the app raises, even after its response, so
    that Lambda's Errors metric sees it. `event_path` is where events that are not HTTP are posted as JSON;
    HTTP requests to any path that ends like it get a 404, so that nobody outside can make up events.
    `warm_up` is what a ping looks like, if not `{}`: any event that has all of its keys and values.

    Of the process. `observe` receives every fact. `shutdown_timeout` is how many seconds a shutdown may take;
    inside an invocation it may take what is left of that, if more. `sigterm` handles that signal; `extension`
    registers the internal extension without which Lambda does not send it (Python 3.12 or later). Neither
    does anything outside Lambda, where `shutdown` or a `with` block ends what was started. `after_response`
    is called in a thread of that extension when a response has left, with the seconds that the invocation has
    left: the caller does not wait for it, but the next event does, and Lambda bills it.

    Raises `LifespanStartupError`, `SettingError`, and `NestedLoopError` inside a running event loop.
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
        self.placement = chosen_placement(placement, os.environ)
        self._policy = Policy(
            mode=lifespan,
            placement=self.placement,
            on_death=checked_on_death(on_death),
            startup_budget=checked_limit("startup_budget", startup_budget),
            startup_timeout=checked_limit("startup_timeout", startup_timeout),
            shutdown_timeout=checked_seconds("shutdown_timeout", shutdown_timeout),
            before_snapshot=before_snapshot,
            after_restore=after_restore,
        )
        self._raise = raise_app_exceptions
        self._event_path = checked_event_path(event_path)
        self._warm_up = warm_up
        self._base_path = BasePath(self.config["api_gateway_base_path"])
        self._paths_matter = bool(self._base_path) or event_path is not None
        self._observe = observe
        self._after_response = after_response
        self._inherited: list[Host] = []
        self._host = self._new_host()
        if inside_lambda(os.environ):
            invoked = after_response is not None
            wanted = extension and sigterm_extension.worthwhile(os.environ, invoked=invoked)
            self._host.settle(register=wanted, sigterm=sigterm)

    def __call__(self, event: Any, context: Any) -> Any:
        """Serve one event; `context` may be anything outside Lambda."""
        host = self._host if self._host.pid == os.getpid() else self._after_fork()
        host.enter()
        try:
            exchange = Exchange(self.app, keep=self._raise)
            if host.witness.observed:
                return self._observed(host, exchange, event, context)
            return self._respond(host, exchange, event, context)
        except LifespanLostError as error:
            host.depart(error, context)
            raise
        finally:
            host.leave(context)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()

    def shutdown(self) -> None:
        """Shut the app down for good and release the event loop; a second time, do nothing."""
        self._host.close()
        self._host.sigterm.uninstall()

    def _observed(self, host: Host, exchange: Exchange, event: Any, context: Any) -> Any:
        invocation = Invocation(host, event, context)
        try:
            return self._respond(host, exchange, event, context)
        except BaseException as error:
            exchange.error = type(error).__name__
            raise
        finally:
            invocation.end(exchange)

    def _respond(self, host: Host, exchange: Exchange, event: Any, context: Any) -> Any:
        try:
            handler: Any = with_one_scope(self.infer(event, context))
        except (RuntimeError, TypeError) as error:
            if is_ping(event, self._warm_up):
                host.lifespans.enter(context)
                host.lifespans.leave(context)
                return None
            handler = self._posted(exchange, event, context, error)
        lifespan = host.lifespans.enter(context)
        try:
            return self._exchanged(host, exchange, handler, lifespan)
        finally:
            exchange.release()
            host.lifespans.leave(context)

    def _exchanged(self, host: Host, exchange: Exchange, handler: Any, lifespan: Lifespan | None) -> Any:
        scope = {**handler.scope}  # the handler reads its own again, whatever the app does to this one
        if self._paths_matter:
            self._adjust(handler, scope, exchange)
        if lifespan is not None:
            scope["state"] = exchange.given(lifespan.state)
        cycle = HttpCycle(scope, handler.body)
        host.loop.run(cycle.run(exchange))
        try:
            response: Any = {"status": cycle.status, "headers": cycle.headers, "body": cycle.body}
        except AttributeError:
            response = _no_response(cycle)
        exchange.status = response["status"]
        if self._raise:
            exchange.raise_kept()
        return handler(response)

    def _posted(self, exchange: Exchange, event: Any, context: Any, error: Exception) -> PostedEvent:
        """A handler for an event that Mangum knows none for."""
        if self._event_path is None:
            raise UnknownEventError from error
        exchange.posted = True
        return PostedEvent(event, context, self._event_path)

    def _adjust(self, handler: Any, scope: Any, exchange: Exchange) -> None:
        if isinstance(handler, PostedEvent):
            return
        if self._base_path:
            scope["path"] = self._base_path.off(handler, scope["path"])
        # A router may take off what is before it (`root_path`), or slashes after it.
        if self._event_path is not None and scope["path"].rstrip("/").endswith(self._event_path):
            exchange.refuse()

    def _new_host(self) -> Host:
        return Host(lambda: self.app, self._policy, self._observe, self._after_response)

    def _after_fork(self) -> Host:
        """Start afresh: the parent's loop shares its file descriptors, its lifespan the connections.

        What was inherited stays referenced: collected, its coroutines would close the parent's resources.
        """
        self._inherited.append(self._host)
        self._host = self._new_host()
        return self._host

    def _setup_event_loop(self) -> None:
        """Mangum would make an event loop here, which nobody closes."""


def _no_response(cycle: HttpCycle) -> dict[str, Any]:
    missing = "the end of its response" if hasattr(cycle, "status") else "a response"
    logger.error("The app ended a request without %s: answered with status 500.", missing)
    headers = [[b"content-type", b"text/plain; charset=utf-8"]]
    return {"status": 500, "headers": headers, "body": b"Internal Server Error"}
