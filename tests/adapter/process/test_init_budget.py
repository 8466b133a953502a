import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapter import LifespanAdapter, preload
from adapter.asgi import Receive, Scope, Send
from adapter.errors import LifespanStartupTimeoutError
from adapter.facts import Fact, InvocationEnded, StartupDeferred, StartupEnded
from tests.adapter.apps import respond
from tests.adapter.events import http_event
from tests.adapter.runtime_api import Function

SOURCE = """
import asyncio, time
from adapter import LifespanAdapter

def say(*words):
    print(*words, flush=True)

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        say("loop", id(asyncio.get_running_loop()))
        {startup}
        say("loop", id(asyncio.get_running_loop()))
        await send({{"type": "lifespan.startup.complete"}})
        await receive()
    else:
        say("loop", id(asyncio.get_running_loop()))
        await send({{"type": "http.response.start", "status": 200, "headers": []}})
        await send({{"type": "http.response.body", "body": b"ok"}})

def observe(fact):
    say("fact", type(fact).__name__, getattr(fact, "deferred", ""), getattr(fact, "reinit", ""))

handler = LifespanAdapter(app, startup_budget=0, observe=observe)
"""
SLOW = SOURCE.format(startup="await asyncio.sleep(0.1)")
BLOCKING = SOURCE.format(startup="time.sleep(0.2)")


def facts_in(output: str) -> list[str]:
    lines = [line.split() for line in output.splitlines()]
    return [" ".join(words[1:]) for words in lines if words[0] == "fact"]


def test_startup_goes_on_in_the_first_invocation(tmp_path: Path) -> None:
    with Function(SLOW, tmp_path) as function:
        function.ready()
        assert facts_in(function.output()) == ["EnvironmentStarted False", "StartupBegan", "StartupDeferred"]
        function.send(http_event())
        assert function.answer()[1]["body"] == "ok"
        function.ready()
        assert facts_in(function.output())[3:] == ["InvocationBegan", "StartupEnded True", "InvocationEnded"]
        loops = [line for line in function.output().splitlines() if line.startswith("loop")]
        assert len(loops) == 3
        assert len(set(loops)) == 1


@pytest.mark.parametrize("init_type", ["provisioned-concurrency", "snap-start", "lambda-managed-instances"])
def test_only_on_demand_is_limited(tmp_path: Path, init_type: str) -> None:
    environ = {"AWS_LAMBDA_INITIALIZATION_TYPE": init_type}
    with Function(SLOW, tmp_path, environ=environ) as function:
        function.ready()
        assert "StartupEnded False" in facts_in(function.output())


def test_reinit_has_no_budget(tmp_path: Path) -> None:
    """The second process of an environment begins inside an invocation, and may take as long as that."""
    with Function(SLOW, tmp_path) as killed:
        killed.ready()
    with Function(SLOW, tmp_path) as function:
        function.ready()
        assert facts_in(function.output()) == [
            "EnvironmentStarted True",
            "StartupBegan",
            "StartupEnded False",
        ]


def test_blocking_startup_is_warned_of(tmp_path: Path) -> None:
    with Function(BLOCKING, tmp_path) as function:
        function.ready()
        assert "past its budget of 0 s" in function.output()
        assert "StartupEnded False" in facts_in(function.output())


def test_startup_within_its_budget_is_not(tmp_path: Path) -> None:
    with Function(SLOW.replace("startup_budget=0", "startup_budget=60"), tmp_path) as function:
        function.ready()
        assert facts_in(function.output()) == [
            "EnvironmentStarted False",
            "StartupBegan",
            "StartupEnded False",
        ]


def test_old_process_has_no_budget(inside_lambda: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lambda would have ended its INIT long ago, so whatever this is, it is not limited."""
    began_ns = time.time_ns() - 11_000_000_000
    monkeypatch.setattr("adapter.process.identity.process_began_ns", lambda: began_ns)
    facts: list[Fact] = []
    app = Slow()

    async def ready_soon(scope: Scope, receive: Receive, send: Send) -> None:
        asyncio.get_running_loop().call_later(0.01, app.ready.set)
        await app(scope, receive, send)

    with LifespanAdapter(ready_soon, observe=facts.append):
        assert isinstance(facts[-1], StartupEnded)


class Context:
    """Of an invocation that has so many milliseconds left, of which the response needs 200."""

    def __init__(self, remaining_ms: int) -> None:
        self._remaining_ms = remaining_ms

    def get_remaining_time_in_millis(self) -> int:
        return self._remaining_ms


class Slow:
    """An app that starts once it is `ready`, in a `preload` block."""

    def __init__(self) -> None:
        self.ready = asyncio.Event()
        self.log: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await respond(send)
            return
        await receive()
        self.log.append("startup")
        with preload("model"):
            await self.ready.wait()
        await send({"type": "lifespan.startup.complete"})
        self.log.append((await receive())["type"])


@pytest.fixture
def facts() -> list[Fact]:
    return []


@pytest.fixture
def app() -> Slow:
    return Slow()


@pytest.fixture
def handler(inside_lambda: None, app: Slow, facts: list[Fact]) -> Iterator[LifespanAdapter]:
    with LifespanAdapter(app, startup_budget=0, startup_timeout=5, observe=facts.append) as handler:
        yield handler


def test_unfinished_startup_outlasts_its_invocation(
    app: Slow, handler: LifespanAdapter, facts: list[Fact]
) -> None:
    for _ in range(2):
        with pytest.raises(LifespanStartupTimeoutError, match="goes on in the next invocation"):
            handler(http_event(), Context(210))
    app.ready.set()
    assert handler(http_event(), Context(3000))["statusCode"] == 200
    handler.shutdown()
    assert app.log == ["startup", "lifespan.shutdown"]
    assert sum(isinstance(fact, StartupDeferred) for fact in facts) == 3
    errors = [fact.error for fact in facts if isinstance(fact, InvocationEnded)]
    assert errors == ["LifespanStartupTimeoutError"] * 2 + [None]


def test_pauses_are_not_measured(inside_lambda: None, app: Slow, facts: list[Fact]) -> None:
    """Both parts of the startup lie in calls that are timed from outside: load stretches both."""
    began = time.perf_counter_ns()
    with LifespanAdapter(app, startup_budget=0, startup_timeout=5, observe=facts.append) as handler:
        init_ns = time.perf_counter_ns() - began
        time.sleep(1)
        app.ready.set()
        began = time.perf_counter_ns()
        handler(http_event(), None)
        call_ns = time.perf_counter_ns() - began
    [ended] = [fact for fact in facts if isinstance(fact, StartupEnded)]
    [served] = [fact for fact in facts if isinstance(fact, InvocationEnded)]
    assert (ended.outcome, ended.began.phase, ended.deferred) == ("complete", "init", True)
    assert 0 < ended.wall_ns < init_ns + call_ns
    assert 0 < ended.resources[0].wall_ns < init_ns + call_ns
    assert 0 < served.startup_ns < served.wall_ns < call_ns


def test_startup_timeout_counts_all_parts(inside_lambda: None, app: Slow, facts: list[Fact]) -> None:
    with LifespanAdapter(app, startup_budget=0, startup_timeout=1, observe=facts.append) as handler:
        with pytest.raises(LifespanStartupTimeoutError, match="goes on"):
            handler(http_event(), Context(210))
        with pytest.raises(LifespanStartupTimeoutError, match="was cancelled"):
            handler(http_event(), Context(30_000))
        app.ready.set()
        assert handler(http_event(), Context(3000))["statusCode"] == 200
    assert [fact.outcome for fact in facts if isinstance(fact, StartupEnded)] == ["failed", "complete"]


def test_no_timeout_waits(app: Slow) -> None:
    app.ready.set()
    with LifespanAdapter(app, startup_timeout=None) as handler:
        assert handler(http_event(), None)["statusCode"] == 200


def test_no_time_left_is_no_time(app: Slow, handler: LifespanAdapter) -> None:
    with pytest.raises(LifespanStartupTimeoutError, match="goes on in the next invocation"):
        handler(http_event(), Context(100))
    app.ready.set()
    assert handler(http_event(), Context(3000))["statusCode"] == 200
