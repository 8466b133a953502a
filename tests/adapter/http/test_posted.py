import copy
import json
from typing import Any

import pytest
from fastapi import Depends, FastAPI, HTTPException, Request
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from adapter import LifespanAdapter, posted_event
from adapter.asgi import Receive, Scope, Send
from adapter.errors import EventFailedError
from adapter.facts import Fact, InvocationEnded
from adapter.http.posted import EXTENSION
from tests.adapter.apps import Recorded, respond
from tests.adapter.events import edge_event, http_event, load_balancer_event, rest_event
from tests.adapter.http.test_triggers import ANY, EVENTS

SQS = EVENTS["sqs"]
CONNECT = {"requestContext": {"eventType": "CONNECT", "routeKey": "$connect", "connectionId": "c="}}


class Receiver:
    """An app that answers events with `status` and `body`, and keeps what it was sent."""

    def __init__(self, body: bytes = b"", status: int = 200) -> None:
        self.body = body
        self.status = status
        self.scope: dict[str, Any] = {}
        self.sent = b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = dict(scope)
        self.sent = (await receive())["body"]
        await respond(send, self.body, self.status)


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


# E1: what tells a posted event is the object that its request carries. See also test_forgery.


def test_e1_requests_from_outside_are_not_posted() -> None:
    app = Receiver()
    claims = {EXTENSION: "1", "aws.lambda.posted_event": '{"event": 1}'}
    with LifespanAdapter(app, "off", event_path="/events") as handler:
        for event in (
            http_event("/other", "POST", headers=claims),
            rest_event("/x", "POST", claims),
            edge_event(claims),
        ):
            handler(event, None)
            assert posted_event(app.scope) is None


@pytest.mark.parametrize(
    "scope",
    [
        {},
        {"extensions": None},
        {"extensions": {}},
        {"extensions": {EXTENSION: {"event": 1, "context": None}}},
        {"extensions": {EXTENSION: (1, None)}},
        {"extensions": [EXTENSION]},
    ],
)
def test_e1_only_the_adapters_own_object_counts(scope: Any) -> None:
    assert posted_event(scope) is None


@pytest.mark.parametrize("copied", [dict, copy.copy, copy.deepcopy, lambda scope: {**scope, "path": "/x"}])
def test_e1_copies_of_the_scope_tell_it_too(copied: Any) -> None:
    told = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        told.append(posted_event(copied(dict(scope))))
        await respond(send)

    with LifespanAdapter(app, "off", event_path="/events") as handler:
        handler(SQS, None)
    assert [posted and posted.event for posted in told] == [SQS]


def test_e1_plain_requests_are_refused_before_the_app() -> None:
    app = Receiver()
    spellings = [
        "/events",
        "/events/",
        "//events",
        "/events\n",
        "/EVENTS",
        "/events;x=1",
        "/./events",
        "/a/../events",
    ]
    with LifespanAdapter(app, "off", event_path="/events") as handler:
        for path in spellings:
            for method in ("POST", "PUT", "DELETE", "post"):
                assert handler(http_event(path, method), None)["statusCode"] == 404, (path, method)
        assert handler(rest_event("/%65vents", "POST"), None)["statusCode"] == 404
        assert app.scope == {}
        assert handler(SQS, None) is None


def test_e1_base_path_and_root_path_do_not_hide_it() -> None:
    app = Receiver()
    with LifespanAdapter(app, "off", "/api", event_path="/events", root_path="/v1") as handler:
        for path in ("/events", "/api/events"):
            assert handler(http_event(path, "POST"), None)["statusCode"] == 404
        assert app.scope == {}
        assert handler(SQS, None) is None


def asking(status: int = 200) -> Any:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        posted_event(scope)
        await respond(send, status=status)

    return app


def test_e1_app_that_never_asks_is_warned_of_once(caplog: pytest.LogCaptureFixture) -> None:
    with LifespanAdapter(Receiver(), "off", event_path="/events") as handler:
        handler(SQS, None)
        handler(SQS, None)
    [record] = [record for record in caplog.records if record.name == "adapter"]
    assert record.levelname == "WARNING"
    assert "/events" in record.getMessage()
    assert "posted_event(scope)" in record.getMessage()


def test_e1_app_that_asks_is_not_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    with LifespanAdapter(asking(), "off", event_path="/events") as handler:
        handler(SQS, None)
    with (
        LifespanAdapter(Receiver(status=404), "off", event_path="/events") as handler,
        pytest.raises(EventFailedError),
    ):
        handler(SQS, None)
    assert [record for record in caplog.records if record.name == "adapter"] == []


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


@pytest.mark.parametrize("status", [301, 401, 403])
def test_e4_refusal_of_a_websocket_is_passed_on(status: int) -> None:
    facts: list[Fact] = []
    app = Receiver(b"Forbidden", status)
    with LifespanAdapter(app, "off", event_path="/events", observe=facts.append) as handler:
        assert handler(CONNECT, None) == {"statusCode": status, "headers": {}, "body": "Forbidden"}
    [ended] = [fact for fact in facts if isinstance(fact, InvocationEnded)]
    assert (ended.status, ended.error) == (status, None)


@pytest.mark.parametrize(
    ("body", "result"),
    [
        (b"", {"statusCode": 200, "headers": {}, "body": ""}),
        (b"ok", {"statusCode": 200, "headers": {}, "body": "ok"}),
        (b'{"statusCode": 201}', {"statusCode": 201}),
    ],
)
def test_e4_accepted_websocket_gets_a_status(body: bytes, result: Any) -> None:
    with LifespanAdapter(Receiver(body), "off", event_path="/events") as handler:
        assert handler(CONNECT, None) == result


def test_e4_chosen_subprotocol_is_passed_on() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"Sec-WebSocket-Protocol", b"chat"), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body"})

    with LifespanAdapter(app, "off", event_path="/events") as handler:
        assert handler(CONNECT, None)["headers"] == {"sec-websocket-protocol": "chat"}


def test_e4_other_messages_of_a_websocket_fail() -> None:
    message = {"requestContext": {**CONNECT["requestContext"], "eventType": "MESSAGE"}, "body": "hi"}
    app = Receiver(b"", 403)
    with LifespanAdapter(app, "off", event_path="/events") as handler:
        with pytest.raises(EventFailedError):
            handler(message, None)
        app.status = 500
        with pytest.raises(EventFailedError):
            handler(CONNECT, None)


def only_events(request: Request) -> None:
    if posted_event(request.scope) is None:
        raise HTTPException(404)


def guarded() -> FastAPI:
    app = FastAPI()

    @app.post("/events", dependencies=[Depends(only_events)], include_in_schema=False)
    async def take(event: dict[str, Any]) -> dict[str, int]:
        return {"records": len(event["Records"])}

    return app


def test_dependency_of_one_line() -> None:
    class Upper(BaseHTTPMiddleware):
        """Takes and gives requests of its own."""

        async def dispatch(self, request: Any, call_next: Any) -> Any:
            return await call_next(request)

    app = Starlette(routes=[Mount("/api", guarded())], middleware=[Middleware(Upper)])
    with LifespanAdapter(app, event_path="/api/events") as handler:
        assert handler(SQS, None) == {"records": len(SQS["Records"])}
        body = json.dumps(SQS)
        assert handler(http_event("/api//events", "POST", body=body), None)["statusCode"] == 404
        assert handler(http_event("/api/events\n", "POST", body=body), None)["statusCode"] == 404
