"""The response of an app, as Mangum's own cycle leaves it."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from mangum.protocols import HTTPCycle

from adapter.asgi import ASGIApp, Message, Receive, Scope, Send
from adapter.http_cycle import HttpCycle

SCOPE: dict[str, Any] = {"type": "http", "method": "GET", "path": "/"}
START = {"type": "http.response.start", "status": 201, "headers": [(b"a", b"1")]}
BARE_START = {"type": "http.response.start", "status": 204}
PART = {"type": "http.response.body", "body": b"part", "more_body": True}
END = {"type": "http.response.body", "body": b"end"}
EMPTY = {"type": "http.response.body"}
ODD = {"type": "http.response.debug"}


def sends(messages: Sequence[Any], error: BaseException | None = None) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for message in messages:
            await send(message)
        if error is not None:
            raise error

    return app


def left_by(cycle: Any, app: ASGIApp) -> dict[str, Any]:
    asyncio.run(cycle.run(app))
    return {name: getattr(cycle, name) for name in ("status", "headers", "body") if hasattr(cycle, name)}


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
def test_response_is_mangums(messages: list[Any], error: BaseException | None) -> None:
    app = sends(messages, error)

    async def theirs() -> dict[str, Any]:
        cycle = HTTPCycle(dict(SCOPE), b"")  # its queue wants a running loop
        await cycle.run(app)
        return {name: getattr(cycle, name) for name in ("status", "headers", "body") if hasattr(cycle, name)}

    assert left_by(HttpCycle(SCOPE, b""), app) == asyncio.run(theirs())


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

    assert left_by(HttpCycle(SCOPE, b"asked"), app)["body"] == b"end"
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

    ours, theirs = left_by(HttpCycle(SCOPE, b""), app), left_by(HTTPCycle(SCOPE, b""), app)
    assert ours == theirs
    assert type(ours["body"]) is type(theirs["body"]) is bytes
