import json
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from adapter import LifespanAdapter
from adapter.asgi import Receive, Scope, Send
from adapter.errors import EventFailedError, UnknownEventError
from adapter.facts import Fact, InvocationEnded
from tests.adapter.apps import Recorded, respond
from tests.adapter.events import http_event
from tests.adapter.runtime_api import Function

EVENTS = {
    name: json.loads((Path(__file__).parents[1] / "events" / f"{name}.json").read_text(encoding="utf-8"))
    for name in ("schedule", "sns", "sqs")
}
ANY = {**EVENTS, "list": [1, 2], "text": "requestContext resource", "number": 7, "nothing": None}


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
def test_unknown_event_says_what_to_set(event: Any) -> None:
    inferred = pytest.raises(RuntimeError, match="unable to infer a handler")
    with LifespanAdapter(Recorded()) as handler, inferred as caught:
        handler(event, None)
    assert type(caught.value) is UnknownEventError
    for name in ("event_path", "warm_up", "custom_handlers"):
        assert f"`{name}`" in str(caught.value)


@pytest.mark.parametrize("event", ANY.values(), ids=ANY.keys())
def test_event_is_posted(event: Any) -> None:
    app = Receiver(b'{"batchItemFailures": []}')
    context = object()
    with LifespanAdapter(app, "off", event_path="/events") as handler:
        assert handler(event, context) == {"batchItemFailures": []}
    assert json.loads(app.sent) == event
    scope = app.scope
    assert (scope["type"], scope["method"], scope["path"], scope["client"]) == (
        "http",
        "POST",
        "/events",
        None,
    )
    assert dict(scope["headers"])[b"content-type"] == b"application/json"
    assert dict(scope["headers"])[b"content-length"] == str(len(app.sent)).encode()
    assert scope["aws.event"] == event
    assert scope["aws.context"] is context


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
        handler(EVENTS["sqs"], None)
    assert "canary" not in str(caught.value)
    [ended] = [fact for fact in facts if isinstance(fact, InvocationEnded)]
    assert (ended.status, ended.error, ended.posted) == (status, "EventFailedError", True)


def test_exception_fails_the_invocation() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise LookupError

    with LifespanAdapter(app, "off", event_path="/events") as handler, pytest.raises(EventFailedError):
        handler(EVENTS["sqs"], None)
    with (
        LifespanAdapter(app, "off", event_path="/events", raise_app_exceptions=True) as handler,
        pytest.raises(LookupError),
    ):
        handler(EVENTS["sqs"], None)


def test_event_gets_the_state() -> None:
    app = Recorded(pool="p")
    with LifespanAdapter(app, event_path="/events") as handler:
        assert handler(EVENTS["sqs"], None) == "ok"
    assert app.log == ["startup", "request", "shutdown"]


def test_nobody_outside_can_make_up_events() -> None:
    app = Receiver()
    with LifespanAdapter(app, "off", "/api", event_path="/events") as handler:
        for path in ("/events", "/api/events", "/%65vents"):
            assert handler(http_event(path, "POST"), None)["statusCode"] == 404
        assert app.scope == {}
        assert handler(http_event("/events/other"), None)["statusCode"] == 200
        assert handler(EVENTS["sqs"], None) is None


@pytest.mark.parametrize(
    ("event", "warm_up"),
    [
        ({}, None),
        ({}, {"source": "warmer"}),
        ({"source": "warmer", "concurrency": 3}, {"source": "warmer"}),
        ({"source": "warmer", "list": []}, {"source": "warmer", "list": []}),
    ],
)
@pytest.mark.parametrize("event_path", [None, "/events"])
def test_ping_only_starts_the_app(event: Any, warm_up: Any, event_path: str | None) -> None:
    app = Recorded()
    facts: list[Fact] = []
    with LifespanAdapter(app, warm_up=warm_up, event_path=event_path, observe=facts.append) as handler:
        assert handler(event, None) is None
        assert app.log == ["startup"]
    [ended] = [fact for fact in facts if isinstance(fact, InvocationEnded)]
    assert (ended.status, ended.error) == (None, None)


@pytest.mark.parametrize("event", [{"source": "other"}, {"other": 1}, [], "", None, 0])
def test_no_ping(event: Any) -> None:
    with (
        LifespanAdapter(Recorded(), warm_up={"source": "warmer"}) as handler,
        pytest.raises(UnknownEventError),
    ):
        handler(event, None)


def test_ping_under_the_runtime_client(tmp_path: Path) -> None:
    source = """
from adapter import LifespanAdapter
from tests.adapter.apps import Recorded
handler = LifespanAdapter(Recorded(), event_path="/events")
"""
    with Function(source, tmp_path) as function:
        assert function.invoke({}) == ("response", None)
        assert function.invoke(EVENTS["schedule"]) == ("response", "ok")
        assert function.invoke(http_event())[1]["body"] == "ok"


@pytest.mark.parametrize("path", ["/events", "/events/", "/events//", "/api/events", "/api/events/"])
def test_routers_take_off_what_is_around_a_path(path: str) -> None:
    api = FastAPI()

    @api.post("/events")
    def take() -> str:
        return "made up"

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await api({**scope, "root_path": "/api"}, receive, send)

    with LifespanAdapter(app, event_path="/events") as handler:
        assert handler(http_event(path, "POST"), None)["statusCode"] == 404
        assert handler(EVENTS["sqs"], None) == "made up"
