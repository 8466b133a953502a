import pytest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState
from opentelemetry.util.types import AnyValue

from telemetry.export.allow_list import cleaned
from telemetry.invocation_context import HttpRequest

STATEFUL = SpanContext(
    1, 2, is_remote=True, trace_flags=TraceFlags(1), trace_state=TraceState([("vendor", "s3cret")])
)


def span(kind: SpanKind = SpanKind.INTERNAL, attributes: dict[str, AnyValue] | None = None) -> ReadableSpan:
    return ReadableSpan(
        "work",
        context=STATEFUL,
        parent=STATEFUL,
        resource=Resource({}),
        attributes=attributes,
        kind=kind,
        events=[Event("exception", {"exception.type": "KeyError", "exception.message": "s3cret"}, 5)],
        links=[Link(STATEFUL, {"http.request.header.cookie": "s3cret", "app.kept": 1})],
        status=Status(StatusCode.ERROR, "KeyError: s3cret"),
        start_time=3,
        end_time=4,
        instrumentation_scope=InstrumentationScope("fastapi"),
    )


def kept(kind: SpanKind, attributes: dict[str, AnyValue]) -> dict[str, AnyValue]:
    return dict(cleaned(span(kind, attributes)).attributes or {})


@pytest.mark.parametrize(
    "name",
    [
        "url.query",
        "url.full",
        "url.path",
        "client.address",
        "user_agent.original",
        "http.request.header.authorization",
        "http.response.header.set_cookie",
        "http.request.method_original",
        "http.route",
        "http.target",
        "http.url",
        "network.peer.address",
        "db.query.text",
        "db.statement",
        "enduser.id",
        "exception.message",
        "exception.stacktrace",
        "messaging.message.id",
        "tickets.holder",
    ],
)
def test_unlisted_attributes_go(name: str) -> None:
    for kind in SpanKind:
        assert kept(kind, {name: "s3cret"}) == {}


@pytest.mark.parametrize(
    "name",
    ["app.seats", "lifespan.ordinal", "faas.trigger", "db.operation.name", "error.type"],
)
def test_listed_attributes_stay(name: str) -> None:
    assert kept(SpanKind.INTERNAL, {name: "value"}) == {name: "value"}


def test_texts_of_exceptions_go() -> None:
    clean = cleaned(span())
    [event] = clean.events
    assert (event.name, dict(event.attributes or {}), event.timestamp) == (
        "exception",
        {"exception.type": "KeyError"},
        5,
    )
    assert (clean.status.status_code, clean.status.description) == (StatusCode.ERROR, None)


def test_callers_state_goes() -> None:
    clean = cleaned(span())
    [link] = clean.links
    for context in (clean.context, clean.parent, link.context):
        assert context
        assert (context.trace_id, context.span_id, context.is_remote) == (1, 2, True)
        assert context.trace_flags.sampled
        assert not context.trace_state
    assert dict(link.attributes or {}) == {"app.kept": 1}


def test_path_becomes_the_known_route() -> None:
    theirs: dict[str, AnyValue] = {"http.route": "/s3cret/tickets/{id}", "url.path": "/s3cret/tickets/7"}
    clean = cleaned(span(SpanKind.SERVER, theirs), HttpRequest("GET", None, "/tickets/{id}"))
    assert dict(clean.attributes or {}) == {"http.route": "/tickets/{id}", "url.path": "/tickets/{id}"}


def test_peer_is_exported_of_own_calls_only() -> None:
    peer: dict[str, AnyValue] = {"server.address": "db.internal", "server.port": 5432}
    assert kept(SpanKind.CLIENT, peer) == {"server.address": "db.internal", "server.port": 5432}
    assert kept(SpanKind.SERVER, peer) == {}


@pytest.mark.parametrize(
    ("name", "value", "stays"),
    [
        ("http.request.method", "GET", True),
        ("http.request.method", "_OTHER", True),
        ("http.request.method", "S3CRET", False),
        ("url.scheme", "https", True),
        ("url.scheme", "s3cret", False),
        ("url.scheme", ["https"], False),
    ],
)
def test_callers_choices_are_checked(name: str, value: AnyValue, stays: bool) -> None:  # noqa: FBT001
    assert bool(kept(SpanKind.SERVER, {name: value})) is stays


def test_the_rest_is_unchanged() -> None:
    before, clean = span(SpanKind.CLIENT), cleaned(span(SpanKind.CLIENT))
    assert (clean.kind, clean.start_time, clean.end_time) == (SpanKind.CLIENT, 3, 4)
    assert clean.resource == before.resource


OWN = frozenset({"service", "orders"})
LIBRARY = "opentelemetry.instrumentation.asgi"


def named(
    name: str,
    kind: SpanKind = SpanKind.INTERNAL,
    scope: str | None = "service.tickets",
    request: HttpRequest | None = None,
    attributes: dict[str, AnyValue] | None = None,
) -> tuple[str, list[str]]:
    """What a span is called once it is clean, and its events."""
    span = ReadableSpan(
        name,
        context=SpanContext(1, 2, is_remote=False),
        resource=Resource({}),
        kind=kind,
        attributes=attributes,
        events=[Event("exception"), Event(f"{name} said")],
        instrumentation_scope=InstrumentationScope(scope) if scope else None,
    )
    clean = cleaned(span, request, OWN)
    return clean.name, [event.name for event in clean.events]


@pytest.mark.parametrize("kind", [SpanKind.INTERNAL, SpanKind.CLIENT, SpanKind.PRODUCER, SpanKind.CONSUMER])
@pytest.mark.parametrize("scope", ["service.tickets", "service", "orders"])
def test_teams_words_stay(kind: SpanKind, scope: str) -> None:
    assert named("load a/b", kind, scope) == ("load a/b", ["exception", "load a/b said"])


@pytest.mark.parametrize("scope", ["service.tickets", LIBRARY, "acme", None])
@pytest.mark.parametrize(
    ("request_", "attributes", "name"),
    [
        (HttpRequest("GET", None, "/reset/{token}"), {}, "GET /reset/{token}"),
        (HttpRequest("GET", None, None), {}, "GET"),
        (HttpRequest("_OTHER", None, "/reset/{token}"), {}, "HTTP /reset/{token}"),
        (None, {"http.request.method": "PUT", "http.route": "/s3cret"}, "PUT"),
        (None, {"http.request.method": "S3CRET"}, "server"),
        (None, {}, "server"),
    ],
)
def test_answered_request_is_named_anew(
    scope: str | None, request_: HttpRequest | None, attributes: dict[str, AnyValue], name: str
) -> None:
    told = named("GET /reset/s3cret", SpanKind.SERVER, scope, request_, attributes)
    assert told == (name, ["exception", "event"])


@pytest.mark.parametrize(
    ("theirs", "name"),
    [
        ("GET /reset/s3cret http send", "GET"),
        ("/reset/s3cret", "internal"),
        ("GET ?sig=s3cret", "GET"),
        ("DynamoDB.GetItem", "DynamoDB.GetItem"),
    ],
)
@pytest.mark.parametrize("scope", [LIBRARY, "fastapi"])
def test_t20_names_by_known_libraries_lose_the_url(scope: str, theirs: str, name: str) -> None:
    assert named(theirs, scope=scope) == (name, ["exception", "event"])


@pytest.mark.parametrize("kind", [SpanKind.INTERNAL, SpanKind.CLIENT, SpanKind.PRODUCER, SpanKind.CONSUMER])
@pytest.mark.parametrize("theirs", ["GET /x?sig=s3cret", "mail to s3cret", "s3cret"])
@pytest.mark.parametrize(
    ("scope", "attributes", "name"),
    [
        ("acme.client", {}, "acme.client"),
        ("acme.client", {"http.request.method": "GET"}, "GET"),
        ("acme.client", {"http.request.method": "_OTHER"}, "HTTP"),
        ("acme.client", {"http.request.method": "S3CRET"}, "acme.client"),
        ("https://acme.example", {}, "https:"),
        ("services", {}, "services"),
        ("opentelemetry_extras", {}, "opentelemetry_extras"),
    ],
)
def test_t20_names_by_other_libraries_are_replaced(
    scope: str, attributes: dict[str, AnyValue], name: str, theirs: str, kind: SpanKind
) -> None:
    assert named(theirs, kind, scope, None, attributes) == (name, ["exception", "event"])


@pytest.mark.parametrize("kind", SpanKind)
@pytest.mark.parametrize(
    ("scope", "leave"),
    [
        ("service.tickets", True),
        ("orders", True),
        ("fastapi", True),
        (LIBRARY, True),
        ("acme.client", False),
        ("services", False),
        ("", False),
        (None, False),
    ],
)
def test_t20_only_the_teams_own_attributes_leave(scope: str | None, kind: SpanKind, leave: bool) -> None:  # noqa: FBT001
    theirs: dict[str, AnyValue] = {"app.user": "s3cret"}
    span = ReadableSpan(
        "work",
        context=STATEFUL,
        resource=Resource({}),
        kind=kind,
        attributes=theirs,
        events=[Event("done", theirs)],
        links=[Link(STATEFUL, theirs)],
        instrumentation_scope=InstrumentationScope(scope) if scope is not None else None,
    )
    clean = cleaned(span, None, OWN)
    for attributes in (clean.attributes, clean.events[0].attributes, clean.links[0].attributes):
        assert dict(attributes or {}) == (theirs if leave else {})


@pytest.mark.parametrize("scope", [None, ""])
def test_t20_span_of_nobody_is_named_by_its_kind(scope: str | None) -> None:
    assert named("s3cret", SpanKind.CLIENT, scope) == ("client", ["exception", "event"])
