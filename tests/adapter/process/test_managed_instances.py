"""Managed instances: the runtime client forks workers before it imports the handler."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapter.events import http_event
from tests.adapter.runtime_api import DEADLINE_S, Function

WORKERS = 3
MANAGED = {
    "AWS_LAMBDA_INITIALIZATION_TYPE": "lambda-managed-instances",
    "AWS_LAMBDA_MAX_CONCURRENCY": str(WORKERS),
}
SOURCE = """
import os
from adapter import LifespanAdapter
from tests.adapter.apps import Recorded

class App(Recorded):
    async def __call__(self, scope, receive, send):
        if scope["type"] == "http":
            self.log.append(os.getpid())
        await super().__call__(scope, receive, send)

def observe(fact):
    environment = getattr(fact, "environment", None)
    identity = (environment.id, environment.process, fact.reinit) if environment else ()
    os.write(1, " ".join(map(str, (os.getpid(), type(fact).__name__, *identity))).encode() + b"\\n")

handler = LifespanAdapter(App(), observe=observe)
"""


@pytest.fixture
def function(tmp_path: Path) -> Iterator[Function]:
    """One whose workers are all ready."""
    with Function(SOURCE, tmp_path, environ=MANAGED) as function:
        for _ in range(WORKERS):
            function.ready()
        yield function


def facts(function: Function) -> dict[int, list[str]]:
    """Names of facts, by worker."""
    told: dict[int, list[str]] = {}
    for line in function.output().splitlines():
        pid, name, *_ = line.split()
        told.setdefault(int(pid), []).append(name)
    return told


def gone(pid: int) -> bool:
    """Whether a process has ended, be it that nobody has asked for its exit code yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def await_end(*pids: int) -> None:
    ends = time.monotonic() + DEADLINE_S
    while not all(map(gone, pids)):
        assert time.monotonic() < ends
        time.sleep(0.01)


END = ["ShutdownBegan", "ShutdownEnded", "EnvironmentEnded"]


def test_one_lifespan_each(function: Function) -> None:
    assert (
        sorted(facts(function).values()) == [["EnvironmentStarted", "StartupBegan", "StartupEnded"]] * WORKERS
    )
    identities = [line.split()[2:] for line in function.output().splitlines() if "EnvironmentStarted" in line]
    environments, processes, reinits = (set(column) for column in zip(*identities, strict=True))
    assert len(environments) == 1
    assert len(processes) == WORKERS
    assert reinits == {"False"}
    assert function.calls.registered == []


def test_workers_serve(function: Function) -> None:
    for _ in range(2 * WORKERS):
        function.send(http_event())
        assert function.answer()[1]["body"] == "ok"
    assert sum(names.count("InvocationEnded") for names in facts(function).values()) == 2 * WORKERS
    assert all(names.count("StartupEnded") == 1 for names in facts(function).values())


def test_sigterm_to_one_worker(function: Function) -> None:
    ended, *others = facts(function)
    os.kill(ended, signal.SIGTERM)
    await_end(ended)
    assert facts(function)[ended][-3:] == END
    for _ in range(WORKERS):  # one of them may go to the connection of the worker that is gone
        function.send(http_event())
    assert [function.answer()[1]["body"] for _ in others] == ["ok", "ok"]
    assert all("ShutdownBegan" not in facts(function)[pid] for pid in others)


def test_sigterm_to_the_parent(function: Function) -> None:
    """The runtime client does not handle it; the workers notice all the same."""
    workers = list(facts(function))
    function.sigterm()
    assert function.wait() == -signal.SIGTERM
    await_end(*workers)
    assert all(names[-3:] == END for names in facts(function).values())
