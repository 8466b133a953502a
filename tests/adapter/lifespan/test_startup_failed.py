"""Startups that the app calls failed, at whatever moment."""

import asyncio
from typing import Literal

import pytest
from mangum.exceptions import LifespanFailure, UnexpectedMessage

from adapter import LifespanAdapter
from adapter.asgi import Message, Receive, Scope, Send
from adapter.errors import LifespanStartupError
from adapter.facts import Fact, LifespanDied, StartupBegan
from tests.adapter.apps import COMPLETE, respond, status, with_startup
from tests.adapter.events import http_event

FAILED = {"type": "lifespan.startup.failed", "message": "refused"}


@pytest.mark.conformance("C8")
@pytest.mark.parametrize("lifespan", ["auto", "on"])
def test_startup_failed_fails(lifespan: Literal["auto", "on"], caplog: pytest.LogCaptureFixture) -> None:
    # The message may hold a password, and Lambda hands the text of an error to callers: it is only logged.
    with pytest.raises(LifespanFailure) as caught:
        status(with_startup(FAILED), lifespan)
    assert caplog.text.count("refused") == 1
    assert "refused" not in str(caught.value)


@pytest.mark.conformance("C9")
def test_startup_failed_without_message(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(LifespanStartupError, match=r"the app sent `lifespan\.startup\.failed`"):
        status(with_startup({"type": "lifespan.startup.failed"}))
    assert "Startup failed. The app gave no message." in caplog.text


@pytest.mark.conformance("C10")
@pytest.mark.parametrize("lifespan", ["auto", "on"])
def test_startup_failed_then_raise(lifespan: Literal["auto", "on"], caplog: pytest.LogCaptureFixture) -> None:
    then = OSError("behind it")
    with pytest.raises(LifespanStartupError) as caught:
        status(with_startup(FAILED, then=then), lifespan)
    assert caught.value.__cause__ is then
    ours = [line for line in caplog.records if line.name == "adapter"]
    errors = [line.getMessage() for line in ours if line.levelname == "ERROR"]
    assert errors == ["Startup failed. refused"]


def test_startup_failed_without_return() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send(FAILED)
        await receive()

    with pytest.raises(LifespanStartupError):
        status(app)


def test_failure_is_tried_again() -> None:
    attempts = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await respond(send)
            return
        await receive()
        attempts.append(1)
        await send(FAILED if len(attempts) == 1 else COMPLETE)

    with LifespanAdapter(app) as handler:
        with pytest.raises(LifespanStartupError):
            handler(http_event(), None)
        assert handler(http_event(), None)["statusCode"] == 200
        assert handler(http_event(), None)["statusCode"] == 200
    assert len(attempts) == 2


@pytest.mark.conformance("C11")
def test_failed_after_complete(caplog: pytest.LogCaptureFixture) -> None:
    # It has no place there, so it is refused; but it says that the app cannot serve: another one starts.
    refused = []
    facts: list[Fact] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            if scope["path"] == "/fail":
                scope["state"]["fail"].set()
                await asyncio.sleep(0)
            await respond(send)
            return
        await receive()
        fail = scope["state"]["fail"] = asyncio.Event()
        await send(COMPLETE)
        await fail.wait()
        try:
            await send(FAILED)
        except UnexpectedMessage as error:
            refused.append(str(error))
        await receive()

    with LifespanAdapter(app, observe=facts.append) as handler:
        assert handler(http_event("/fail"), None)["statusCode"] == 200
        assert handler(http_event(), None)["statusCode"] == 200
        assert handler(http_event(), None)["statusCode"] == 200
    assert refused == ["Unexpected message 'lifespan.startup.failed' in the lifespan"]
    assert refused[0] in caplog.text
    assert [fact.ordinal for fact in facts if isinstance(fact, LifespanDied)] == [1]
    assert [fact.ordinal for fact in facts if isinstance(fact, StartupBegan)] == [1, 2]


@pytest.mark.parametrize("failed", [FAILED, {"type": "lifespan.shutdown.failed", "message": "refused"}])
def test_failed_in_the_same_breath(failed: Message) -> None:
    """Whatever comes first, an app that says so before anything is served has failed to start."""
    with pytest.raises(LifespanStartupError):
        status(with_startup(COMPLETE, failed))


def test_raise_in_the_same_breath() -> None:
    """As with uvicorn: served in `auto`, since nothing says that the app meant to be running still."""
    app = with_startup(COMPLETE, then=OSError("broken"))
    assert status(app, "auto") == 200
    with pytest.raises(LifespanStartupError, match="OSError"):
        status(app, "on")


def test_return_in_the_same_breath() -> None:
    assert status(with_startup(COMPLETE), "on") == 200
