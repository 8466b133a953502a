"""Tiny ASGI apps that more than one test needs."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Literal

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from adapter import LifespanAdapter
from adapter.asgi import ASGIApp, Message, Receive, Scope, Send
from tests.adapter.events import http_event

COMPLETE = {"type": "lifespan.startup.complete"}


async def respond(send: Send, body: bytes = b"ok", status: int = 200) -> None:
    """Send a whole response."""
    headers = [(b"content-type", b"text/plain")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def status(app: ASGIApp, lifespan: Literal["auto", "on", "off"] = "auto") -> int:
    """Status of one request, with a lifespan around it."""
    with LifespanAdapter(app, lifespan) as handler:
        return int(handler(http_event(), None)["statusCode"])


class Recorded:
    """An app with a lifespan that puts `state` into its state and logs what it is told."""

    def __init__(self, **state: object) -> None:
        self.state = state
        self.log: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            self.log.append("request")
            await respond(send)
            return
        while True:
            message = await receive()
            self.log.append(message["type"].removeprefix("lifespan."))
            if message["type"] == "lifespan.startup":
                scope["state"].update(self.state)
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return


def with_startup(*messages: Message, then: BaseException | None = None, receives: bool = True) -> ASGIApp:
    """An app that in its startup receives or not, sends `messages`, and raises `then` or returns."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await respond(send)
            return
        if receives:
            await receive()
        for message in messages:
            await send(message)
        if then is not None:
            raise then

    return app


def mortal(times: int = 9) -> Starlette:
    """An app whose lifespan starts `times` times and dies in a request to `/die`; it answers by ordinal."""
    started: list[int] = []

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[dict[str, object]]:
        started.append(len(started) + 1)
        if len(started) > times:
            raise RuntimeError("canary-5f2c")
        die = asyncio.Event()

        async def background() -> None:
            await die.wait()
            raise OSError("canary-5f2c")

        async with asyncio.TaskGroup() as group:
            task = group.create_task(background())
            yield {"die": die, "ordinal": started[-1]}
            task.cancel()

    async def serve(request: Request) -> PlainTextResponse:
        if request.url.path == "/die":
            request.state.die.set()
            await asyncio.sleep(0.01)
        return PlainTextResponse(str(request.state.ordinal))

    return Starlette(routes=[Route("/", serve), Route("/die", serve)], lifespan=lifespan)
