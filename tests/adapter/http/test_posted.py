"""Events that are not HTTP are posted to the app, and its answer is their result."""

import json
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from adapter import LifespanAdapter, posted_event
from adapter.asgi import Receive, Scope, Send
from adapter.errors import EventFailedError
from adapter.facts import Fact, InvocationEnded
from tests.adapter.apps import Recorded
from tests.adapter.events import edge_event, http_event, load_balancer_event
from tests.adapter.http.receiver import SQS, Receiver
from tests.adapter.http.test_triggers import ANY, EVENTS


@pytest.mark.parametrize("event", ANY.values(), ids=ANY.keys())
def test_event_is_posted(event: Any) -> None:
    app = Receiver(b'{"batchItemFailures": []}')
    context = object()
    with LifespanAdapter(app, "off", event_path="/events") as handler:
        assert handler(event, context) == {"batchItemFailures": []}
    assert json.loads(app.sent) == event
    scope = app.scope
    assert (scope["type"], scope["method"], scope["path"]) == ("http", "POST", "/events")
    assert (scope["raw_path"], scope["root_path"], scope["query_string"]) == (b"/events", "", b"")
    headers = dict(scope["headers"])
    assert headers[b"content-type"] == b"application/json"
    assert headers[b"content-length"] == str(len(app.sent)).encode()
    assert scope["aws.event"] == event
    assert scope["aws.context"] is context
    assert posted_event(scope) == (event, context)


@pytest.mark.parametrize(
    ("body", "result"),
    [(b"", None), (b"[1]", [1]), (b"done", "done"), (b"\xff", "\N{REPLACEMENT CHARACTER}")],
)
def test_body_is_the_result(body: bytes, result: Any) -> None:
    with LifespanAdapter(Receiver(body, 202), "off", event_path="/events") as handler:
        assert handler(EVENTS["sns"], None) == result


@pytest.mark.parametrize("status", [199, 301, 404, 500])
def test_any_other_status_fails_the_invocation(status: int) -> None:
    facts: list[Fact] = []
    app = Receiver(b"canary", status)
    failed = pytest.raises(EventFailedError, match=f"status {status}, at /events")
    with LifespanAdapter(app, "off", event_path="/events", observe=facts.append) as handler, failed as caught:
        handler(SQS, None)
    assert "canary" not in str(caught.value)
    [ended] = [fact for fact in facts if isinstance(fact, InvocationEnded)]
    assert (ended.status, ended.error, ended.posted) == (status, "EventFailedError", True)


def test_exception_fails_the_invocation() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise LookupError

    with LifespanAdapter(app, "off", event_path="/events") as handler, pytest.raises(EventFailedError):
        handler(SQS, None)
    with (
        LifespanAdapter(app, "off", event_path="/events", raise_app_exceptions=True) as handler,
        pytest.raises(LookupError),
    ):
        handler(SQS, None)


def test_event_gets_the_state() -> None:
    app = Recorded(pool="p")
    with LifespanAdapter(app, event_path="/events") as handler:
        assert handler(SQS, None) == "ok"
    assert app.log == ["startup", "request", "shutdown"]


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/users/1/events", "GET"),
        ("/users/1/events", "POST"),
        ("/events", "GET"),
        ("/events/other", "POST"),
        ("/eventsource", "POST"),
        ("/", "POST"),
    ],
)
def test_e2_callers_own_routes_work(path: str, method: str) -> None:
    app = Receiver()
    with LifespanAdapter(app, "off", event_path="/events") as handler:
        assert handler(http_event(path, method), None)["statusCode"] == 200
    assert app.scope["path"] == path


def test_e2_other_triggers_too() -> None:
    with LifespanAdapter(Receiver(), "off", event_path="/events") as handler:
        assert handler(load_balancer_event(path="/events"), None)["statusCode"] == 200
        assert handler(edge_event(path="/events"), None)["status"] == 200


def test_e3_posted_events_have_a_host_that_is_allowed_and_a_client() -> None:
    clients = []

    async def take(request: Any) -> PlainTextResponse:
        clients.append(request.client.host)
        assert request.url.hostname == "api.example.com"
        return PlainTextResponse("ok")

    hosts = Middleware(TrustedHostMiddleware, allowed_hosts=["*.example.com"])
    app = Starlette(routes=[Route("/events", take, methods=["POST"])], middleware=[hosts])
    with LifespanAdapter(app, event_path="/events", event_host="api.example.com") as handler:
        assert handler(SQS, None) == "ok"
    assert clients == ["127.0.0.1"]
    with LifespanAdapter(app, event_path="/events") as handler, pytest.raises(EventFailedError):
        handler(SQS, None)


@pytest.mark.parametrize(
    ("host", "server"),
    [("localhost", ("localhost", 443)), ("example.com:8443", ("example.com", 8443)), ("[::1]", ("::1", 443))],
)
def test_e3_server_is_the_host(host: str, server: tuple[str, int]) -> None:
    app = Receiver()
    with LifespanAdapter(app, "off", event_path="/events", event_host=host) as handler:
        handler(SQS, None)
    assert (dict(app.scope["headers"])[b"host"], app.scope["server"]) == (host.encode(), server)
