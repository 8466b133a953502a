"""Messages that the lifespan protocol does not know at that moment."""

import asyncio

import pytest
from mangum.exceptions import UnexpectedMessage

from adapter.asgi import ASGIApp, Message, Receive, Scope, Send
from adapter.errors import LifespanStartupError
from tests.adapter.apps import COMPLETE, respond, status, with_startup

HTTP = {"type": "http.response.start", "status": 200, "headers": []}


@pytest.mark.conformance("C6")
def test_http_message_first() -> None:
    app = with_startup(HTTP, receives=False)
    assert status(app, "auto") == 200
    with pytest.raises(LifespanStartupError):
        status(app, "on")


def refusing(message: Message, *, after: bool) -> tuple[ASGIApp, list[str]]:
    """An app that sends `message`, before or after it has started, and survives its refusal."""
    refused: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await respond(send)
            return
        await receive()
        if after:
            await send(COMPLETE)
        try:
            await send(message)
        except UnexpectedMessage as error:
            refused.append(str(error))
        if not after:
            await send(COMPLETE)
        await receive()
        await send({"type": "lifespan.shutdown.complete"})

    return app, refused


@pytest.mark.conformance("C12")
def test_complete_twice(caplog: pytest.LogCaptureFixture) -> None:
    app, refused = refusing(COMPLETE, after=True)
    assert status(app, "on") == 200
    assert refused == ["Unexpected message 'lifespan.startup.complete' in the lifespan"]
    assert refused[0] in caplog.text


@pytest.mark.conformance("C13")
@pytest.mark.parametrize("after", [True, False])
def test_unknown_message(*, after: bool) -> None:
    app, refused = refusing({"type": "lifespan.startup.progress"}, after=after)
    assert status(app, "on") == 200
    assert refused == ["Unexpected message 'lifespan.startup.progress' in the lifespan"]


def test_http_message_later(caplog: pytest.LogCaptureFixture) -> None:
    app, refused = refusing(HTTP, after=True)
    assert status(app, "on") == 200
    assert refused == ["Unexpected message 'http.response.start' in the lifespan"]
    assert refused[0] not in caplog.text


def test_shutdown_complete_too_early() -> None:
    app = with_startup({"type": "lifespan.shutdown.complete"})
    with pytest.raises(LifespanStartupError, match="LifespanProtocolError"):
        status(app, "on")


def test_swallowed_http_error_is_unsupported() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await respond(send)
            return
        try:
            await send(HTTP)
        except UnexpectedMessage:
            await asyncio.Event().wait()

    assert status(app) == 200
    with pytest.raises(LifespanStartupError, match="LifespanProtocolError"):
        status(app, "on")
