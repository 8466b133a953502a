import logging
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
