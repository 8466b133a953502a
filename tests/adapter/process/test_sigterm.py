"""SIGTERM while the function is idle: the shutdown runs once, and the process exits."""

import signal
from pathlib import Path

import pytest

from tests.adapter.events import http_event
from tests.adapter.process.sigterm_app import ADAPTER, APP, END
from tests.adapter.runtime_api import Function


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
