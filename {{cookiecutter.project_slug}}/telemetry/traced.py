"""The app as the tracing sees it: told its parent, and asked for its route."""

from collections.abc import Iterable

from opentelemetry.trace import SpanContext, get_current_span

from adapter.asgi import ASGIApp, Receive, Scope, Send
from telemetry.current import Current
from telemetry.faults import OnFault
from telemetry.http import HttpRequest

Headers = list[tuple[bytes, bytes]]

_PARENT = frozenset({b"traceparent", b"tracestate"})


class Traced:
    """An ASGI app that puts the current span into each request's headers, for whatever traces inside.

    FastAPI's own telemetry looks for its parent nowhere else. Scopes other than HTTP pass as they are.
    """

    def __init__(self, app: ASGIApp, current: Current, on_fault: OnFault) -> None:
        self._app = app
        self._current = current
        self._on_fault = on_fault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the app; whatever it raises goes on to the caller."""
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
                self._current.request = HttpRequest.from_scope(inner)
            except Exception as error:  # noqa: BLE001 - as above
                self._on_fault("traced", error)


def with_parent(headers: Iterable[tuple[bytes, bytes]], span: SpanContext) -> Headers:
    """Put `span` into ASGI headers in place of the caller's."""
    told = [*headers]
    for header in headers:
        if header[0] in _PARENT:
            told.remove(header)
    told.append((b"traceparent", b"00-%032x-%016x-%02x" % (span.trace_id, span.span_id, span.trace_flags)))
    if span.trace_state:
        told.append((b"tracestate", span.trace_state.to_header().encode()))
    return told
