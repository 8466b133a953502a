import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from adapter import LifespanAdapter
from adapter.facts import EnvironmentStarted, Fact
from tests.adapter.apps import Recorded
from tests.adapter.events import http_event
from tests.adapter.runtime_api import Function

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")


def in_child(work: Callable[[], object]) -> int:
    """Exit code of a forked child: 0 when `work` returns true, the signal's negative when killed."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            code = 0 if work() else 2
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


FORKING = """
import os
from adapter import LifespanAdapter
from tests.adapter.apps import mortal

adapted = LifespanAdapter(mortal(), observe=lambda fact: print(os.getpid(), type(fact).__name__, flush=True))

def handler(event, context):
    if "fork" not in event:
        return adapted(event, context)
    pid = os.fork()
    if pid == 0:
        try:
            os._exit(int(adapted(event, context)["body"]))
        finally:
            os._exit(99)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
"""


@pytest.mark.conformance("C46")
def test_fork_does_not_reuse_the_loop(tmp_path: Path) -> None:
    with Function(FORKING, tmp_path) as function:
        assert function.invoke(http_event())[1]["body"] == "1"
        # The second of the process: the child has a lifespan of its own, started in a copy of the app.
        assert function.invoke({**http_event(), "fork": True}) == ("response", 2)
        assert function.invoke(http_event())[1]["body"] == "1"
        function.ready()
        function.sigterm()
        assert function.wait() == 0
        facts = [line.split() for line in function.output().splitlines()]
        started = [pid for pid, name in facts if name == "EnvironmentStarted"]
        assert len(set(started)) == 2
        assert [name for pid, name in facts if pid == started[1]][:4] == [
            *["EnvironmentStarted", "InvocationBegan", "StartupBegan", "StartupEnded"]
        ]
        assert [name for pid, name in facts if pid == started[0]].count("ShutdownEnded") == 1


def test_child_starts_afresh() -> None:
    app = Recorded()
    facts: list[Fact] = []
    with LifespanAdapter(app, observe=facts.append) as handler:
        handler(http_event(), None)

        def work() -> bool:
            del facts[1:]
            app.log.clear()
            answered = handler(http_event(), None)["statusCode"] == 200
            parent, child = (fact.environment for fact in facts if isinstance(fact, EnvironmentStarted))
            return answered and app.log == ["startup", "request"] and parent.process != child.process

        assert in_child(work) == 0
        assert handler(http_event(), None)["statusCode"] == 200
    assert app.log == ["startup", "request", "request", "shutdown"]


def test_child_shuts_nothing_of_the_parent_down() -> None:
    app = Recorded()
    with LifespanAdapter(app) as handler:
        handler(http_event(), None)

        def work() -> bool:
            handler.shutdown()
            return "shutdown" not in app.log

        assert in_child(work) == 0
        assert handler(http_event(), None)["statusCode"] == 200


def test_child_has_the_handler_from_before(inside_lambda: None) -> None:
    def work() -> bool:
        signal.raise_signal(signal.SIGTERM)
        return False

    before = signal.signal(signal.SIGTERM, lambda *_: os._exit(7))
    try:
        with LifespanAdapter(Recorded()):
            assert in_child(work) == 7
    finally:
        signal.signal(signal.SIGTERM, before)


def test_child_dies_of_sigterm(inside_lambda: None) -> None:
    def work() -> bool:
        signal.raise_signal(signal.SIGTERM)
        return False

    with LifespanAdapter(Recorded()) as handler:
        assert in_child(work) == -signal.SIGTERM
        assert handler(http_event(), None)["statusCode"] == 200
