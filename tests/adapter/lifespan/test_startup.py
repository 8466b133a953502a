import asyncio
import logging
from typing import Any

import pytest

from adapter import LifespanAdapter
from adapter.asgi import Receive, Scope, Send
from adapter.errors import LifespanStartupError, LifespanStartupTimeoutError
from adapter.facts import Fact, StartupEnded
from tests.adapter.apps import COMPLETE, Recorded, respond, status, with_startup
from tests.adapter.events import http_event


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
    app = with_startup(then=ValueError("no lifespan here"), receives=False)
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


@pytest.mark.conformance("C7")
@pytest.mark.parametrize("receives", [True, False])
def test_silent_return(*, receives: bool) -> None:
    app = with_startup(receives=receives)
    assert status(app, "auto") == 200
    with pytest.raises(LifespanStartupError):
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


@pytest.mark.parametrize("code", ["cancel", "stop"])
def test_l8_startup_that_ends_everything_else_is_awaited(code: str) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await respond(send)
            return
        await receive()
        if code == "stop":
            asyncio.get_running_loop().stop()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.sleep(0.01)
        await send(COMPLETE)
        await receive()
        await send({"type": "lifespan.shutdown.complete"})

    assert status(app, "on") == 200
