import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.adapter.events import http_event
from tests.adapter.runtime_api import DEADLINE_S, ROOT, Function

APP = """
import asyncio, atexit, signal, sys
from adapter import LifespanAdapter

def say(*words):
    print(*words, flush=True)

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        say("shutdown")
        await stop(send)
        return
    say("request", scope["path"])
    if scope["path"] == "/slow":
        await asyncio.sleep(0.3)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})

async def stop(send):
    await send({"type": "lifespan.shutdown.complete"})

def previous(signum, frame):
    say("previous")
"""
ADAPTER = """
handler = LifespanAdapter(app, observe=lambda fact: say(type(fact).__name__))
"""
END = ["ShutdownBegan", "shutdown", "ShutdownEnded", "EnvironmentEnded"]


def test_shuts_down_and_exits_clean(tmp_path: Path) -> None:
    with Function(APP + ADAPTER, tmp_path) as function:
        assert function.invoke(http_event())[0] == "response"
        function.ready()
        function.sigterm()
        assert function.wait() == 0
        assert function.output().split()[-4:] == END
        assert function.calls.init_errors == []


def test_before_any_event(tmp_path: Path) -> None:
    source = APP + ADAPTER.replace("(app, ", "(app, placement='first_invocation', ")
    with Function(source, tmp_path) as function:
        function.ready()
        function.sigterm()
        assert function.wait() == 0
        assert function.output().split() == ["EnvironmentStarted", "EnvironmentEnded"]


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


def test_second_signal_changes_nothing(tmp_path: Path) -> None:
    slow = """
async def stop(send):
    await asyncio.sleep(0.15)
    await send({"type": "lifespan.shutdown.complete"})
"""
    with Function(APP + slow + ADAPTER, tmp_path) as function:
        function.ready()
        function.sigterm()
        function.await_output("ShutdownBegan")
        function.sigterm()
        assert function.wait() == 0
        assert function.output().split()[-4:] == END


@pytest.mark.conformance("C44")
def test_request_is_finished_first(tmp_path: Path) -> None:
    source = APP + "signal.signal(signal.SIGTERM, previous)" + ADAPTER
    with Function(source, tmp_path) as function:
        function.ready()
        function.send(http_event("/slow"))
        while "/slow" not in function.output():
            time.sleep(0.01)
        function.sigterm()
        kind, response = function.answer()
        assert (kind, response["body"]) == ("response", "ok")
        assert function.wait() == 0
        assert function.output().split()[-8:] == ["request", "/slow", "InvocationEnded", *END, "previous"]


def test_request_under_an_unknown_client_is_finished_first(inside_lambda: None) -> None:
    """Its stack shows nothing: the adapter alone knows that an event is in hand, though no loop runs yet."""
    client = f"""
import time

def observe(fact):
    say(type(fact).__name__)
    if type(fact).__name__ == "InvocationBegan":
        signal.raise_signal(signal.SIGTERM)

handler = LifespanAdapter(app, extension=False, observe=observe)
time.sleep(0.1)  # it has been idle for longer than a response may be on its way
say("answer", handler({http_event()!r}, None)["statusCode"])
time.sleep({DEADLINE_S})
"""
    ran = subprocess.run(
        [sys.executable, "-c", APP + client],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
        timeout=DEADLINE_S,
        check=True,
    )
    assert ran.stdout.split()[-9:] == ["request", "/", "InvocationEnded", "answer", "200", *END]


def test_waits_for_the_loop_in_other_hands(tmp_path: Path) -> None:
    own = """
def other(event, context):
    if "other" in event:
        say("other")
        return asyncio.get_event_loop().run_until_complete(asyncio.sleep(0.3, "done"))
    return adapted(event, context)

adapted, handler = handler, other
"""
    with Function(APP + ADAPTER + own, tmp_path) as function:
        assert function.invoke(http_event())[0] == "response"
        function.ready()
        function.send({"other": True})
        while "other" not in function.output():
            time.sleep(0.01)
        function.sigterm()
        assert function.answer() == ("response", "done")
        assert function.wait() == 0
        assert function.output().split()[-4:] == END


@pytest.mark.conformance("C40")
def test_once_by_every_way_out(tmp_path: Path) -> None:
    source = APP + "signal.signal(signal.SIGTERM, lambda *_: (handler.shutdown(), say('previous')))" + ADAPTER
    with Function(source + "atexit.register(handler.shutdown)", tmp_path) as function:
        assert function.invoke(http_event())[0] == "response"
        function.ready()
        function.sigterm()
        assert function.wait() == 0
        assert function.output().split()[-5:] == [*END, "previous"]


@pytest.mark.parametrize("harm", ["sys.exit(3)", "1 / 0"])
def test_previous_handler_cannot_spoil_the_exit(tmp_path: Path, harm: str) -> None:
    source = APP + f"signal.signal(signal.SIGTERM, lambda *_: {harm})" + ADAPTER
    with Function(source, tmp_path) as function:
        function.ready()
        function.sigterm()
        assert function.wait() == 0


@pytest.mark.conformance("C41")
def test_hanging_shutdown_is_cut(tmp_path: Path) -> None:
    hang = "async def stop(send): await asyncio.sleep(60)\n"
    with Function(APP + hang + ADAPTER, tmp_path) as function:
        function.ready()
        function.sigterm()
        assert function.wait() == 0
        assert "longer than 0.3 s" in function.output()
        assert function.output().split()[-1] == "EnvironmentEnded"


@pytest.mark.conformance("C43")
def test_failed_shutdown_exits_clean(tmp_path: Path) -> None:
    fail = (
        "async def stop(send): await send({'type': 'lifespan.shutdown.failed', 'message': 'pool is stuck'})\n"
    )
    with Function(APP + fail + ADAPTER, tmp_path) as function:
        function.ready()
        function.sigterm()
        assert function.wait() == 0
        assert "pool is stuck" in function.output()


def test_exit_of_another_kind_shuts_down(tmp_path: Path) -> None:
    with Function(APP + ADAPTER + "raise OSError('another module')", tmp_path) as function:
        assert function.wait() == 1
        assert [kind for kind, _ in function.calls.init_errors] == ["OSError"]
        assert function.output().split()[-4:] == END


def test_signal_inside_a_shutdown_that_was_asked_for(tmp_path: Path) -> None:
    """At its first step: the app is told to stop all the same."""
    asked = """
from adapter.environment import ExecutionEnvironment

def set_attribute(self, name, value):
    object.__setattr__(self, name, value)
    if name == "_closed" and value:
        signal.raise_signal(signal.SIGTERM)

ExecutionEnvironment.__setattr__ = set_attribute
handler.shutdown()
"""
    with Function(APP + ADAPTER + asked, tmp_path) as function:
        assert function.wait() == -signal.SIGTERM  # nobody else has a handler for it
        assert function.output().split()[-4:] == END


def test_exit_of_its_own_is_not_replaced(tmp_path: Path) -> None:
    """A signal that is to be sent again does not keep a process that ends, nor change its exit code."""
    leaving = """
adapted = handler

def handler(event, context):
    adapted(event, context)
    sys.exit(3)
"""
    slow_end = """
import time
from adapter.process import sigterm

sigterm.RESPONSE_S = 20  # so that the signal does not come again before the process ends

@atexit.register  # and is called last, as it is registered first
def end_slowly():
    sigterm.RESPONSE_S = 0
    time.sleep(0.5)
"""
    request = 'say("request", scope["path"])'
    signalled = APP.replace(request, f"{request}; signal.raise_signal(signal.SIGTERM)")
    with Function(signalled + slow_end + ADAPTER + leaving, tmp_path) as function:
        function.ready()
        function.send(http_event())
        assert function.wait() == 3
        assert function.output().split()[-4:] == END


@pytest.mark.conformance("C45")
@pytest.mark.parametrize("way", ["off the main thread", "opted out"])
def test_signal_is_left_alone(tmp_path: Path, way: str) -> None:
    make = """
import threading
def make():
    global handler
    handler = LifespanAdapter(app, sigterm={sigterm})
thread = threading.Thread(target=make)
thread.{start}()
"""
    off = way == "off the main thread"
    source = APP + make.format(sigterm=off, start="start" if off else "run") + "thread.join()" * off
    with Function(source, tmp_path) as function:
        assert function.invoke(http_event())[0] == "response"
        function.ready()
        function.sigterm()
        assert function.wait() == -signal.SIGTERM


TWO = """
def named(name):
    async def inner(scope, receive, send):
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            say(name)
            await stop(send)
        else:
            await app(scope, receive, send)
    return inner

handlers = {name: LifespanAdapter(named(name), extension=False) for name in ("first", "second")}

def handler(event, context):
    return handlers[event["headers"]["host"]](event, context)
"""


@pytest.mark.parametrize("serving", ["first", "second"])
def test_two_adapters_both_shut_down(tmp_path: Path, serving: str) -> None:
    with Function(APP + TWO, tmp_path) as function:
        function.ready()
        function.send(http_event("/slow", headers={"host": serving}))
        function.await_output("request /slow")
        function.sigterm()
        assert function.answer()[0] == "response"
        assert function.wait() == 0
        assert sorted(function.output().split()[-2:]) == ["first", "second"]


TAKEN_OVER = """
own = handler

def handler(event, context):
    response = own(event, context)
    signal.signal(signal.SIGTERM, lambda *_: say("theirs"))
    return response
"""


def test_whoever_takes_the_signal_over_gets_it_once(tmp_path: Path) -> None:
    with Function(APP + ADAPTER + TAKEN_OVER, tmp_path) as function:
        function.ready()
        function.send(http_event("/slow"))
        function.await_output("request /slow")
        function.sigterm()
        assert function.answer()[0] == "response"
        function.await_output("theirs")
        time.sleep(0.3)
        assert function.output().count("theirs") == 1
