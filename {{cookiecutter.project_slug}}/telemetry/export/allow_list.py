"""Which parts of a span may leave the process: an allow-list, since libraries that make spans add to them.

A team's own attributes start with `app.`: no others of theirs are on the list, and nobody else's.
"""

import re
from collections.abc import Container, Mapping
from typing import Final

from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.trace import Link, SpanContext, SpanKind, Status
from opentelemetry.util.types import AnyValue

from telemetry.invocation_context import METHODS, OTHER_METHOD, SCHEMES, HttpRequest

TEAMS: Final = "app."
NAMESPACES: Final = ("cloud.", "faas.", "fastapi.", "lifespan.")
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

KNOWN_LIBRARIES: Final = frozenset({"fastapi", "opentelemetry"})
"""How the names of tracers begin whose spans have names of few values, once what looks like a URL is gone."""
EXCEPTION: Final = "exception"
_URL: Final = re.compile(r"[/?#]")


def cleaned(
    span: ReadableSpan, request: HttpRequest | None = None, own_tracers: Container[str] = ()
) -> ReadableSpan:
    """Copy the span without what is not on the list, exceptions' texts, and the caller's `tracestate`.

    Args:
        span: Of any tracer.
        request: The one that a SERVER span answers, where that is known. Its route replaces the span's own,
            which may begin with a concrete path, such as the prefix of a tenant.
        own_tracers: How the names of the team's own tracers begin: the part up to the first dot.
    """
    author = _author(span)
    own = bool(author) and author in own_tracers
    teams = own or author in KNOWN_LIBRARIES  # whose spans are current while the team's code runs
    context, attributes = span.get_span_context(), allowed(span.attributes, teams=teams)
    if span.kind is not SpanKind.SERVER:
        attributes |= {key: value for key, value in (span.attributes or {}).items() if key in PEER}
    elif request is not None and request.route is not None:
        attributes["http.route"] = attributes["url.path"] = request.route
    kept = own and span.kind is not SpanKind.SERVER
    return ReadableSpan(
        name=span.name if kept else safe_name(span, attributes.get("http.request.method"), request),
        context=stateless(context) if context else None,
        parent=stateless(span.parent) if span.parent else None,
        resource=span.resource,
        attributes=attributes,
        events=[
            Event(
                event.name if kept or event.name == EXCEPTION else "event",
                allowed(event.attributes, teams=teams),
                event.timestamp,
            )
            for event in span.events
        ],
        links=[Link(stateless(link.context), allowed(link.attributes, teams=teams)) for link in span.links],
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def allowed(attributes: Mapping[str, AnyValue] | None, *, teams: bool) -> dict[str, AnyValue]:
    """Those attributes that are on the list; `teams` says whether those under `app.` are the team's."""
    return {
        key: value
        for key, value in (attributes or {}).items()
        if _is_allowed(key, value) or (teams and key.startswith(TEAMS))
    }


def stateless(context: SpanContext) -> SpanContext:
    """Copy the context without `tracestate`, which is a header of the caller's."""
    if not context.trace_state:
        return context
    return SpanContext(context.trace_id, context.span_id, context.is_remote, context.trace_flags)


def _is_allowed(key: str, value: AnyValue) -> bool:
    if choices := CHOICES.get(key):
        return isinstance(value, str) and value in choices
    return key in NAMES or key.startswith(NAMESPACES)


def without_url(name: str) -> str:
    """What stands before anything that looks like a path, a query or a fragment; it may be empty."""
    return _URL.split(name, maxsplit=1)[0].rstrip()


def safe_name(span: ReadableSpan, method: object, request: HttpRequest | None) -> str:
    """The name under which a span is exported whose name may hold what a caller wrote.

    A SERVER span is renamed by method and route of the request that it answers. Of a name that a known
    library gave, what comes before a URL is kept. Any other name is replaced by the method of HTTP, or by
    the tracer's own name, which stands in the library's code.
    """
    http = "HTTP" if method == OTHER_METHOD else str(method or "")
    if span.kind is SpanKind.SERVER:
        if request is None:
            return http or "server"
        http = "HTTP" if request.method == OTHER_METHOD else request.method
        return http if request.route is None else f"{http} {request.route}"
    if _author(span) in KNOWN_LIBRARIES:
        return without_url(span.name) or span.kind.name.lower()
    scope = span.instrumentation_scope
    return http or (without_url(scope.name) if scope else "") or span.kind.name.lower()


def _author(span: ReadableSpan) -> str:
    """The beginning of the tracer's name, up to the first dot: mostly the package that made the span."""
    scope = span.instrumentation_scope
    return scope.name.partition(".")[0] if scope else ""
