import pytest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState
from opentelemetry.util.types import AnyValue

from telemetry.allow_list import cleaned
from telemetry.http import HttpRequest

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


def test_peer_is_ours_to_tell_on_calls_only() -> None:
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
    assert (clean.name, clean.kind, clean.start_time, clean.end_time) == ("work", SpanKind.CLIENT, 3, 4)
    assert clean.resource == before.resource
