"""SIGTERM while an event is in hand: it is finished first, whoever handles it."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.adapter.events import http_event
from tests.adapter.process.sigterm_app import ADAPTER, APP, END
from tests.adapter.runtime_api import DEADLINE_S, ROOT, Function


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
