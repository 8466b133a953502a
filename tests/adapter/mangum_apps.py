"""Apps, settings and real events that are given to Mangum and to the adapter."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, StreamingResponse

from adapter.asgi import ASGIApp, Receive, Scope, Send

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
