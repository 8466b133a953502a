"""Requests that pretend to be events, and apps that must not take them."""

import json
import posixpath
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias
from urllib.parse import unquote

from fastapi import Depends, FastAPI, HTTPException
from fastapi import Request as FastAPIRequest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request as StarletteRequest
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from adapter import posted_event
from adapter.asgi import ASGIApp, Receive, Scope, Send
from tests.adapter.apps import respond
from tests.adapter.http.oracle.exchange import Gateway, Request

Taken: TypeAlias = list[Any]
"""The events that an app took."""

EVENT = {"Records": [{"eventSource": "aws:sqs", "body": "real"}]}
FORGED = json.dumps({"Records": [{"eventSource": "aws:sqs", "body": "forged"}]}).encode()

SPELLINGS = [
    "{}", "{}/", "/{}", "//{}", "{}//", "{}%0A", "{}%0a", "{}%0D%0A", "{}%09", "{}%20", "/%20{}", "{};x",
    "{};x=1/", "{}%3Bx", "{}%00", "{}%2F", "/%2F{}", "{}%3Fx", "{}?x", "{}%23", "/.{}", "/a/..{}", "{}/.",
    "{}/x/..", "/%2e{}", "{}.", "{}%2E", "{}%C2%A0", "{}%E2%80%8B", "{}%EF%BC%8F", "{}%ff",
]  # fmt: skip
METHODS = ["POST", "post", "PUT", "GET", "HEAD"]
CLAIMS = [
    (b"aws.lambda.posted_event", b"1"),
    (b"extensions", b'{"aws.lambda.posted_event": {}}'),
    (b"x-http-method-override", b"POST"),
    (b"x-original-url", b"/events"),
    (b"host", b"localhost"),
    (b"content-type", b"application/json"),
    (b"content-length", str(len(FORGED)).encode()),
]


def forgeries(gateway: Gateway, event_path: str) -> Iterator[Any]:
    """Events of requests by which somebody outside may want to reach the path."""
    letters = [event_path, event_path.upper(), event_path.title()]
    letters += [
        f"/{''.join(f'%{ord(letter):02X}' for letter in event_path[1:])}",
        event_path.replace("e", "%2565"),
    ]
    letters += [event_path.replace("e", "%EF%BD%85"), f"/outer{event_path}"]
    for spelt in letters:
        for spelling in SPELLINGS:
            path, _, query = spelling.format(spelt).partition("?")
            for method in METHODS:
                request = Request(
                    method, path, query, CLAIMS, FORGED, "https", ("localhost", 443), ("127.0.0.1", 0)
                )
                yield gateway.event(request)


def starlette_app(taken: Taken, *, guard: bool) -> Starlette:
    """Takes events by a plain route."""

    async def take(request: StarletteRequest) -> PlainTextResponse:
        if guard and posted_event(request.scope) is None:
            return PlainTextResponse(status_code=404)
        taken.append(await request.json())
        return PlainTextResponse("ok")

    return Starlette(routes=[Route("/events", take, methods=["POST"])])


def fastapi_app(taken: Taken, *, guard: bool) -> FastAPI:
    """Takes events behind a dependency."""

    def only_events(request: FastAPIRequest) -> None:
        if guard and posted_event(request.scope) is None:
            raise HTTPException(404)

    app = FastAPI()

    @app.post("/events", dependencies=[Depends(only_events)])
    async def take(event: dict[str, Any]) -> str:
        taken.append(event)
        return "ok"

    return app


def mounted_app(taken: Taken, *, guard: bool) -> Starlette:
    """Takes them in an app inside an app, by way of a middleware that passes requests of its own on."""

    class Passing(BaseHTTPMiddleware):
        async def dispatch(self, request: StarletteRequest, call_next: Any) -> Any:
            return await call_next(request)

    routes = [Mount("/outer", fastapi_app(taken, guard=guard)), Mount("/", starlette_app(taken, guard=guard))]
    return Starlette(routes=routes, middleware=[Middleware(Passing)])


def plain_app(taken: Taken, *, guard: bool) -> ASGIApp:
    """Takes them at whatever ends like the path, by any method."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if "/events" not in scope["path"].lower() or (guard and posted_event(scope) is None):
            await respond(send, status=404)
            return
        taken.append(json.loads((await receive())["body"]))
        await respond(send)

    return app


def behind(app: ASGIApp, change: Callable[[Scope], dict[str, Any]]) -> ASGIApp:
    """A middleware that passes on a changed copy of the scope."""

    async def middleware(scope: Scope, receive: Receive, send: Send) -> None:
        changed = change(scope) if scope["type"] == "http" else {}
        await app({**scope, **changed}, receive, send)

    return middleware


def forgiving_path(scope: Scope) -> dict[str, Any]:
    """The path without case, escapes, parameters, dots, slashes too many, and blanks."""
    path = unicodedata.normalize("NFKC", unquote(unquote(scope["path"]))).casefold()
    for separator in ";?#\0":
        path = path.partition(separator)[0]
    path = "".join(letter for letter in path if letter.isprintable()).rstrip(". \N{REPLACEMENT CHARACTER}")
    path = f"/{posixpath.normpath(path.strip()).strip('/. ')}"
    return {"path": path, "raw_path": path.encode()}


def overridden_method(scope: Scope) -> dict[str, Any]:
    """The method that a header asks for, or what is written in small letters."""
    method = dict(scope["headers"]).get(b"x-http-method-override", scope["method"].encode())
    return {"method": method.decode().upper()}


def forgiving_app(taken: Taken, *, guard: bool) -> ASGIApp:
    """Takes them behind middlewares that change path and method."""
    return behind(behind(starlette_app(taken, guard=guard), forgiving_path), overridden_method)


def forgiving_fastapi_app(taken: Taken, *, guard: bool) -> ASGIApp:
    """The same."""
    return behind(behind(fastapi_app(taken, guard=guard), forgiving_path), overridden_method)
