import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator
from contextvars import ContextVar

import anyio
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from adapter import LifespanAdapter
from adapter.asgi import Receive, Scope, Send
from adapter.errors import NestedLoopError
from adapter.facts import Fact, InvocationEnded, ShutdownEnded
from tests.adapter.apps import Recorded, respond
from tests.adapter.events import http_event


@pytest.mark.conformance("C28")
def test_one_loop_for_everything() -> None:
    loops = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        loops.append(asyncio.get_running_loop())
        if scope["type"] == "http":
            await respond(send)
            return
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        loops.append(asyncio.get_running_loop())
        await send({"type": "lifespan.shutdown.complete"})

    with LifespanAdapter(app) as handler:
        handler(http_event(), None)
        handler(http_event(), None)
    assert len(loops) == 4
    assert len(set(loops)) == 1


@pytest.mark.conformance("C29")
def test_survives_asyncio_run() -> None:
    async def elsewhere() -> None:
        await asyncio.sleep(0)

    with LifespanAdapter(Recorded()) as handler:
        handler(http_event(), None)
        asyncio.run(elsewhere())
        assert handler(http_event(), None)["statusCode"] == 200
        asyncio.run(elsewhere())


def test_loop_is_current_for_user_code() -> None:
    loops = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        loops.append(asyncio.get_running_loop())
        await respond(send)

    with LifespanAdapter(app, "off") as handler:
        handler(http_event(), None)
        assert asyncio.get_event_loop() is loops[0]
        assert loops[0].run_until_complete(asyncio.sleep(0, "ran")) == "ran"


@pytest.mark.conformance("C30")
def test_refuses_a_running_loop() -> None:
    facts: list[Fact] = []

    with LifespanAdapter(Recorded(), observe=facts.append) as handler:

        async def inside() -> None:
            with pytest.raises(NestedLoopError, match="inside a running one"):
                handler(http_event(), None)
            with pytest.raises(NestedLoopError):
                handler.shutdown()

        asyncio.run(inside())
        assert handler(http_event(), None)["statusCode"] == 200
    errors = [fact.error for fact in facts if isinstance(fact, InvocationEnded)]
    assert errors == ["NestedLoopError", None]


def test_refuses_a_running_loop_without_lifespan() -> None:
    handler = LifespanAdapter(Recorded(), "off")

    async def inside() -> None:
        with pytest.raises(RuntimeError, match="LifespanAdapter runs an event loop of its own"):
            handler(http_event(), None)

    asyncio.run(inside())
    handler.shutdown()


def test_import_leaves_the_current_loop() -> None:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    handler = LifespanAdapter(Recorded())
    assert asyncio.get_event_loop() is loop
    handler.shutdown()
    assert asyncio.get_event_loop() is loop
    asyncio.set_event_loop(None)
    loop.close()


@pytest.mark.conformance("C31")
def test_client_of_the_startup_works_later() -> None:
    """Locks, queues and connections are bound to the loop that they first wait in."""

    async def upper(server: socket.socket) -> None:
        while data := await asyncio.get_running_loop().sock_recv(server, 100):
            await asyncio.get_running_loop().sock_sendall(server, data.upper())

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        state = scope["state"]
        if scope["type"] == "http":
            async with state["lock"]:
                state["writer"].write(b"hello\n")
                await respond(send, await state["reader"].readline())
            return
        await receive()
        client, server = socket.socketpair()
        server.settimeout(0)
        task = asyncio.create_task(upper(server))
        state["lock"] = asyncio.Lock()
        state["reader"], state["writer"] = await asyncio.open_connection(sock=client)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        state["writer"].close()
        await state["writer"].wait_closed()
        await task
        server.close()
        await send({"type": "lifespan.shutdown.complete"})

    with LifespanAdapter(app) as handler:
        for _ in range(5):
            assert handler(http_event(), None)["body"] == "HELLO\n"
            asyncio.run(asyncio.sleep(0))


@pytest.mark.conformance("C32")
def test_task_group_spans_startup_and_shutdown() -> None:
    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[dict[str, object]]:
        async with anyio.create_task_group() as group:
            send, receive = anyio.create_memory_object_stream[int](10)

            async def collect() -> None:
                async with receive:
                    collected.extend([number async for number in receive])

            group.start_soon(collect)
            yield {"send": send, "lock": asyncio.Lock()}
            send.close()

    async def number(request: Request) -> PlainTextResponse:
        async with request.state.lock:
            await request.state.send.send(len(collected))
            await asyncio.sleep(0)
        return PlainTextResponse("ok")

    collected: list[int] = []
    facts: list[Fact] = []
    app = Starlette(routes=[Route("/", number)], lifespan=lifespan)
    with LifespanAdapter(app, observe=facts.append) as handler:
        for _ in range(5):
            assert handler(http_event(), None)["statusCode"] == 200
    assert len(collected) == 5
    ended = facts[-2]
    assert isinstance(ended, ShutdownEnded)
    assert ended.outcome == "complete"


@pytest.mark.conformance("C33")
def test_context_variables_do_not_leak() -> None:
    variable = ContextVar("variable", default="unset")
    seen = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await receive()
            variable.set("lifespan")
            await send({"type": "lifespan.startup.complete"})
            await receive()
            seen.append(variable.get())
            await send({"type": "lifespan.shutdown.complete"})
        else:
            seen.append(variable.get())
            variable.set("request")
            await respond(send)

    with LifespanAdapter(app) as handler:
        handler(http_event(), None)
        handler(http_event(), None)
    assert seen == ["unset", "unset", "lifespan"]
    assert variable.get() == "unset"


@pytest.mark.conformance("C34")
def test_background_task_sleeps_between_requests() -> None:
    # The loop stands still then, as the process does on Lambda. What became due is done in the next request.
    ticks = []

    async def tick() -> None:
        while True:
            await asyncio.sleep(0.01)
            ticks.append(time.monotonic())

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await asyncio.sleep(0.03)
            await respond(send)
            return
        await receive()
        task = asyncio.create_task(tick())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        task.cancel()

    with LifespanAdapter(app) as handler:
        handler(http_event(), None)
        before = len(ticks)
        assert before > 0
        time.sleep(0.1)
        assert len(ticks) == before
        assert handler(http_event(), None)["statusCode"] == 200
        assert len(ticks) > before


@pytest.mark.conformance("C35")
def test_pending_task_does_not_break_next_request() -> None:
    tasks = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/leave":
            tasks.append(asyncio.create_task(asyncio.sleep(60)))
        await respond(send)

    with LifespanAdapter(app, "off") as handler:
        assert handler(http_event("/leave"), None)["statusCode"] == 200
        assert handler(http_event("/"), None)["statusCode"] == 200
        assert not tasks[0].done()
    assert tasks[0].cancelled()


def test_what_an_exit_has_interrupted_does_not_go_on() -> None:
    """A SystemExit in another task leaves the loop at once, and the request in the middle of its work."""
    log: list[str] = []
    tasks: list[asyncio.Task[None]] = []

    async def leave() -> None:
        raise SystemExit(3)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/leave":
            tasks.append(asyncio.create_task(leave()))
            await asyncio.sleep(0)
            log.append("went on")
        await asyncio.sleep(0.01)
        await respond(send)

    with LifespanAdapter(app, "off") as handler:
        with pytest.raises(SystemExit):
            handler(http_event("/leave"), None)
        assert handler(http_event("/"), None)["statusCode"] == 200
    assert log == []
