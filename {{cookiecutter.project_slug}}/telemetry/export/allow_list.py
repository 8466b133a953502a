"""Which parts of a span may leave the process: an allow-list, since libraries that make spans add to them.

A team's own attributes start with `app.`: no others of theirs are on the list.
"""

from collections.abc import Mapping
from typing import Final

from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.trace import Link, SpanContext, SpanKind, Status
from opentelemetry.util.types import AnyValue

from telemetry.invocation_context import METHODS, OTHER_METHOD, SCHEMES, HttpRequest

NAMESPACES: Final = ("app.", "cloud.", "faas.", "fastapi.", "lifespan.")
NAMES: Final = frozenset(
    {
        "aws.dynamodb.table_names",
        "aws.lambda.invoked_arn",
        "aws.request_id",
        "code.function.name",
        "db.collection.name",
        "db.namespace",
        "db.operation.name",
        "db.system.name",
        "error.type",
        "exception.type",
        "http.response.status_code",
        "messaging.destination.name",
        "messaging.operation.name",
        "messaging.system",
        "network.protocol.name",
        "network.protocol.version",
        "rpc.method",
        "rpc.service",
        "rpc.system",
        "rpc.system.name",
    }
)
CHOICES: Final[Mapping[str, frozenset[str]]] = {
    "http.request.method": METHODS | {OTHER_METHOD},
    "url.scheme": SCHEMES,
}
"""Values that the caller writes: kept only if they are one of the usual words."""

PEER: Final = frozenset({"server.address", "server.port"})
"""Allowed on the span of a call that the service makes; on that of a call that it answers, they would be the
caller's `Host` header.
"""

LIBRARIES: Final = "opentelemetry."
"""How the names of OpenTelemetry's instrumentations begin; some name a span by its path."""
EXCEPTION: Final = "exception"


def cleaned(span: ReadableSpan, request: HttpRequest | None = None) -> ReadableSpan:
    """Copy the span without what is not on the list, exceptions' texts, and the caller's `tracestate`.

    `request` is the one that a SERVER span answers, where that is known. Its route replaces the span's own,
    which may begin with a concrete path, such as the prefix of a tenant.
    """
    context, attributes = span.get_span_context(), allowed(span.attributes)
    if span.kind is not SpanKind.SERVER:
        attributes |= {key: value for key, value in (span.attributes or {}).items() if key in PEER}
    elif request is not None and request.route is not None:
        attributes["http.route"] = attributes["url.path"] = request.route
    return ReadableSpan(
        name=span_name(span, attributes.get("http.request.method"), request),
        context=stateless(context) if context else None,
        parent=stateless(span.parent) if span.parent else None,
        resource=span.resource,
        attributes=attributes,
        events=[
            Event(event_name(event.name, span), allowed(event.attributes), event.timestamp)
            for event in span.events
        ],
        links=[Link(stateless(link.context), allowed(link.attributes)) for link in span.links],
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def allowed(attributes: Mapping[str, AnyValue] | None) -> dict[str, AnyValue]:
    """Those attributes that are on the list."""
    return {key: value for key, value in (attributes or {}).items() if _is_allowed(key, value)}


def stateless(context: SpanContext) -> SpanContext:
    """Copy the context without `tracestate`, which is a header of the caller's."""
    if not context.trace_state:
        return context
    return SpanContext(context.trace_id, context.span_id, context.is_remote, context.trace_flags)


def _is_allowed(key: str, value: AnyValue) -> bool:
    if choices := CHOICES.get(key):
        return isinstance(value, str) and value in choices
    return key in NAMES or key.startswith(NAMESPACES)


def span_name(span: ReadableSpan, method: object, request: HttpRequest | None) -> str:
    """The name under which a span that is not ours is exported.

    A SERVER span is renamed by method and route of the request that it answers. Of a name that one of
    OpenTelemetry's instrumentations gave, what comes before the first `/` is kept. Any other name is the
    team's own, and is kept whole.
    """
    if span.kind is SpanKind.SERVER:
        route = None
        if request is not None:
            method, route = request.method, request.route
        name = "HTTP" if method == OTHER_METHOD else str(method or "server")
        return name if route is None else f"{name} {route}"
    if _is_by_library(span):
        return span.name.partition("/")[0].rstrip() or span.kind.name.lower()
    return span.name


def event_name(name: str, span: ReadableSpan) -> str:
    """The name under which an event is exported: its own if it is `exception` or the team's, else `event`."""
    if name == EXCEPTION or (span.kind is not SpanKind.SERVER and not _is_by_library(span)):
        return name
    return "event"


def _is_by_library(span: ReadableSpan) -> bool:
    scope = span.instrumentation_scope
    return scope is not None and scope.name.startswith(LIBRARIES)
