"""What of a span may leave the process: an allow-list, since every library that makes spans adds to them.

Attributes of a team's own go under `app.`; the list knows no other names of theirs. What spans and events
may be called is told in `telemetry.span_names`.
"""

from collections.abc import Mapping
from typing import Final

from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.trace import Link, SpanContext, SpanKind, Status
from opentelemetry.util.types import AnyValue

from telemetry.http import METHODS, OTHER_METHOD, SCHEMES, HttpRequest
from telemetry.span_names import event_name, span_name

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
"""The caller may write these as they like: kept when they are one of the usual."""

PEER: Final = frozenset({"server.address", "server.port"})
"""Of a call that we make. Of one that we answer, it is the `Host` header."""


def cleaned(span: ReadableSpan, request: HttpRequest | None = None) -> ReadableSpan:
    """The span without what is not on the list: text of exceptions and the caller's `tracestate` go as well.

    `request` is the one that a SERVER span answers, where that is known: its route is all that is told of a
    path. The span's own `http.route` may begin with a concrete one, such as the prefix of a tenant.
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
    """Those that are on the list."""
    return {key: value for key, value in (attributes or {}).items() if _is_allowed(key, value)}


def stateless(context: SpanContext) -> SpanContext:
    """The context without `tracestate`, which is a header of the caller's."""
    if not context.trace_state:
        return context
    return SpanContext(context.trace_id, context.span_id, context.is_remote, context.trace_flags)


def _is_allowed(key: str, value: AnyValue) -> bool:
    if choices := CHOICES.get(key):
        return isinstance(value, str) and value in choices
    return key in NAMES or key.startswith(NAMESPACES)
