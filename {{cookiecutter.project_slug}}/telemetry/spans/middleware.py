"""The ASGI middleware of tracing: gives the app its parent span, and learns the route from it."""

from collections.abc import Iterable
from typing import Final, TypeAlias

from opentelemetry.trace import SpanContext, get_current_span

from adapter.asgi import ASGIApp, Receive, Scope, Send
from telemetry.fan_out import OnFault
from telemetry.invocation_context import HttpRequest, InvocationContext

Headers: TypeAlias = list[tuple[bytes, bytes]]
"""As in an ASGI scope."""

_PROPAGATED: Final = frozenset({b"traceparent", b"tracestate"})


class TracingMiddleware:
    """An ASGI app around another: it puts the current span into the headers of each HTTP request.

    FastAPI's own telemetry looks for its parent only there. Scopes other than HTTP pass unchanged.
    """

    def __init__(self, app: ASGIApp, context: InvocationContext, on_fault: OnFault) -> None:
        self._app = app
        self._context = context
        self._on_fault = on_fault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the app; its exceptions pass through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        inner = {**scope}
        try:
            span = get_current_span().get_span_context()
            if span.is_valid:
                inner["headers"] = with_parent(scope["headers"], span)
        except Exception as error:  # noqa: BLE001 - a request is served whether it can be traced or not
            self._on_fault("traced", error)
        try:
            await self._app(inner, receive, send)
        finally:
            try:
                self._context.request = HttpRequest.from_scope(inner)
            except Exception as error:  # noqa: BLE001 - as above
                self._on_fault("traced", error)


def with_parent(headers: Iterable[tuple[bytes, bytes]], span: SpanContext) -> Headers:
    """Copy ASGI headers, with `span` in place of the parent that the caller named."""
    inner = [*headers]
    for header in headers:
        if header[0] in _PROPAGATED:
            inner.remove(header)
    inner.append((b"traceparent", b"00-%032x-%016x-%02x" % (span.trace_id, span.span_id, span.trace_flags)))
    if span.trace_state:
        inner.append((b"tracestate", span.trace_state.to_header().encode()))
    return inner
