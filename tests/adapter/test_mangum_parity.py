"""Side by side with Mangum: the same app, the same real events."""

import asyncio
import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, StreamingResponse
from mangum import Mangum
from mangum.exceptions import ConfigurationError
from mangum.handlers import APIGateway

from adapter import LifespanAdapter
from adapter.asgi import ASGIApp, Receive, Scope, Send
from tests.adapter.apps import Recorded
from tests.adapter.events import rest_event

EVENTS = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((Path(__file__).parent / "events").glob("*.json"))
}
HTTP_EVENTS = {name: event for name, event in EVENTS.items() if name not in {"schedule", "sns", "sqs"}}
PNG = b"\x89PNG\r\n\x1a\n\x00\xff"
COMPRESSED = gzip.compress(b"{}", mtime=0)


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with all that the app was given, in two parts."""
    if scope["type"] == "lifespan":
        raise NotImplementedError
    request = await receive()
    seen = [scope[key] for key in ("method", "path", "query_string", "headers", "client", "server", "scheme")]
    headers = [(b"content-type", b"application/json; charset=utf-8"), (b"x-secret", b"s")]
    await send({"type": "http.response.start", "status": 207, "headers": headers})
    await send({"type": "http.response.body", "body": repr(seen).encode(), "more_body": True})
    await send({"type": "http.response.body", "body": request["body"]})


async def raising(scope: Scope, receive: Receive, send: Send) -> None:
    raise ValueError("broken")


async def raising_late(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise ValueError("broken")


def answering(response: Callable[[], Response]) -> ASGIApp:
    app = FastAPI()

    @app.api_route("/{path:path}", methods=["GET", "POST"])
    def answer() -> Response:
        return response()

    return app


def with_cookies() -> Response:
    response = JSONResponse({"ok": True})
    response.set_cookie("a", "1", httponly=True)
    response.set_cookie("b", "2")
    response.headers.append("x-several", "1")
    response.headers.append("x-several", "2")
    return response


APPS: dict[str, ASGIApp] = {
    "echo": echo,
    "raising": raising,
    "raising late": raising_late,
    "text": answering(lambda: PlainTextResponse("héllo")),
    "empty": answering(lambda: Response(status_code=204)),
    "binary": answering(lambda: Response(PNG, media_type="image/png")),
    "binary that is text": answering(lambda: Response(b"<svg/>", media_type="image/svg+xml")),
    "compressed": answering(
        lambda: Response(COMPRESSED, headers={"content-encoding": "gzip"}, media_type="text/css")
    ),
    "untyped": answering(lambda: Response(b"bytes")),
    "cookies": answering(with_cookies),
    "redirect": answering(lambda: RedirectResponse("/elsewhere")),
    "stream": answering(lambda: StreamingResponse(iter([b"a", b"b"]), media_type="text/plain")),
}
SETTINGS: dict[str, tuple[Any, ...]] = {
    "defaults": ("auto",),
    "all set": ("off", "/api", None, ["image/svg"], ["X-Secret"]),
}


@pytest.fixture(autouse=True)
def current_loop() -> Iterator[None]:
    """A loop for Mangum itself, which takes the current one and closes none."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    asyncio.set_event_loop(None)
    loop.close()


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS.keys())
@pytest.mark.parametrize("app", APPS.values(), ids=APPS.keys())
@pytest.mark.parametrize("event", HTTP_EVENTS.values(), ids=HTTP_EVENTS.keys())
def test_same_response(event: dict[str, Any], app: ASGIApp, settings: tuple[Any, ...]) -> None:
    expected = Mangum(app, *settings)(event, None)  # type: ignore[arg-type] # Mangum takes None as well
    with LifespanAdapter(app, *settings) as ours:
        assert ours(event, None) == expected


@pytest.mark.parametrize("event", HTTP_EVENTS.values(), ids=HTTP_EVENTS.keys())
def test_same_scope(event: dict[str, Any]) -> None:
    scopes: list[dict[str, Any]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scopes.append({**scope})
        await echo(scope, receive, send)

    Mangum(app)(event, None)  # type: ignore[arg-type] # as above
    with LifespanAdapter(app) as ours:
        ours(event, None)
    _, theirs, _, mine = scopes
    assert theirs == mine
    assert theirs["aws.event"] is mine["aws.event"] is event


def response_of(app: str, event: str) -> dict[str, Any]:
    with LifespanAdapter(APPS[app]) as handler:
        answer: dict[str, Any] = handler(HTTP_EVENTS[event], None)
        return answer


COOKIES = ["a=1; HttpOnly; Path=/; SameSite=lax", "b=2; Path=/; SameSite=lax"]


@pytest.mark.parametrize(
    ("event", "where", "values"),
    [
        ("http-api", "cookies", COOKIES),
        ("function-url", "cookies", COOKIES),
        ("rest-api", "multiValueHeaders", {"set-cookie": COOKIES, "x-several": ["1", "2"]}),
        ("http-api-1.0", "multiValueHeaders", {"set-cookie": COOKIES, "x-several": ["1", "2"]}),
    ],
)
def test_cookies(event: str, where: str, values: Any) -> None:
    assert response_of("cookies", event)[where] == values


def test_cookies_behind_a_load_balancer() -> None:
    several = response_of("cookies", "load-balancer-multi-value")["multiValueHeaders"]
    assert several["set-cookie"] == COOKIES
    single = response_of("cookies", "load-balancer")["headers"]
    assert [single["set-cookie"], single["Set-cookie"]] == COOKIES


@pytest.mark.parametrize("event", HTTP_EVENTS)
def test_binary_is_base64(event: str) -> None:
    response = response_of("binary", event)
    assert (response["body"], response["isBase64Encoded"]) == ("iVBORw0KGgoA/w==", True)
    assert response_of("compressed", event)["isBase64Encoded"] is True
    response = response_of("text", event)
    assert (response["body"], response["isBase64Encoded"]) == ("héllo", False)


def test_same_attributes() -> None:
    with LifespanAdapter(echo, "on", "/api", None, ["image/svg"], ["X-Secret"]) as ours:
        stock = Mangum(echo, "on", "/api", None, ["image/svg"], ["X-Secret"])
        assert isinstance(ours, Mangum)
        for name in vars(stock):
            assert getattr(ours, name) == getattr(stock, name)


def test_same_refusal() -> None:
    with pytest.raises(ConfigurationError, match="Choices are: auto"):
        LifespanAdapter(echo, "maybe")  # type: ignore[arg-type] # that is the point


class Direct(APIGateway):
    """A handler for an event of our own."""

    @classmethod
    def infer(cls, event: Any, *_: Any) -> bool:
        return "direct" in event

    def __call__(self, response: Any) -> dict[str, Any]:
        return {"direct": response["status"]}


def test_custom_handler() -> None:
    with LifespanAdapter(echo, custom_handlers=[Direct]) as ours:
        assert ours({**rest_event(), "direct": True}, None) == {"direct": 207}
        assert ours(rest_event(), None)["statusCode"] == 207


def test_app_may_be_replaced() -> None:
    first, second = Recorded(), Recorded()
    with LifespanAdapter(first) as ours:
        ours.app = second
        ours(rest_event(), None)
    assert (first.log, second.log) == ([], ["startup", "request", "shutdown"])
