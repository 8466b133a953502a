import os
import signal
from collections.abc import Callable

import pytest

from adapter import LifespanAdapter
from adapter.facts import EnvironmentStarted, Fact
from tests.adapter.apps import Recorded
from tests.adapter.events import http_event

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


def test_child_dies_of_sigterm(inside_lambda: None) -> None:
    def work() -> bool:
        signal.raise_signal(signal.SIGTERM)
        return False

    with LifespanAdapter(Recorded()) as handler:
        assert in_child(work) == -signal.SIGTERM
        assert handler(http_event(), None)["statusCode"] == 200
