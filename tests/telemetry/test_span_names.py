import pytest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind
from opentelemetry.util.types import AnyValue

from telemetry.allow_list import cleaned
from telemetry.http import HttpRequest

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
    clean = cleaned(span, request)
    return clean.name, [event.name for event in clean.events]


@pytest.mark.parametrize("kind", [SpanKind.INTERNAL, SpanKind.CLIENT, SpanKind.PRODUCER, SpanKind.CONSUMER])
@pytest.mark.parametrize("scope", ["service.tickets", None])
def test_teams_words_stay(kind: SpanKind, scope: str | None) -> None:
    assert named("load a/b", kind, scope) == ("load a/b", ["exception", "load a/b said"])


@pytest.mark.parametrize("scope", ["service.tickets", LIBRARY, None])
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
        ("DynamoDB.GetItem", "DynamoDB.GetItem"),
    ],
)
def test_libraries_tell_no_path(theirs: str, name: str) -> None:
    assert named(theirs, scope=LIBRARY) == (name, ["exception", "event"])
