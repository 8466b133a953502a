"""The adapter itself: in place of `mangum.Mangum`, with the lifespan kept."""

import os
from types import TracebackType
from typing import Any, Literal, Self

from mangum import Mangum
from mangum.protocols import HTTPCycle
from mangum.types import LambdaHandler

from adapter import extension as sigterm_extension
from adapter.asgi import ASGIApp
from adapter.environment import inside_lambda
from adapter.exchange import Exchange
from adapter.facts import Observe, Placement
from adapter.host import Host
from adapter.invocation import Invocation
from adapter.lifespan import Lifespan
from adapter.placement import checked


class LifespanAdapter(Mangum):
    """A Lambda handler for an ASGI app, whose lifespan runs when `placement` says.

    Takes Mangum's parameters, gives Mangum's responses. Inside Lambda, `init` starts the app as this object
    is made; elsewhere at the first event, so that importing a handler opens no connection. `lifespan="on"`
    fails when the app does not start; `auto` serves an app that shows no lifespan without one.

    `observe` receives every fact. `shutdown_timeout` is how many seconds a shutdown may take; inside an
    invocation it may take what is left of that, if more. `sigterm` handles that signal; `extension` registers
    the internal extension without which Lambda does not send it (Python 3.12 or later). Neither does anything
    outside Lambda, where `shutdown` or a `with` block ends what was started.

    Raises `LifespanStartupError`, `PlacementError`, and `NestedLoopError` inside a running event loop.
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
        placement: Placement = "init",
        observe: Observe | None = None,
        shutdown_timeout: float = 0.3,
        extension: bool = True,
        sigterm: bool = True,
    ) -> None:
        super().__init__(
            app, lifespan, api_gateway_base_path, custom_handlers, text_mime_types, exclude_headers
        )
        self.placement = checked(placement)
        self._observe = observe
        self._shutdown_timeout = shutdown_timeout
        self._inherited: list[Host] = []
        self._host = self._new_host()
        if inside_lambda(os.environ):
            wanted = extension and sigterm_extension.worthwhile(os.environ)
            self._host.settle(register=wanted, sigterm=sigterm)

    def __call__(self, event: Any, context: Any) -> dict[str, Any]:
        """Serve one event; `context` may be anything outside Lambda."""
        host = self._host if self._host.pid == os.getpid() else self._after_fork()
        host.enter()
        try:
            if host.witness.observed:
                return self._observed(host, event, context)
            return self._respond(host, Exchange(self.app), event, context)
        finally:
            host.leave()

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

    def _observed(self, host: Host, event: Any, context: Any) -> dict[str, Any]:
        exchange = Exchange(self.app)
        invocation = Invocation(host, event, context)
        try:
            return self._respond(host, exchange, event, context)
        except BaseException as error:
            exchange.error = type(error).__name__
            raise
        finally:
            invocation.end(exchange)

    def _respond(self, host: Host, exchange: Exchange, event: Any, context: Any) -> dict[str, Any]:
        handler = self.infer(event, context)
        lifespan = host.lifespans.enter()
        try:
            return self._exchanged(host, exchange, handler, lifespan)
        finally:
            exchange.release()
            host.lifespans.leave(context)

    def _exchanged(
        self, host: Host, exchange: Exchange, handler: LambdaHandler, lifespan: Lifespan | None
    ) -> dict[str, Any]:
        scope = handler.scope
        if lifespan is not None:
            scope["state"] = exchange.given(lifespan.state)
        cycle = HTTPCycle(scope, handler.body)
        host.loop.run(cycle.run(exchange))
        exchange.status = cycle.status
        return handler({"status": cycle.status, "headers": cycle.headers, "body": cycle.body})

    def _new_host(self) -> Host:
        return Host(lambda: self.app, self.lifespan, self.placement, self._observe, self._shutdown_timeout)

    def _after_fork(self) -> Host:
        """Start afresh: the parent's loop shares its file descriptors, its lifespan the connections.

        What was inherited stays referenced: collected, its coroutines would close the parent's resources.
        """
        self._inherited.append(self._host)
        self._host = self._new_host()
        return self._host

    def _setup_event_loop(self) -> None:
        """Mangum would make an event loop here, which nobody closes."""
