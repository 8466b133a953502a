"""Which requests are posted events: those whose scope carries the adapter's own object. See also forgery."""

import copy
import json
from typing import Any

import pytest
from fastapi import Depends, FastAPI, HTTPException, Request
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.routing import Mount

from adapter import LifespanAdapter, posted_event
from adapter.asgi import Receive, Scope, Send
from adapter.errors import EventFailedError
from adapter.http.posted import EXTENSION
from tests.adapter.apps import respond
from tests.adapter.events import edge_event, http_event, rest_event
from tests.adapter.http.receiver import SQS, Receiver


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
