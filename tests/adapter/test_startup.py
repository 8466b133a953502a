import asyncio
import logging
from typing import Any, Literal

import pytest
from mangum.exceptions import LifespanFailure, UnexpectedMessage

from adapter import LifespanAdapter
from adapter.asgi import ASGIApp, Message, Receive, Scope, Send
from adapter.errors import LifespanStartupError, LifespanStartupTimeoutError
from adapter.facts import Fact, LifespanDied, StartupBegan, StartupEnded
from tests.adapter.apps import Recorded, respond, with_startup
from tests.adapter.events import http_event

COMPLETE = {"type": "lifespan.startup.complete"}
FAILED = {"type": "lifespan.startup.failed", "message": "refused"}
HTTP = {"type": "http.response.start", "status": 200, "headers": []}


def status(app: ASGIApp, lifespan: Literal["auto", "on", "off"] = "auto") -> int:
    with LifespanAdapter(app, lifespan) as handler:
        return int(handler(http_event(), None)["statusCode"])


@pytest.mark.conformance("C1")
def test_one_lifespan_for_many_events() -> None:
    app = Recorded()
    with LifespanAdapter(app) as handler:
        for _ in range(5):
            handler(http_event(), None)
    assert app.log == ["startup", *["request"] * 5, "shutdown"]


@pytest.mark.conformance("C2")
def test_scope_has_nothing_else() -> None:
    scopes: list[dict[str, Any]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            scopes.append(dict(scope))
            await receive()
            await send(COMPLETE)
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
        else:
            await respond(send)

    assert status(app) == 200
    assert scopes == [{"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}]


@pytest.mark.conformance("C3")
def test_request_waits_for_complete() -> None:
    order = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await asyncio.sleep(0.02)
            order.append("started")
            await send(COMPLETE)
        else:
            order.append("request")
            await respond(send)

    status(app)
    assert order == ["started", "request"]


@pytest.mark.conformance("C4")
def test_raise_before_receive(caplog: pytest.LogCaptureFixture) -> None:
    app = with_startup(then=ValueError("no lifespan here"), deaf=True)
    with caplog.at_level(logging.INFO, "adapter"):
        assert status(app, "auto") == 200
    lines = [(line.levelname, line.getMessage()) for line in caplog.records if line.name == "adapter"]
    assert lines == [("INFO", "The app has no lifespan.")]
    with pytest.raises(LifespanStartupError):
        status(app, "on")


@pytest.mark.conformance("C5")
def test_raise_after_receive(caplog: pytest.LogCaptureFixture) -> None:
    app = with_startup(then=ValueError("broken"))
    assert status(app, "auto") == 200
    assert caplog.text.count("ValueError: broken") == 1
    caplog.clear()
    with pytest.raises(LifespanStartupError) as caught:
        status(app, "on")
    assert isinstance(caught.value.__cause__, ValueError)
    assert "ValueError: broken" in caplog.text


@pytest.mark.conformance("C6")
def test_http_message_first() -> None:
    app = with_startup(HTTP, deaf=True)
    assert status(app, "auto") == 200
    with pytest.raises(LifespanStartupError):
        status(app, "on")


@pytest.mark.conformance("C7")
@pytest.mark.parametrize("deaf", [True, False])
def test_silent_return(*, deaf: bool) -> None:
    app = with_startup(deaf=deaf)
    assert status(app, "auto") == 200
    with pytest.raises(LifespanStartupError):
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
    errors = [line.getMessage() for line in caplog.records if line.levelname == "ERROR"]
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


@pytest.mark.conformance("C14")
@pytest.mark.parametrize("stubborn", [True, False])
def test_startup_never_completes(*, stubborn: bool) -> None:
    log = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                log.append("cancelled")
                if not stubborn or len(log) > 1:
                    raise

    facts: list[Fact] = []
    with LifespanAdapter(app, startup_timeout=0.02, observe=facts.append) as handler:
        with pytest.raises(LifespanStartupTimeoutError, match="was cancelled"):
            handler(http_event(), None)
        assert log == ["cancelled"]
    [ended] = [fact for fact in facts if isinstance(fact, StartupEnded)]
    assert (ended.outcome, ended.error) == ("failed", "TimeoutError")


@pytest.mark.conformance("C17")
def test_complete_from_child_task() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await respond(send)
            return
        await receive()
        async with asyncio.TaskGroup() as group:
            group.create_task(send(COMPLETE))  # type: ignore[arg-type] # a coroutine, here
        await receive()
        await send({"type": "lifespan.shutdown.complete"})

    assert status(app, "on") == 200


@pytest.mark.conformance("C18")
def test_off_shows_no_lifespan() -> None:
    scopes = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scopes.append(scope)
        await respond(send)

    assert status(app, "off") == 200
    assert [scope["type"] for scope in scopes] == ["http"]
    assert "state" not in scopes[0]
