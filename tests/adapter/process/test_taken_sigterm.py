"""SIGTERM stays the adapter's, whoever takes it, and comes through, whatever the main thread is doing."""

import signal
import time
from pathlib import Path

import pytest

from tests.adapter.events import http_event
from tests.adapter.process.sigterm_app import ADAPTER, APP, END
from tests.adapter.runtime_api import Function

THEIRS = """
import os, threading, time
loops = []

async def start():
    {start}

async def serve():
    {serve}

theirs = lambda *_: say("theirs")
own = app

async def app(scope, receive, send):
    if scope["type"] != "lifespan":
        await serve()
        await own(scope, receive, send)
        return

    async def starting():
        message = await receive()
        if message["type"] == "lifespan.startup":
            await start()
        return message

    await own(scope, starting, send)
"""
IN_LOOP = "asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, theirs)"
BOTH_IN_LOOP = "[asyncio.get_running_loop().add_signal_handler(s, theirs) for s in (10, signal.SIGTERM)]"
PLAIN = "signal.signal(signal.SIGTERM, theirs)"
TAKEN = {
    "by the loop, in the lifespan": (IN_LOOP, "pass"),
    "by the loop, in a request": ("pass", IN_LOOP),
    "by the loop, with other signals": (BOTH_IN_LOOP, "pass"),
    "plainly, in the lifespan": (PLAIN, "pass"),
    "plainly, in a request": ("pass", PLAIN),
    "by both": (IN_LOOP, PLAIN),
}


def taken(start: str = "pass", serve: str = "pass") -> str:
    return APP + THEIRS.replace("{start}", start).replace("{serve}", serve) + ADAPTER


@pytest.mark.parametrize(("start", "serve"), TAKEN.values(), ids=TAKEN)
def test_l4_shuts_down_and_calls_theirs(tmp_path: Path, start: str, serve: str) -> None:
    with Function(taken(start, serve), tmp_path) as function:
        for _ in range(2):
            assert function.invoke(http_event())[0] == "response"
        function.ready()
        function.sigterm()
        assert function.wait() == 0
        said = function.output().split()
        assert [word for word in said if word != "theirs"][-4:] == END
        assert said.count("theirs") == 1 + (start != "pass" and serve != "pass")


@pytest.mark.parametrize("take", [IN_LOOP, PLAIN], ids=["by the loop", "plainly"])
def test_l4_signal_in_the_event_that_takes_it(tmp_path: Path, take: str) -> None:
    """It is theirs while the request runs, and ours all the same."""
    with Function(taken(serve=f"{take}; os.kill(os.getpid(), 15)"), tmp_path) as function:
        assert function.invoke(http_event("/slow"))[0] == "response"
        assert function.wait() == 0
        assert [word for word in function.output().split() if word != "theirs"][-4:] == END
        assert "theirs" in function.output()


def test_l4_signal_in_the_startup_that_takes_it(tmp_path: Path) -> None:
    start = f"{IN_LOOP}; os.kill(os.getpid(), 15); await asyncio.sleep(60)"
    with Function(taken(start), tmp_path) as function:
        assert function.wait() == 0
        assert "Startup was cut" in function.output()
        assert "theirs" in function.output()


def test_l4_handler_that_calls_the_one_before(tmp_path: Path) -> None:
    chaining = "before = signal.getsignal(15); signal.signal(15, lambda *_: (say('theirs'), before(*_)))"
    with Function(taken(serve=chaining), tmp_path) as function:
        for _ in range(3):
            assert function.invoke(http_event())[0] == "response"
        function.ready()
        function.sigterm()
        assert function.wait() == 0
        assert function.output().count("theirs") == 1
        assert [word for word in function.output().split() if word != "theirs"][-4:] == END


def test_l4_handler_that_the_app_removes_again(tmp_path: Path) -> None:
    remove = "asyncio.get_running_loop().remove_signal_handler(signal.SIGTERM)"
    with Function(taken(IN_LOOP, f"say({remove})"), tmp_path) as function:
        for expected in ("True", "False"):
            assert function.invoke(http_event())[0] == "response"
            assert expected in function.output()
        function.ready()
        function.sigterm()
        assert function.wait() == 0
        assert "theirs" not in function.output()
        assert function.output().split()[-4:] == END


def test_l4_loop_of_others_that_gives_the_signal_back_to_nobody(tmp_path: Path) -> None:
    """`asyncio.run` sets the default handler when it ends, if something in it had taken the signal."""
    job = f"""
async def job():
    {IN_LOOP}

adapted = handler

def handler(event, context):
    asyncio.run(job())
    return adapted(event, context)
"""
    with Function(taken() + job, tmp_path) as function:
        assert function.invoke(http_event())[0] == "response"
        function.ready()
        function.sigterm()
        assert function.wait() == 0
        assert function.output().split()[-4:] == END


def test_l4_taken_from_two_adapters(tmp_path: Path) -> None:
    """Both shut down, though only one has served the event in which it was taken."""
    two = """
other = LifespanAdapter(own, extension=False, observe=lambda fact: say("other", type(fact).__name__))
"""
    with Function(taken(serve=PLAIN) + two, tmp_path) as function:
        assert function.invoke(http_event())[0] == "response"
        function.ready()
        function.sigterm()
        assert function.wait() == 0
        said = function.output()
        assert said.count("EnvironmentEnded") == 2
        assert said.count("shutdown\n") == 2
        assert said.split()[-1] == "theirs"


SLOW_RESPONSE = """
from decimal import Decimal

class Slow(Decimal):
    # Encoded by the runtime client, after the handler has returned.
    def __str__(self):
        os.kill(os.getpid(), 15)
        time.sleep(0.2)
        return "1"

adapted = handler

def handler(event, context):
    return {**adapted(event, context), "slow": Slow(1)}
"""


def test_l7_signal_while_the_response_is_encoded(tmp_path: Path) -> None:
    """A response of 6 MB takes longer than any fixed allowance."""
    with Function(taken() + SLOW_RESPONSE, tmp_path) as function:
        assert function.invoke(http_event())[1]["body"] == "ok"
        assert function.wait() == 0
        assert function.output().split()[-4:] == END


JUST_RECEIVED = """
from awslambdaric.lambda_runtime_client import BaseLambdaRuntimeClient

receive = BaseLambdaRuntimeClient._get_next

def receive_with_a_signal(client):
    event = receive(client)
    os.kill(os.getpid(), 15)
    time.sleep(0.2)
    return event

BaseLambdaRuntimeClient._get_next = receive_with_a_signal
"""


def test_l7_event_that_has_just_come_in_is_answered(tmp_path: Path) -> None:
    """The client's thread has it, and the main thread still waits for that thread."""
    with Function(taken() + JUST_RECEIVED, tmp_path) as function:
        assert function.invoke(http_event())[1]["body"] == "ok"
        assert function.wait() == 0
        assert function.output().split()[-4:] == END


NO_THREAD = """
import _thread
start_new_thread = _thread.start_new_thread

def fail(*args, **kwargs):
    raise RuntimeError("can't start new thread")

def allow(start):
    threading._start_new_thread = _thread.start_new_thread = start

allow({in_init})
adapted = LifespanAdapter(app, extension=False, observe=lambda fact: say(type(fact).__name__))
allow(start_new_thread)

def handler(event, context):
    allow({in_requests})
    try:
        return adapted(event, context)
    finally:
        allow(start_new_thread)
"""


@pytest.mark.parametrize(
    ("in_init", "in_requests"), [("start_new_thread", "fail"), ("fail", "start_new_thread")]
)
def test_l7_signal_while_no_thread_can_start(tmp_path: Path, in_init: str, in_requests: str) -> None:
    source = APP + "import threading" + NO_THREAD.format(in_init=in_init, in_requests=in_requests)
    with Function(source, tmp_path) as function:
        function.ready()
        function.send(http_event("/slow"))
        function.await_output("request /slow")
        function.sigterm()
        assert function.answer()[1]["body"] == "ok"
        assert function.wait() == 0
        assert function.output().split()[-4:] == END


def test_l7_signal_under_events_back_to_back(tmp_path: Path) -> None:
    """All that were taken are answered, but for the one that may come as the process ends."""
    with Function(taken(), tmp_path) as function:
        for _ in range(20_000):
            function.send(http_event())
        function.await_output("request /", 50)
        function.sigterm()
        assert function.wait() == 0
        served = function.output().count("request /")
        assert served < 20_000
        assert function.calls.answers.qsize() == served
        assert function.output().split()[-4:] == END


MISSED = """
from adapter.process.runtime_client import asks_for_next
main = threading.main_thread().ident

def elsewhere():
    # As if it had come just before the main thread waits in C: Python's handler cannot run there.
    while not asks_for_next(main):
        time.sleep(0.01)
    time.sleep(0.2)
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

threading.Thread(target=elsewhere, daemon=True).start()
"""
OTHER_WAKEUPS = {
    "nobody's": "pass",
    "the loop's": "asyncio.get_running_loop().add_signal_handler(10, theirs)",
    "their own": "loops.extend(os.pipe()); os.set_blocking(loops[1], False); signal.set_wakeup_fd(loops[1])",
}


@pytest.mark.parametrize("take", OTHER_WAKEUPS.values(), ids=OTHER_WAKEUPS)
def test_l11_signal_that_the_main_thread_misses(tmp_path: Path, take: str) -> None:
    with Function(taken(take) + MISSED, tmp_path) as function:
        assert function.wait() == 0
        assert [word for word in function.output().split() if word != "theirs"][-4:] == END


def test_l11_missed_while_a_startup_awaits(tmp_path: Path) -> None:
    elsewhere = "threading.Timer(0.1, lambda: signal.pthread_kill(threading.get_ident(), 15)).start()"
    limits = "startup_budget=None, startup_timeout=None"  # either one would wake the main thread
    source = taken(f"{elsewhere}; await asyncio.sleep(60)").replace("(app, ", f"(app, {limits}, ")
    with Function(source, tmp_path) as function:
        assert function.wait() == 0
        assert "Startup was cut" in function.output()


def test_l11_others_hear_all_signals(tmp_path: Path) -> None:
    """A process has one wakeup descriptor: what comes is passed on to whoever has set it before."""
    take = OTHER_WAKEUPS["their own"] + "; signal.signal(10, theirs)"
    listening = """
heard = []

def listen():
    while not loops:
        time.sleep(0.01)
    while True:
        numbers = os.read(loops[0], 9)
        say("heard", *numbers)
        heard.extend(numbers)

threading.Thread(target=listen, daemon=True).start()

async def stop(send):
    while signal.SIGTERM not in heard:  # or the process ends before the thread has its turn
        await asyncio.sleep(0.01)
    await send({"type": "lifespan.shutdown.complete"})
"""
    with Function(taken(take) + listening, tmp_path) as function:
        function.ready()
        function.signal(signal.SIGUSR1)
        function.await_output("heard 10")
        function.sigterm()
        assert function.wait() == 0
        assert "heard 15" in function.output()


def test_l11_child_that_inherits_the_descriptor(tmp_path: Path) -> None:
    """Its handler in C writes where the parent reads: that is no signal to the parent."""
    child = """
pid = os.fork()
if pid == 0:
    time.sleep(60)
while (ended := os.waitpid(pid, os.WNOHANG)) == (0, 0):  # Python forgets one that comes as a child begins
    os.kill(pid, 15)
    time.sleep(0.001)
say("child", os.waitstatus_to_exitcode(ended[1]))
"""
    with Function(taken() + child, tmp_path) as function:
        assert function.invoke(http_event())[0] == "response"
        assert "child -15" in function.output()
        time.sleep(0.1)
        assert function.invoke(http_event())[0] == "response"
        assert "EnvironmentEnded" not in function.output()
