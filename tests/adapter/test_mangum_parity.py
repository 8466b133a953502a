"""Side by side with Mangum: the same app, the same real events; but for what docs/adapter.md lists."""

import asyncio
import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

import pytest
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, StreamingResponse
from mangum import Mangum
from mangum.exceptions import ConfigurationError
from mangum.handlers import ALB, APIGateway, HTTPGateway, LambdaAtEdge

from adapter import LifespanAdapter
from adapter.asgi import ASGIApp, Receive, Scope, Send
from tests.adapter.apps import Recorded
from tests.adapter.events import http_event, rest_event
from tests.docs.documents import table

EVENTS = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((Path(__file__).parent / "events").glob("*.json"))
}
HTTP_EVENTS = {name: event for name, event in EVENTS.items() if name not in {"schedule", "sns", "sqs"}}
FORMAT_2 = {"http-api", "function-url"}
PNG = b"\x89PNG\r\n\x1a\n\x00\xff"
COMPRESSED = gzip.compress(b"{}", mtime=0)
COOKIES = ["a=1; HttpOnly; Path=/; SameSite=lax", "b=2; Path=/; SameSite=lax"]


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with what no gateway makes different, in two parts."""
    if scope["type"] == "lifespan":
        raise NotImplementedError
    request = await receive()
    headers = [(b"content-type", b"application/json; charset=utf-8"), (b"x-secret", b"s")]
    await send({"type": "http.response.start", "status": 207, "headers": headers})
    await send({"type": "http.response.body", "body": scope["method"].encode(), "more_body": True})
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


class Case(NamedTuple):
    """What is compared: names of an event, an app and settings."""

    event: str
    app: str
    settings: str


# What Mangum's result becomes by each row of the table "Different from Mangum", named by its first cell.


def untyped_format_2(case: Case, expected: dict[str, Any]) -> dict[str, Any]:
    if case.event not in FORMAT_2 or case.app not in {"untyped", "empty", "redirect"}:
        return expected
    headers = {name: value for name, value in expected["headers"].items() if name != "content-type"}
    body = {"body": "bytes", "isBase64Encoded": False} if case.app == "untyped" else {}
    return {**expected, "headers": headers, **body}


def untyped_rest(case: Case, expected: dict[str, Any]) -> dict[str, Any]:
    if case.event != "rest-api" or case.app != "untyped":
        return expected
    return {**expected, "body": "bytes", "isBase64Encoded": False}


def svg_is_text(case: Case, expected: dict[str, Any]) -> dict[str, Any]:
    if case.app != "binary that is text":
        return expected
    return {**expected, "body": "<svg/>", "isBase64Encoded": False}


def excluded(case: Case, expected: dict[str, Any]) -> dict[str, Any]:
    if case.settings != "all set" or case.event not in {*FORMAT_2, "http-api-1.0"}:
        return expected
    return {**expected, "headers": {name: v for name, v in expected["headers"].items() if name != "x-secret"}}


def edge_body(case: Case, expected: dict[str, Any]) -> dict[str, Any]:
    if case.event != "edge":
        return expected
    encoding = "base64" if expected["isBase64Encoded"] else "text"
    return {name: v for name, v in expected.items() if name != "isBase64Encoded"} | {"bodyEncoding": encoding}


def edge_lines(case: Case, expected: dict[str, Any]) -> dict[str, Any]:
    if case.event != "edge" or case.app != "cookies":
        return expected
    lines = {"set-cookie": COOKIES, "x-several": ["1", "2"]}
    headers = {name: [{"key": name, "value": value} for value in values] for name, values in lines.items()}
    return {**expected, "headers": expected["headers"] | headers}


DIFFERENT_RESPONSES = {
    "A response without `content-type`, format 2.0": untyped_format_2,
    "A response without `content-type`, REST API": untyped_rest,
    "A response of `+json`, `+xml`, or `Application/JSON`": svg_is_text,
    "`exclude_headers`, HTTP API and function URL": excluded,
    "Lambda@Edge: a binary response": edge_body,
    "Lambda@Edge: several lines of a response header": edge_lines,
}


def decoded_edge_path(event: str, scope: dict[str, Any]) -> dict[str, Any]:
    return {**scope, "path": unquote(scope["path"])} if event == "edge" else scope


def raw_path(event: str, scope: dict[str, Any]) -> dict[str, Any]:
    written = {"load-balancer-multi-value": b"/path/to%20the/resource"}
    return {**scope, "raw_path": written.get(event, scope["path"].encode())}


def spec_version(event: str, scope: dict[str, Any]) -> dict[str, Any]:
    return {**scope, "asgi": {"version": "3.0", "spec_version": "2.3"}}


def header_lines(event: str, scope: dict[str, Any]) -> dict[str, Any]:
    pairs = [(name, value) for name, value in scope["headers"]]
    if event == "load-balancer-multi-value":
        pairs = [pair for pair in pairs if pair != (b"cookie", b"cookie2=value2")]
        pairs[pairs.index((b"cookie", b"cookie1=value1"))] = (b"cookie", b"cookie1=value1; cookie2=value2")
    return {**scope, "headers": pairs}


def balanced_query(event: str, scope: dict[str, Any]) -> dict[str, Any]:
    written = {"load-balancer-multi-value": b"query=1234ABCD&query=a%20b"}
    return {**scope, "query_string": written.get(event, scope["query_string"])}


def no_server(event: str, scope: dict[str, Any]) -> dict[str, Any]:
    return {**scope, "server": None if scope["server"] == ("mangum", 80) else scope["server"]}


def default_port(event: str, scope: dict[str, Any]) -> dict[str, Any]:
    return {**scope, "server": ("d123.cf.net", 443)} if event == "edge" else scope


DIFFERENT_SCOPES = {
    "Lambda@Edge: the path": decoded_edge_path,
    "`raw_path`": raw_path,
    "`asgi.spec_version`": spec_version,
    "Header lines": header_lines,
    "Query of a load balancer": balanced_query,
    "Unknown client or server": no_server,
    "Default port": default_port,
}


@pytest.fixture(autouse=True)
def current_loop() -> Iterator[None]:
    """A loop for Mangum itself, which takes the current one and closes none."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    asyncio.set_event_loop(None)
    loop.close()


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("app", APPS)
@pytest.mark.parametrize("event", HTTP_EVENTS)
def test_same_response(event: str, app: str, settings: str) -> None:
    expected = Mangum(APPS[app], *SETTINGS[settings])(HTTP_EVENTS[event], None)  # type: ignore[arg-type] # Mangum takes None as well
    for change in DIFFERENT_RESPONSES.values():
        expected = change(Case(event, app, settings), expected)
    with LifespanAdapter(APPS[app], *SETTINGS[settings]) as ours:
        assert ours(HTTP_EVENTS[event], None) == expected


@pytest.mark.parametrize("event", HTTP_EVENTS)
def test_same_scope(event: str) -> None:
    scopes: list[dict[str, Any]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scopes.append({**scope})
        await echo(scope, receive, send)

    Mangum(app)(HTTP_EVENTS[event], None)  # type: ignore[arg-type] # as above
    with LifespanAdapter(app) as ours:
        ours(HTTP_EVENTS[event], None)
    _, theirs, _, mine = scopes
    assert theirs["aws.event"] is mine["aws.event"] is HTTP_EVENTS[event]
    for change in DIFFERENT_SCOPES.values():
        theirs = change(event, theirs)
    assert theirs == mine


def test_differences_are_rows_of_the_table() -> None:
    rows = {row[0] for row in table("adapter", "Different from Mangum")}
    assert {*DIFFERENT_RESPONSES, *DIFFERENT_SCOPES} - rows == set()


def response_of(app: str, event: str) -> dict[str, Any]:
    with LifespanAdapter(APPS[app]) as handler:
        answer: dict[str, Any] = handler(HTTP_EVENTS[event], None)
        return answer


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
    def encoded(app: str) -> tuple[str, bool]:
        response = response_of(app, event)
        is_base64 = response.get("bodyEncoding") == "base64" or response.get("isBase64Encoded") is True
        return response["body"], is_base64

    assert encoded("binary") == ("iVBORw0KGgoA/w==", True)
    assert encoded("compressed")[1] is True
    assert encoded("text") == ("héllo", False)


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


@pytest.mark.parametrize("event", HTTP_EVENTS)
def test_mangums_own_handlers_can_be_custom_ones(event: str) -> None:
    expected = Mangum(echo)(HTTP_EVENTS[event], None)  # type: ignore[arg-type] # as above
    with LifespanAdapter(echo, custom_handlers=[ALB, HTTPGateway, APIGateway, LambdaAtEdge]) as ours:
        assert ours(HTTP_EVENTS[event], None) == expected


def test_custom_handlers_see_events_of_any_type_first() -> None:
    with LifespanAdapter(echo, custom_handlers=[HTTPGateway], event_path="/events") as ours:
        assert ours({"version": "2.0", **http_event()}, None)["statusCode"] == 207
        assert ours({}, None) is None


def test_app_may_be_replaced() -> None:
    first, second = Recorded(), Recorded()
    with LifespanAdapter(first) as ours:
        ours.app = second
        ours(rest_event(), None)
    assert (first.log, second.log) == ([], ["startup", "request", "shutdown"])
