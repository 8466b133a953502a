import logging
import signal
import socket
from pathlib import Path

import pytest

from adapter.process import extension
from tests.adapter.events import http_event
from tests.adapter.runtime_api import Function

PLAIN = """
from adapter import LifespanAdapter
from tests.adapter.apps import Recorded
handler = LifespanAdapter(Recorded(){arguments})
"""


@pytest.mark.parametrize(
    ("runtime", "wanted"),
    [
        ("AWS_Lambda_python3.11", False),
        ("AWS_Lambda_python3.12", True),
        ("AWS_Lambda_python3.14", True),
        ("AWS_Lambda_python3.9", False),
        ("AWS_Lambda_nodejs24.x", False),
        ("", False),
    ],
)
def test_only_where_a_sigterm_is_seen(runtime: str, *, wanted: bool) -> None:
    assert extension.worth_registering({"AWS_EXECUTION_ENV": runtime}) is wanted
    assert not extension.worth_registering({})


def test_not_for_every_worker() -> None:
    environ = {"AWS_EXECUTION_ENV": "AWS_Lambda_python3.13"}
    assert extension.worth_registering(environ)
    managed = {"AWS_LAMBDA_INITIALIZATION_TYPE": "lambda-managed-instances"}
    assert not extension.worth_registering({**environ, **managed})


def test_registers_and_waits(tmp_path: Path) -> None:
    with Function(PLAIN.format(arguments=""), tmp_path) as function:
        assert function.invoke(http_event())[0] == "response"
        assert function.calls.registered == [("lifespan-adapter", {"events": []})]
        assert function.calls.extension_waits.wait(5)


def test_lost_connection_is_harmless(tmp_path: Path) -> None:
    with Function(PLAIN.format(arguments=""), tmp_path) as function:
        assert function.calls.extension_waits.wait(5)
        function.calls.drop_extension.set()
        assert function.invoke(http_event())[0] == "response"
        assert function.output() == ""


def test_lost_connections_do_not_add_up(tmp_path: Path) -> None:
    """An event that arrives shows that the API is there: only failures in a row end the extension."""
    work = ", after_response=lambda seconds: print('work', flush=True)"
    with Function(PLAIN.format(arguments=work), tmp_path, drop_after_invoke=True) as function:
        for ordinal in range(1, 2 * extension.MOST_FAILURES + 1):
            assert function.invoke(http_event())[0] == "response"
            function.await_output("work", ordinal)


@pytest.mark.parametrize(
    ("arguments", "runtime"), [(", extension=False", "AWS_Lambda_python3.13"), ("", "AWS_Lambda_python3.11")]
)
def test_does_not_register(tmp_path: Path, arguments: str, runtime: str) -> None:
    environ = {"AWS_EXECUTION_ENV": runtime}
    with Function(PLAIN.format(arguments=arguments), tmp_path, environ=environ) as function:
        assert function.invoke(http_event())[0] == "response"
        assert function.calls.registered == []


def test_refusal_is_harmless(tmp_path: Path) -> None:
    with Function(PLAIN.format(arguments=""), tmp_path, refuse_extensions=True) as function:
        assert function.invoke(http_event())[0] == "response"
        assert not function.calls.extension_waits.is_set()
        assert "status 403" in function.output()


def test_nobody_listening_is_harmless(caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with caplog.at_level(logging.WARNING, "adapter"):
            extension.register(f"127.0.0.1:{unused.getsockname()[1]}")
    assert "No extension could be registered" in caplog.text


WORKING = """
import os, signal, sys, time
from adapter import LifespanAdapter
from tests.adapter.apps import Recorded

class App(Recorded):
    async def __call__(self, scope, receive, send):
        await super().__call__(scope, receive, send)
        if scope["type"] == "lifespan":
            print("shutdown", flush=True)

def work(seconds):
    print("worked", flush=True)
    {work}

handler = LifespanAdapter(App(), after_response=work)
"""


@pytest.mark.parametrize("work", ["sys.exit(1)", "raise KeyboardInterrupt", "raise BaseException", "1 / 0"])
def test_l6_thread_survives_its_work(tmp_path: Path, work: str) -> None:
    """Lambda would wait for it after each later event, until the timeout."""
    with Function(WORKING.replace("{work}", work), tmp_path) as function:
        for ordinal in (1, 2, 3):
            assert function.invoke(http_event())[0] == "response"
            function.await_output("worked\n", ordinal)
            function.await_output("The work after a response failed.", ordinal)


def test_l6_api_that_fails_for_a_moment_is_asked_again(tmp_path: Path) -> None:
    with Function(WORKING.replace("{work}", "pass"), tmp_path) as function:
        for ordinal in (1, 2):
            for _ in range(extension.MOST_FAILURES - 1):
                function.calls.failing_polls.put(None)
            assert function.invoke(http_event())[0] == "response"
            function.await_output("worked\n", ordinal)
        assert "the process ends" not in function.output()


@pytest.mark.parametrize(("sigterm", "code"), [(True, 0), (False, -signal.SIGTERM)])
def test_l6_process_ends_when_the_api_is_gone(tmp_path: Path, *, sigterm: bool, code: int) -> None:
    """Later events get a new process, and an answer. The response that was on its way has left."""
    source = WORKING.replace("{work}", "pass").replace("after_response", f"sigterm={sigterm}, after_response")
    with Function(source, tmp_path) as function:
        function.ready()
        for _ in range(extension.MOST_FAILURES + 1):
            function.calls.failing_polls.put(None)
        function.send(http_event())
        assert function.answer()[0] == "response"
        assert function.wait() == code
        assert f"failed {extension.MOST_FAILURES} times in a row: the process ends." in function.output()
        assert function.output().count("shutdown") == (1 if sigterm else 0)
