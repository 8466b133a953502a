"""The response of an app, as Mangum's own cycle leaves it."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from mangum.protocols import HTTPCycle

from adapter.asgi import ASGIApp, Message, Receive, Scope, Send
from adapter.http.request import Request
from adapter.process.loop import EventLoop

SCOPE: dict[str, Any] = {"type": "http", "method": "GET", "path": "/"}
START = {"type": "http.response.start", "status": 201, "headers": [(b"a", b"1")]}
BARE_START = {"type": "http.response.start", "status": 204}
PART = {"type": "http.response.body", "body": b"part", "more_body": True}
END = {"type": "http.response.body", "body": b"end"}
EMPTY = {"type": "http.response.body"}
ODD = {"type": "http.response.debug"}
FAILED = {
    "status": 500,
    "headers": [[b"content-type", b"text/plain; charset=utf-8"]],
    "body": b"Internal Server Error",
}


def sends(messages: Sequence[Any], error: BaseException | None = None) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for message in messages:
            await send(message)
        if error is not None:
            raise error

    return app


def ours(app: ASGIApp, body: bytes = b"") -> dict[str, Any]:
    loop = EventLoop()
    try:
        return Request(app).response(dict(SCOPE), body, loop)
    finally:
        loop.close()


def mangums(app: ASGIApp) -> dict[str, Any]:
    """What Mangum's cycle knows of the response: not all of it, if the app has not sent all."""

    async def run() -> dict[str, Any]:
        cycle = HTTPCycle(dict(SCOPE), b"")  # its queue wants a running loop
        await cycle.run(app)
        return {name: getattr(cycle, name) for name in FAILED if hasattr(cycle, name)}

    return asyncio.run(run())


@pytest.mark.parametrize("error", [None, RuntimeError(), SystemExit(), asyncio.CancelledError()])
@pytest.mark.parametrize(
    "messages",
    [
        [],
        [START],
        [START, END],
        [BARE_START, EMPTY],
        [START, PART, PART, END],
        [START, PART],
        [START, START],
        [END],
        [ODD],
        [START, ODD],
        [START, END, END],
        [START, END, START],
    ],
    ids=repr,
)
def test_response_is_mangums_or_a_500(messages: list[Any], error: BaseException | None) -> None:
    app = sends(messages, error)
    theirs = mangums(app)
    assert ours(app) == (theirs if "body" in theirs else FAILED)


def test_app_hears_request_then_disconnect() -> None:
    heard: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        heard.append(await receive())
        leaving = asyncio.ensure_future(receive())
        await asyncio.sleep(0)
        assert not leaving.done()
        await send(START)
        await send(END)
        heard.append(await leaving)
        heard.append(await receive())

    assert ours(app, b"asked")["body"] == b"end"
    assert heard == [
        {"type": "http.request", "body": b"asked", "more_body": False},
        {"type": "http.disconnect"},
        {"type": "http.disconnect"},
    ]


def test_parts_may_be_used_again() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        part = bytearray(b"0")
        await send(START)
        for number in range(1000):
            part[:] = str(number).encode()
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send(END)

    assert ours(app) == mangums(app)
    assert type(ours(app)["body"]) is bytes
