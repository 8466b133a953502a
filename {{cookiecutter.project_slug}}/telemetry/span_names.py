"""What spans of others, and their events, may be called."""

from typing import Final

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanKind

from telemetry.http import OTHER_METHOD, HttpRequest

LIBRARIES: Final = "opentelemetry."
"""How the tracers of OpenTelemetry's instrumentations begin; they name a span by the path when in doubt."""
EXCEPTION: Final = "exception"


def span_name(span: ReadableSpan, method: object, request: HttpRequest | None) -> str:
    """The name that a span leaves with.

    A SERVER span is named anew, by method and route of the request that it answers. Of a name given by one of
    OpenTelemetry's instrumentations, what comes before the first `/` stays. Any other is the team's own, and
    stays whole.
    """
    if span.kind is SpanKind.SERVER:
        route = None
        if request is not None:
            method, route = request.method, request.route
        told = "HTTP" if method == OTHER_METHOD else str(method or "server")
        return told if route is None else f"{told} {route}"
    if _is_by_library(span):
        return span.name.partition("/")[0].rstrip() or span.kind.name.lower()
    return span.name


def event_name(name: str, span: ReadableSpan) -> str:
    """`exception`, and the team's words in spans that are the team's; else `event`."""
    if name == EXCEPTION or (span.kind is not SpanKind.SERVER and not _is_by_library(span)):
        return name
    return "event"


def _is_by_library(span: ReadableSpan) -> bool:
    scope = span.instrumentation_scope
    return scope is not None and scope.name.startswith(LIBRARIES)
