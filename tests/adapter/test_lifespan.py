import asyncio
import logging
from typing import Any, Literal

import pytest
from mangum.exceptions import LifespanFailure, UnexpectedMessage

from adapter import LifespanAdapter
from adapter.asgi import ASGIApp, Message, Receive, Scope, Send
from adapter.errors import LifespanStartupError
from tests.adapter.apps import Recorded, respond, with_startup
from tests.adapter.events import http_event

COMPLETE = {"type": "lifespan.startup.complete"}
FAILED = {"type": "lifespan.startup.failed", "message": "refused"}
HTTP = {"type": "http.response.start", "status": 200, "headers": []}


def status(app: ASGIApp, lifespan: Literal["auto", "on", "off"] = "auto") -> int:
    with LifespanAdapter(app, lifespan) as handler:
        return int(handler(http_event(), None)["statusCode"])


def test_one_lifespan_for_many_events() -> None:
    app = Recorded()
    with LifespanAdapter(app) as handler:
        for _ in range(5):
            handler(http_event(), None)
    assert app.log == ["startup", *["request"] * 5, "shutdown"]


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


UNSUPPORTED = {
    "raises before receive": with_startup(then=ValueError("no lifespan here"), deaf=True),
    "raises after receive": with_startup(then=ValueError("broken")),
    "sends http": with_startup(HTTP, deaf=True),
    "returns at once": with_startup(deaf=True),
    "returns after receive": with_startup(),
}


@pytest.mark.parametrize("app", UNSUPPORTED.values(), ids=UNSUPPORTED.keys())
def test_auto_serves_without_lifespan(app: ASGIApp) -> None:
    assert status(app, "auto") == 200


@pytest.mark.parametrize("app", UNSUPPORTED.values(), ids=UNSUPPORTED.keys())
def test_on_really_fails(app: ASGIApp) -> None:
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


def test_unsupported_is_one_quiet_line(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "adapter"):
        status(UNSUPPORTED["raises before receive"])
    lines = [record for record in caplog.records if record.name == "adapter"]
    assert [(line.levelname, line.getMessage()) for line in lines] == [("INFO", "The app has no lifespan.")]


def test_broken_startup_leaves_traceback(caplog: pytest.LogCaptureFixture) -> None:
    status(UNSUPPORTED["raises after receive"])
    assert "ValueError: broken" in caplog.text


def test_on_chains_the_cause(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(LifespanStartupError) as caught:
        status(UNSUPPORTED["raises after receive"], "on")
    assert isinstance(caught.value.__cause__, ValueError)
    assert "ValueError: broken" in caplog.text


@pytest.mark.parametrize("lifespan", ["auto", "on"])
@pytest.mark.parametrize("then", [None, OSError("behind it")])
def test_startup_failed_fails(
    lifespan: Literal["auto", "on"], then: BaseException | None, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(LifespanFailure) as caught:
        status(with_startup(FAILED, then=then), lifespan)
    assert caught.value.__cause__ is then
    assert caplog.text.count("refused") == 1
    assert "refused" not in str(caught.value)


def test_startup_failed_without_message() -> None:
    with pytest.raises(LifespanStartupError):
        status(with_startup({"type": "lifespan.startup.failed"}))


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


@pytest.mark.parametrize("message", [FAILED, COMPLETE, HTTP, {"type": "lifespan.startup.late"}])
def test_late_message_is_refused(message: Message, caplog: pytest.LogCaptureFixture) -> None:
    refused = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await respond(send)
            return
        await receive()
        await send(COMPLETE)
        try:
            await send(message)
        except UnexpectedMessage as error:
            refused.append(str(error))
        await receive()
        await send({"type": "lifespan.shutdown.complete"})

    assert status(app, "on") == 200
    assert refused == [f"Unexpected message {message['type']!r} in the lifespan"]
    assert (refused[0] in caplog.text) == message["type"].startswith("lifespan.")


def test_unknown_message_is_refused() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await respond(send)
            return
        await receive()
        with pytest.raises(UnexpectedMessage):
            await send({"type": "lifespan.startup.progress"})
        await send(COMPLETE)

    assert status(app, "on") == 200


def test_shutdown_complete_too_early() -> None:
    app = with_startup({"type": "lifespan.shutdown.complete"})
    with pytest.raises(LifespanStartupError, match="LifespanProtocolError"):
        status(app, "on")


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


def test_off_shows_no_lifespan() -> None:
    scopes = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scopes.append(scope)
        await respond(send)

    assert status(app, "off") == 200
    assert [scope["type"] for scope in scopes] == ["http"]
    assert "state" not in scopes[0]
