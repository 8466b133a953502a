import asyncio
import logging
import os
import re
import signal
import threading
import weakref
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from adapter import LifespanAdapter
from adapter.asgi import ASGIApp, Message, Receive, Scope, Send
from adapter.errors import AdapterClosedError
from adapter.facts import EnvironmentEnded, Fact, ShutdownEnded
from tests.adapter.apps import COMPLETE, Recorded, respond, with_startup
from tests.adapter.events import http_event
from tests.adapter.runtime_api import Function


def doing(work: Callable[[Send], Awaitable[object]]) -> ASGIApp:
    """An app that starts, and does `work` when it is told to shut down."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await respond(send)
            return
        await receive()
        await send(COMPLETE)
        await receive()
        await work(send)

    return app


def stopping(message: Message | None, then: BaseException | None = None, wait_s: float = 0) -> ASGIApp:
    """An app that starts, and at shutdown waits, sends `message` and raises `then`."""

    async def stop(send: Send) -> None:
        await asyncio.sleep(wait_s)
        if message is not None:
            await send(message)
        if then is not None:
            raise then

    return doing(stop)


def ending(app: ASGIApp, timeout: float = 0.3) -> ShutdownEnded:
    facts: list[Fact] = []
    with LifespanAdapter(app, observe=facts.append, shutdown_timeout=timeout) as handler:
        handler(http_event(), None)
    ended = facts[-2]
    assert isinstance(ended, ShutdownEnded)
    assert isinstance(facts[-1], EnvironmentEnded)
    return ended


def test_shutdown_happens_once() -> None:
    app = Recorded()
    facts: list[Fact] = []
    with LifespanAdapter(app, observe=facts.append) as handler:
        handler(http_event(), None)
        handler.shutdown()
        handler.shutdown()
    assert app.log == ["startup", "request", "shutdown"]
    assert sum(isinstance(fact, EnvironmentEnded) for fact in facts) == 1


def test_no_event_after_shutdown() -> None:
    handler = LifespanAdapter(Recorded())
    handler.shutdown()
    with pytest.raises(AdapterClosedError):
        handler(http_event(), None)


def test_nothing_to_shut_down() -> None:
    app = Recorded()
    facts: list[Fact] = []
    LifespanAdapter(app, observe=facts.append).shutdown()
    assert (app.log, facts) == ([], [])


@pytest.mark.parametrize(
    "app", [with_startup({"type": "lifespan.startup.failed"}), with_startup(receives=False)]
)
def test_nothing_after_failed_startup(app: ASGIApp) -> None:
    facts: list[Fact] = []
    with LifespanAdapter(app, observe=facts.append) as handler:
        try:
            handler(http_event(), None)
        except Exception:  # noqa: BLE001 - one of the two apps fails
            facts.append(facts[-1])
    assert not any(isinstance(fact, ShutdownEnded) for fact in facts)


def test_complete() -> None:
    ended = ending(stopping({"type": "lifespan.shutdown.complete"}))
    assert (ended.outcome, ended.error, ended.began.phase) == ("complete", None, "shutdown")


def test_silent_end_is_complete() -> None:
    assert ending(stopping(None)).outcome == "complete"


def test_failed_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    ended = ending(stopping({"type": "lifespan.shutdown.failed", "message": "pool would not close"}))
    assert (ended.outcome, ended.error) == ("failed", None)
    assert "pool would not close" in caplog.text


def test_failed_without_message() -> None:
    assert ending(stopping({"type": "lifespan.shutdown.failed"})).outcome == "failed"


def test_exception_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    ended = ending(stopping(None, OSError("pool would not close")))
    assert (ended.outcome, ended.error) == ("failed", "OSError")
    assert "pool would not close" in caplog.text


def test_hang_is_cut(caplog: pytest.LogCaptureFixture) -> None:
    ended = ending(stopping(None, wait_s=60), timeout=0.02)
    assert (ended.outcome, ended.error) == ("failed", "TimeoutError")
    assert ended.wall_ns < 5_000_000_000
    assert "longer than 0.02 s" in caplog.text


def test_hang_that_swallows_cancellation() -> None:
    async def work(send: Send) -> None:
        for _ in range(3):
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                continue
            return

    assert ending(doing(work), timeout=0.02).error == "TimeoutError"


def test_goes_on_after_complete() -> None:
    log = []

    async def work(send: Send) -> None:
        await send({"type": "lifespan.shutdown.complete"})
        await asyncio.sleep(0.01)
        log.append("unwound")

    assert ending(doing(work)).outcome == "complete"
    assert log == ["unwound"]


def test_cancelled_after_grace() -> None:
    log = []

    async def work(send: Send) -> None:
        await send({"type": "lifespan.shutdown.complete"})
        try:
            await asyncio.sleep(60)
        finally:
            log.append("unwound")

    assert ending(doing(work)).outcome == "complete"
    assert log == ["unwound"]


def test_exit_during_shutdown_is_contained(caplog: pytest.LogCaptureFixture) -> None:
    async def exits() -> None:
        raise SystemExit(3)

    async def work(send: Send) -> None:
        await asyncio.gather(exits())

    with caplog.at_level(logging.CRITICAL, "asyncio"):
        assert ending(doing(work)).error == "SystemExit"


def test_exception_from_outside_during_shutdown_is_contained() -> None:
    """As the handler of a signal raises it, in the middle of whatever runs."""

    def interrupt(*_: object) -> None:
        raise ConnectionError

    async def work(send: Send) -> None:
        threading.Timer(0.02, os.kill, (os.getpid(), signal.SIGUSR1)).start()
        await asyncio.sleep(60)

    before = signal.signal(signal.SIGUSR1, interrupt)
    try:
        assert ending(doing(work)).error == "ConnectionError"
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_death_is_logged_and_nothing_sent(caplog: pytest.LogCaptureFixture) -> None:
    ended = ending(with_startup(COMPLETE, then=OSError("pool died")))
    assert (ended.outcome, ended.error) == ("failed", "OSError")
    assert "pool died" in caplog.text


def test_pending_tasks_are_unwound() -> None:
    log = []

    async def background() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            log.append("unwound")

    tasks = set()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        tasks.add(asyncio.create_task(background()))
        await asyncio.sleep(0)
        await respond(send)

    with LifespanAdapter(app, "off") as handler:
        handler(http_event(), None)
        handler(http_event(), None)
        assert log == []
    assert log == ["unwound", "unwound"]


class Loaded:
    """A resource that can be watched."""


def test_shutdown_frees_the_state() -> None:
    """What was loaded is gone by the time the shutdown is stated, and its time is the shutdown's."""
    freed: list[bool] = []
    loaded: list[weakref.ref[Loaded]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await receive()
            scope["state"]["it"] = Loaded()
            loaded.append(weakref.ref(scope["state"]["it"]))
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
        else:
            assert scope["state"]["it"] is not None
            await respond(send)

    def observe(fact: Fact) -> None:
        if isinstance(fact, ShutdownEnded):
            freed.append(loaded[fact.began.ordinal - 1]() is None)

    with LifespanAdapter(app, placement="every_invocation", observe=observe) as handler:
        for _ in range(3):
            handler(http_event(), None)
    assert freed == [True, True, True]


CLEANING = {
    "all": "[task.cancel() for task in asyncio.all_tasks()]; await asyncio.sleep(0)",
    "all but itself": "[t.cancel() for t in asyncio.all_tasks() if t is not asyncio.current_task()]",
    "all, and waits for them": "await asyncio.gather(*others(), return_exceptions=True)",
    "the loop": "asyncio.get_running_loop().stop()",
    "the process, in a task": "asyncio.create_task(leave())",
}
CLEANUP = """
import asyncio, sys
from adapter import LifespanAdapter

async def leave():
    sys.exit(3)

def others():
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    return tasks

async def app(scope, receive, send):
    if scope["type"] != "lifespan":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})
        return
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    try:
        {cleanup}
    finally:
        await asyncio.sleep(0.05)
        print("pool closed", flush=True)
        await send({"type": "lifespan.shutdown.complete"})

handler = LifespanAdapter(app, observe=lambda fact: print(type(fact).__name__, flush=True))
"""


@pytest.mark.parametrize("cleanup", CLEANING.values(), ids=CLEANING)
def test_l8_shutdown_that_ends_everything_is_awaited(tmp_path: Path, cleanup: str) -> None:
    with Function(CLEANUP.replace("{cleanup}", cleanup), tmp_path) as function:
        assert function.invoke(http_event())[0] == "response"
        function.ready()
        function.sigterm()
        assert function.wait() == 0
        steps = ["ShutdownBegan", "pool closed", "ShutdownEnded", "EnvironmentEnded"]
        assert re.findall("|".join(steps), function.output()) == steps
        assert "Shutdown failed" not in function.output()
