"""What became due while the process was frozen is done before the next request, and a death noticed by it."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from adapter import LifespanAdapter, environment
from adapter.asgi import Receive, Scope, Send
from tests.adapter.apps import Recorded, respond
from tests.adapter.events import http_event
from tests.adapter.runtime_api import Function

DUE_S = 0.02
FROZEN_S = 0.06


def served_after_a_freeze(app: Starlette, requests: int = 1) -> str:
    """Body of a request that comes when the process was frozen for a while."""
    with LifespanAdapter(app) as handler:
        handler(http_event(), None)
        time.sleep(FROZEN_S)
        for _ in range(requests):
            body: str = handler(http_event(), None)["body"]
        return body


def dying(depth: int) -> Starlette:
    """An app whose lifespan dies of a task, so many groups deep, a while after its first request.

    It answers with the lifespan's ordinal.
    """
    started: list[int] = []

    async def expire(served: asyncio.Event) -> None:
        await served.wait()
        await asyncio.sleep(DUE_S)
        raise ConnectionError("server closed the connection")

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[dict[str, Any]]:
        started.append(len(started) + 1)
        served = asyncio.Event()
        async with contextlib.AsyncExitStack() as stack:
            groups = [await stack.enter_async_context(asyncio.TaskGroup()) for _ in range(depth)]
            task = groups[-1].create_task(expire(served))
            yield {"ordinal": started[-1], "served": served}
            task.cancel()

    async def serve(request: Request) -> PlainTextResponse:
        request.state.served.set()
        return PlainTextResponse(str(request.state.ordinal))

    return Starlette(routes=[Route("/", serve)], lifespan=lifespan)


@pytest.mark.parametrize("depth", [1, 6])
def test_l2_death_while_frozen_is_noticed_first(depth: int) -> None:
    assert served_after_a_freeze(dying(depth)) == "2"


def test_l2_death_while_frozen_under_the_runtime_client(tmp_path: Path) -> None:
    source = (
        "from adapter import LifespanAdapter\n"
        "from tests.adapter.process.test_thaw import dying\n"
        "handler = LifespanAdapter(dying(1))\n"
    )
    with Function(source, tmp_path) as function:
        assert function.invoke(http_event())[1]["body"] == "1"
        function.ready()
        time.sleep(3 * FROZEN_S)
        function.send(http_event())
        assert function.answer()[1]["body"] == "2"


def test_l2_due_timers_run_before_the_request() -> None:
    """As an idle limit of a pool, which is over by then."""
    expired: list[int] = []

    async def serve(_: Request) -> PlainTextResponse:
        seen = str(bool(expired))
        asyncio.get_running_loop().call_later(DUE_S, expired.append, 1)
        return PlainTextResponse(seen)

    assert served_after_a_freeze(Starlette(routes=[Route("/", serve)])) == "True"


def test_l2_connection_that_was_closed_meanwhile_is_known_to_be() -> None:
    streams: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    peers: list[socket.socket] = []

    async def serve(_: Request) -> PlainTextResponse:
        if not streams:
            ours, theirs = socket.socketpair()
            streams.append(await asyncio.open_connection(sock=ours))
            peers.append(theirs)
            return PlainTextResponse("connected")
        reader, writer = streams[0]
        seen = str((reader.at_eof(), writer.is_closing()))
        writer.close()
        return PlainTextResponse(seen)

    with LifespanAdapter(Starlette(routes=[Route("/", serve)])) as handler:
        assert handler(http_event(), None)["body"] == "connected"
        peers[0].close()  # a FIN, as after the server's own idle limit
        time.sleep(FROZEN_S)
        assert handler(http_event(), None)["body"] == "(True, False)"


def test_l2_waiter_of_a_timer_has_gone_on() -> None:
    """A refresh that was due: its task has run as far as it can without waiting."""
    versions = [0]

    async def refresh() -> None:
        while True:
            await asyncio.sleep(DUE_S)
            versions.append(versions[-1] + 1)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(refresh())
        yield
        task.cancel()

    async def serve(_: Request) -> PlainTextResponse:
        return PlainTextResponse(str(versions[-1]))

    assert served_after_a_freeze(Starlette(routes=[Route("/", serve)], lifespan=lifespan)) == "1"


def test_l2_task_that_never_rests_does_not_hold_up_the_request() -> None:
    async def spin() -> None:
        while True:  # noqa: ASYNC110 - that is the point
            await asyncio.sleep(0)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(spin())
        yield
        task.cancel()

    async def serve(_: Request) -> PlainTextResponse:
        return PlainTextResponse("ok")

    assert served_after_a_freeze(Starlette(routes=[Route("/", serve)], lifespan=lifespan)) == "ok"


def test_l2_exit_that_was_due_costs_no_request(inside_lambda: None, caplog: pytest.LogCaptureFixture) -> None:
    async def leave() -> None:
        await asyncio.sleep(DUE_S)
        raise SystemExit(3)

    async def serve(_: Request) -> PlainTextResponse:
        leaving.append(asyncio.create_task(leave()))
        return PlainTextResponse("ok")

    leaving: list[asyncio.Task[None]] = []
    assert served_after_a_freeze(Starlette(routes=[Route("/", serve)])) == "ok"
    assert "would have ended the process" in caplog.text


class CountingLoop(asyncio.SelectorEventLoop):
    runs = 0

    def run_forever(self) -> None:
        self.runs += 1
        super().run_forever()


@pytest.mark.parametrize(("back_to_back", "runs"), [(True, 1), (False, 2)])
def test_l2_costs_nothing_back_to_back(
    monkeypatch: pytest.MonkeyPatch, *, back_to_back: bool, runs: int
) -> None:
    monkeypatch.setattr(environment, "FROZEN_S", 60 if back_to_back else 0)
    loop = CountingLoop()
    asyncio.set_event_loop(loop)
    with LifespanAdapter(Recorded()) as handler:
        handler(http_event(), None)
        before = loop.runs
        handler(http_event(), None)
        assert loop.runs - before == runs
    asyncio.set_event_loop(None)
    loop.close()


def test_l2_without_a_lifespan_too() -> None:
    seen: list[bool] = []
    expired: list[int] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(bool(expired))
        asyncio.get_running_loop().call_later(DUE_S, expired.append, 1)
        await respond(send)

    with LifespanAdapter(app, "off") as handler:
        handler(http_event(), None)
        time.sleep(FROZEN_S)
        handler(http_event(), None)
    assert seen == [False, True]
