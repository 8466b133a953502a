"""SIGTERM while the app starts up: what it is told depends on how far it has come."""

from pathlib import Path

import pytest

from tests.adapter.process.sigterm_app import ADAPTER, APP, END
from tests.adapter.runtime_api import Function

STARTING = """
import asyncio, time
from adapter import LifespanAdapter

def say(*words):
    print(*words, flush=True)

async def app(scope, receive, send):
    try:
        {startup}
    finally:
        say("unwound")
        say((await receive())["type"], (await receive())["type"])

handler = LifespanAdapter(app, {arguments}observe=lambda fact: say(type(fact).__name__))
"""


@pytest.mark.conformance("C42")
@pytest.mark.parametrize("signals", [1, 2])
def test_unfinished_startup_is_told_nothing(tmp_path: Path, signals: int) -> None:
    source = STARTING.format(startup="say('starting'); await asyncio.sleep(60)", arguments="")
    with Function(source, tmp_path) as function:
        function.await_output("starting")
        for _ in range(signals):
            function.sigterm()
        assert function.wait() == 0
        assert function.calls.init_errors == []
        said = [line for line in function.output().splitlines() if "Startup was cut" not in line]
        assert said[-4:] == ["starting", "unwound", "StartupEnded", "EnvironmentEnded"]


def test_signal_before_the_app_is_asked(tmp_path: Path) -> None:
    """Whoever observes runs first: a startup that has not reached the app is cut as well."""
    early = """
def observe(fact):
    say(type(fact).__name__)
    if type(fact).__name__ == "StartupBegan":
        signal.raise_signal(signal.SIGTERM)

handler = LifespanAdapter(app, observe=observe)
"""
    with Function(APP + early, tmp_path) as function:
        assert function.wait() == 0
        facts = [line for line in function.output().splitlines() if "Startup was cut" not in line]
        assert facts == ["EnvironmentStarted", "StartupBegan", "StartupEnded", "EnvironmentEnded"]


def test_signal_right_after_the_app_has_started(tmp_path: Path) -> None:
    """The app is up, though nobody has noticed it yet: it is shut down like any other."""
    complete = 'await send({"type": "lifespan.startup.complete"})'
    signalled = APP.replace(
        complete, f"await asyncio.sleep(0); {complete}; signal.raise_signal(signal.SIGTERM)"
    )
    with Function(signalled + ADAPTER, tmp_path) as function:
        assert function.wait() == 0
        assert function.output().split()[-5:] == ["StartupEnded", *END]


def test_deferred_startup_is_told_nothing(tmp_path: Path) -> None:
    source = STARTING.format(startup="await asyncio.sleep(60)", arguments="startup_budget=0, ")
    with Function(source, tmp_path) as function:
        function.ready()
        function.sigterm()
        assert function.wait() == 0
        said = [line for line in function.output().splitlines() if len(line.split()) == 1]
        assert said[-4:] == ["StartupDeferred", "unwound", "StartupEnded", "EnvironmentEnded"]


def test_startup_that_blocks_is_shut_down_after_it(tmp_path: Path) -> None:
    blocking = APP.replace("await receive()", "say('starting'); time.sleep(0.3); await receive()", 1)
    with Function("import time" + blocking + ADAPTER, tmp_path) as function:
        function.await_output("starting")
        function.sigterm()
        assert function.wait() == 0
        assert function.output().split()[-5:] == ["StartupEnded", *END]
