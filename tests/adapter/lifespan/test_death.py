import asyncio
from pathlib import Path
from typing import Any

import pytest
from mangum.exceptions import ConfigurationError

from adapter import LifespanAdapter
from adapter.asgi import ASGIApp, Receive, Scope, Send
from adapter.errors import LifespanDiedError, LifespanLostError
from adapter.facts import Fact, InvocationBegan, InvocationEnded, LifespanDied, ShutdownBegan, StartupBegan
from tests.adapter.apps import mortal, respond
from tests.adapter.events import http_event
from tests.adapter.runtime_api import Function

SOURCE = """
from adapter import LifespanAdapter
from tests.adapter.apps import mortal

handler = LifespanAdapter(
    mortal({times}), on_death="{on_death}", observe=lambda fact: print(type(fact).__name__, flush=True)
)
"""


def serve(app: ASGIApp, *paths: str, **options: Any) -> tuple[list[Any], list[Fact]]:
    """What becomes of requests: bodies and types of exceptions; and the facts."""
    facts: list[Fact] = []
    became: list[Any] = []
    with LifespanAdapter(app, observe=facts.append, **options) as handler:
        for path in paths:
            try:
                became.append(handler(http_event(path), None)["body"])
            except LifespanDiedError as error:
                became.append(type(error))
    return became, facts


@pytest.mark.conformance("C37")
@pytest.mark.parametrize(
    ("on_death", "times", "answers", "ends"),
    [
        ("restart", 9, ["2", "2"], False),
        ("restart", 1, ["LifespanLostError"], True),
        ("fail", 9, ["LifespanDiedError", "LifespanDiedError"], False),
        ("exit", 9, ["LifespanLostError"], True),
    ],
)
def test_death_between_invocations(
    tmp_path: Path, on_death: str, times: int, answers: list[str], *, ends: bool
) -> None:
    with Function(SOURCE.format(on_death=on_death, times=times), tmp_path) as function:
        assert function.invoke(http_event("/die"))[1]["body"] == "1"
        for expected in answers:
            kind, answer = function.invoke(http_event())
            assert (answer["body"] if kind == "response" else answer["errorType"]) == expected
            assert "canary" not in str(answer)
        if ends:
            assert function.wait() == 1
            assert function.output().split()[-2:] == ["InvocationEnded", "EnvironmentEnded"]
        else:
            function.ready()
        assert function.output().count("LifespanDied\n") == 1
        assert "The lifespan has ended by itself." in function.output()


@pytest.mark.conformance("C38")
def test_unasked_shutdown_failed_is_a_death(caplog: pytest.LogCaptureFixture) -> None:
    ended = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["state"]["die"].set()
            await asyncio.sleep(0)
            await respond(send)
            return
        await receive()
        scope["state"]["die"] = asyncio.Event()
        await send({"type": "lifespan.startup.complete"})
        await scope["state"]["die"].wait()
        await send({"type": "lifespan.shutdown.failed", "message": "pool died"})
        try:
            await receive()
        finally:
            ended.append(True)

    became, facts = serve(app, "/", "/")
    assert became == ["ok", "ok"]
    assert [fact.ordinal for fact in facts if isinstance(fact, LifespanDied)] == [1, 2]
    assert [fact.ordinal for fact in facts if isinstance(fact, StartupBegan)] == [1, 2]
    assert "pool died" in caplog.text
    assert ended == [True, True]


def test_restart_is_before_the_request() -> None:
    became, facts = serve(mortal(), "/die", "/", "/")
    assert became == ["1", "2", "2"]
    second = [type(fact).__name__ for fact in facts[5:10]]
    assert second == ["InvocationBegan", "LifespanDied", "StartupBegan", "StartupEnded", "InvocationEnded"]
    first, again, died = facts[1], facts[5], facts[6]
    assert isinstance(first, InvocationBegan)
    assert isinstance(again, InvocationBegan)
    assert isinstance(died, LifespanDied)
    assert (died.ordinal, died.error) == (1, "ExceptionGroup")
    assert first.at_ns < died.at_ns < again.at_ns
    assert "canary" not in repr(facts)


def test_t12_event_names_the_restart() -> None:
    _, facts = serve(mortal(), "/", "/die", "/")
    served = [fact.startup_ordinal for fact in facts if isinstance(fact, InvocationEnded)]
    assert served == [1, 1, 2]


def test_return_is_a_death() -> None:
    """An `async with` that is left has closed what it opened, whether or not something was raised."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["state"]["leave"].set()
            await asyncio.sleep(0)
            await respond(send)
            return
        await receive()
        scope["state"]["leave"] = asyncio.Event()
        await send({"type": "lifespan.startup.complete"})
        await scope["state"]["leave"].wait()

    became, facts = serve(app, "/", "/")
    assert became == ["ok", "ok"]
    assert [fact.error for fact in facts if isinstance(fact, LifespanDied)] == [None, None]


def test_dead_are_told_nothing() -> None:
    _, facts = serve(mortal(), "/die")
    assert [type(fact).__name__ for fact in facts[-2:]] == ["LifespanDied", "EnvironmentEnded"]
    assert not any(isinstance(fact, ShutdownBegan) for fact in facts)


def test_fail_is_stated_once() -> None:
    became, facts = serve(mortal(), "/die", "/", "/", on_death="fail")
    assert became == ["1", LifespanDiedError, LifespanDiedError]
    assert sum(isinstance(fact, LifespanDied) for fact in facts) == 1


@pytest.mark.parametrize(("on_death", "times"), [("exit", 9), ("restart", 1)])
def test_no_process_ends_outside_lambda(on_death: str, times: int) -> None:
    became, _ = serve(mortal(times), "/die", "/", "/", on_death=on_death)
    assert became == ["1", LifespanLostError, LifespanLostError]


def test_dead_net_is_replaced() -> None:
    """The lifespan that serves as the last resort of `every_invocation` may die as well."""
    became, facts = serve(mortal(2), "/die", "/", placement="every_invocation")
    assert became == ["1", "2"]
    assert [fact.ordinal for fact in facts if isinstance(fact, LifespanDied)] == [1]


def test_refused_answer_ends_all_the_same(tmp_path: Path) -> None:
    spoiled = "import os\nos.environ['AWS_LAMBDA_RUNTIME_API'] = '127.0.0.1:9'\n"
    with Function(SOURCE.format(on_death="exit", times=9) + spoiled, tmp_path) as function:
        assert function.invoke(http_event("/die"))[1]["body"] == "1"
        function.ready()
        function.send(http_event())
        assert function.wait() == 1
        assert "The invocation could not be answered" in function.output()


def test_unknown_way_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="on_death must be one of restart, fail, exit: got 'serve'"):
        LifespanAdapter(mortal(), on_death="serve")  # type: ignore[arg-type] # that is the point
