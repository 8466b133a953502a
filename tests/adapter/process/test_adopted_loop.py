"""Whoever has connected something on the thread's event loop finds it working in requests."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from adapter import LifespanAdapter
from adapter.facts import Fact, LifespanDied, StartupBegan
from tests.adapter.apps import Recorded
from tests.adapter.events import http_event
from tests.adapter.process.test_fork import in_child
from tests.adapter.runtime_api import Function

APP = """
import asyncio
from adapter import LifespanAdapter

class Pool:
    # Whoever waits for an answer on another loop gets a RuntimeError: "attached to a different loop".
    def __init__(self):
        self.loop = asyncio.get_running_loop()

    async def fetch(self):
        answer = self.loop.create_future()
        self.loop.call_soon(answer.set_result, "row")
        return await answer

pools = []

async def connect():
    pools.append(Pool())

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        if not pools:
            await connect()
        await pools[0].fetch()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await pools[0].fetch()
        print("shutdown", flush=True)
        await send({"type": "lifespan.shutdown.complete"})
        return
    row = await pools[0].fetch()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": row.encode()})
"""
CONNECT = "asyncio.get_event_loop().run_until_complete(connect())\n"
NEW_LOOP = """
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(connect())
"""
HANDLER = "handler = LifespanAdapter(app)\n"
NO_LIFESPAN = "handler = LifespanAdapter(app, lifespan='off')\n"
LAZY = "handler = LifespanAdapter(app, placement='first_invocation')\n"
OWN_CLASS = """
class OwnLoop(asyncio.SelectorEventLoop):
    pass

loop = OwnLoop()
asyncio.set_event_loop(loop)
loop.run_until_complete(connect())
"""
JOBS = """
adapted = handler

def handler(event, context):
    asyncio.get_event_loop().run_until_complete(pools[0].fetch())
    response = adapted(event, context)
    asyncio.get_event_loop().run_until_complete(pools[0].fetch())
    return response
"""
RUN = "asyncio.run(asyncio.sleep(0))\n"
RUN_WITH_SIGNALS = """
async def job():
    asyncio.get_running_loop().add_signal_handler(10, print)

runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
runner.run(job())
runner.close()
"""
CLOSED = """
asyncio.set_event_loop(asyncio.new_event_loop())
asyncio.get_event_loop().close()
"""
RUNNER = "runner = asyncio.Runner()\nrunner.run(connect())\n"
WAYS = {
    "the reported one": NO_LIFESPAN + CONNECT,
    "connected in the lifespan": HANDLER + JOBS,
    "current loop, after the startup": "async def connect_first(): await connect()\n" + HANDLER + CONNECT,
    "set before": NEW_LOOP + HANDLER,
    "set before, lazily": NEW_LOOP + LAZY,
    "set after": NO_LIFESPAN + NEW_LOOP,
    "set after, lazily": LAZY + NEW_LOOP,
    "another class": OWN_CLASS + HANDLER,
    "a runner": RUNNER + HANDLER,
    "a runner, and jobs of others": RUNNER + HANDLER + JOBS,
    "jobs between events": NEW_LOOP + HANDLER + JOBS,
    "a loop of others before": RUN + HANDLER,
    "a loop of others after": NO_LIFESPAN + NEW_LOOP + RUN_WITH_SIGNALS,
    "a loop that others closed": CLOSED + HANDLER,
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_l1_what_was_connected_on_the_current_loop_works(tmp_path: Path, way: str) -> None:
    with Function(APP + way, tmp_path) as function:
        for _ in range(3):
            kind, response = function.invoke(http_event())
            assert (kind, response.get("body")) == ("response", "row"), function.output()
        function.ready()
        function.sigterm()
        assert function.wait() == 0
        assert function.output().count("shutdown") == (0 if "off" in way else 1)


def test_l1_uvloop_that_was_set_by_hand(tmp_path: Path) -> None:
    pytest.importorskip("uvloop")
    uvloop = "import uvloop\n" + NEW_LOOP.replace("asyncio.new_event_loop", "uvloop.new_event_loop")
    with Function(APP + uvloop + HANDLER + JOBS, tmp_path) as function:
        for _ in range(3):
            assert function.invoke(http_event())[1]["body"] == "row"
        function.ready()
        function.sigterm()
        assert function.wait() == 0
        assert "shutdown" in function.output()


@contextmanager
def current_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """A loop of somebody else."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        yield loop
    finally:
        asyncio.set_event_loop(None)
        loop.close()


class Loops:
    """An app that keeps the loops it ran on."""

    def __init__(self) -> None:
        self.seen: list[asyncio.AbstractEventLoop] = []

    def app(self) -> Starlette:
        @asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[None]:
            self.seen.append(asyncio.get_running_loop())
            yield
            self.seen.append(asyncio.get_running_loop())

        async def serve(_: Request) -> PlainTextResponse:
            self.seen.append(asyncio.get_running_loop())
            return PlainTextResponse("ok")

        return Starlette(routes=[Route("/", serve)], lifespan=lifespan)


def test_l1_adopted_loop_is_not_closed() -> None:
    loops = Loops()
    with current_loop() as loop:
        with LifespanAdapter(loops.app()) as handler:
            handler(http_event(), None)
        assert loops.seen == [loop, loop, loop]
        assert not loop.is_closed()
        assert asyncio.get_event_loop() is loop
        assert loop.run_until_complete(asyncio.sleep(0, "works")) == "works"


def test_l1_tasks_of_the_owner_are_left_alone() -> None:
    with current_loop() as loop:
        theirs = loop.create_task(asyncio.sleep(60))
        with LifespanAdapter(Loops().app()) as handler:
            handler(http_event(), None)
            left_behind = loop.create_task(asyncio.sleep(60))
        assert not theirs.done()
        assert left_behind.cancelled()
        theirs.cancel()
        loop.run_until_complete(asyncio.wait([theirs]))


def test_l1_loop_of_another_adapter_is_not_adopted() -> None:
    first, second = Loops(), Loops()
    with LifespanAdapter(first.app()) as one, LifespanAdapter(second.app(), "off") as other:
        for handler in (one, other, one, other):
            handler(http_event(), None)
        assert len({*first.seen}) == len({*second.seen}) == 1
        assert first.seen[0] is not second.seen[0]
        one.shutdown()
        assert other(http_event(), None)["statusCode"] == 200


def test_l1_two_adapters_share_a_loop_of_the_user() -> None:
    first, second = Loops(), Loops()
    with current_loop() as loop:
        with LifespanAdapter(first.app()) as one, LifespanAdapter(second.app()) as other:
            one(http_event(), None)
            other(http_event(), None)
        assert {*first.seen, *second.seen} == {loop}


def test_l1_loop_that_runs_elsewhere_is_not_adopted() -> None:
    loops = Loops()
    with current_loop() as loop:
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        try:
            with LifespanAdapter(loops.app()) as handler:
                assert handler(http_event(), None)["statusCode"] == 200
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
        assert loop not in loops.seen


def test_l1_loop_set_while_a_lifespan_lives_is_left_to_its_owner() -> None:
    """The lifespan cannot move; and what others run on their own loop goes on there."""
    loops = Loops()
    with LifespanAdapter(loops.app()) as handler:
        handler(http_event(), None)
        with current_loop() as loop:
            assert handler(http_event(), None)["statusCode"] == 200
            assert asyncio.get_event_loop() is loop
        assert len({*loops.seen}) == 1


def test_l1_child_does_not_adopt_the_loop_of_its_parent() -> None:
    """They would share the descriptors that it waits on."""
    loops = Loops()

    def work() -> bool:
        handler(http_event(), None)
        return loops.seen[-1] is not loop

    with current_loop() as loop, LifespanAdapter(loops.app()) as handler:
        handler(http_event(), None)
        assert in_child(work) == 0
        assert loops.seen[-1] is loop


@pytest.mark.parametrize("adopted", [True, False])
def test_l1_loop_that_someone_has_closed_is_a_death(*, adopted: bool) -> None:
    loops = Loops()
    facts: list[Fact] = []
    loop = asyncio.new_event_loop()
    if adopted:
        asyncio.set_event_loop(loop)
    with LifespanAdapter(loops.app(), observe=facts.append) as handler:
        handler(http_event(), None)
        asyncio.get_event_loop().close()
        assert handler(http_event(), None)["statusCode"] == 200
        assert handler(http_event(), None)["statusCode"] == 200
    loop.close()
    assert len({*loops.seen}) == 2
    assert [fact.error for fact in facts if isinstance(fact, LifespanDied)] == ["RuntimeError"]
    assert [fact.ordinal for fact in facts if isinstance(fact, StartupBegan)] == [1, 2]


def test_l1_shutdown_after_the_loop_was_closed() -> None:
    with current_loop(), LifespanAdapter(Recorded()) as handler:
        handler(http_event(), None)
        asyncio.get_event_loop().close()


def test_loop_is_current_for_user_code_right_after_construction(inside_lambda: None) -> None:
    """As Mangum leaves one: from Python 3.14 on, nobody else makes it."""
    asyncio.set_event_loop(None)
    with LifespanAdapter(Recorded(), "off"):
        assert asyncio.get_event_loop().run_until_complete(asyncio.sleep(0, "ran")) == "ran"
