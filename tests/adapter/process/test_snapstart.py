import asyncio
import random
import signal
import socket
import time
from pathlib import Path
from typing import Any

import pytest
import snapshot_restore_py  # type: ignore[import-untyped] # it publishes no types

from adapter import LifespanAdapter
from adapter.asgi import Receive, Scope, Send
from adapter.errors import SnapshotHookError
from adapter.facts import EnvironmentStarted, Fact, SnapshotAnnounced
from adapter.settings import Hook
from tests.adapter.apps import Recorded, respond
from tests.adapter.events import http_event
from tests.adapter.runtime_api import Function

SNAP_START = {"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}
SOURCE = """
import asyncio, random
from adapter import LifespanAdapter
from tests.adapter.apps import respond

random.seed(1)

def say(*words):
    print(*words, flush=True)

async def app(scope, receive, send):
    if scope["type"] == "http":
        say("request", scope["state"]["pool"], id(asyncio.get_running_loop()))
        await respond(send)
        return
    await receive()
    scope["state"]["pool"] = "open"
    say("startup", "open", id(asyncio.get_running_loop()))
    await send({"type": "lifespan.startup.complete"})
    await receive()
    say("shutdown")

async def before_snapshot(state):
    say("before", state["pool"], id(asyncio.get_running_loop()))
    state["pool"] = "closed"

async def after_restore(state):
    say("after", state["pool"], id(asyncio.get_running_loop()))
    say("random", random.random())
    state["pool"] = "open again"

def observe(fact):
    name = type(fact).__name__
    environment = getattr(fact, "environment", None)
    say(name, *((environment.id, environment.process, fact.restore_ns) if environment else ()))

handler = LifespanAdapter(
    app, before_snapshot=before_snapshot, after_restore=after_restore, observe=observe
)
"""


def test_hooks_run_around_the_snapshot(tmp_path: Path) -> None:
    with Function(SOURCE, tmp_path, environ=SNAP_START) as function:
        assert function.invoke(http_event())[0] == "response"
        function.ready()
        assert function.calls.snapshots == 1
        function.sigterm()
        assert function.wait() == 0
        lines = [line.split() for line in function.output().splitlines()]
    assert [line[0] for line in lines] == [
        *["EnvironmentStarted", "StartupBegan", "startup", "StartupEnded"],
        *["before", "SnapshotAnnounced"],
        *["after", "random", "EnvironmentStarted"],
        *["InvocationBegan", "request", "InvocationEnded"],
        *["ShutdownBegan", "shutdown", "ShutdownEnded", "EnvironmentEnded"],
    ]
    told = {line[0]: line[1:] for line in lines}
    pools = [told[name][0] for name in ("startup", "before", "after")] + [lines[10][1]]
    assert pools == ["open", "open", "closed", "open"]
    assert lines[10][1:3] == ["open", "again"]
    assert len({told["startup"][1], told["before"][1], told["after"][1], lines[10][3]}) == 1
    first, restored = lines[0], lines[8]
    assert first[1] != restored[1]
    assert first[2] != restored[2]
    assert first[3] == "None"
    assert int(restored[3]) > 0
    assert float(told["random"][0]) != random.Random(1).random()  # noqa: S311 - that is the question


@pytest.mark.parametrize(("hook", "code"), [("before_snapshot", 64), ("after_restore", 65)])
@pytest.mark.parametrize("error", ["OSError", "SystemExit"])
def test_failing_hook_fails_the_phase(tmp_path: Path, hook: str, code: int, error: str) -> None:
    head = f"async def {hook}(state):\n"
    raises = f"    raise {error}('-'.join(('canary', '5f2c')))\n"
    failing = SOURCE.replace(head, head + raises)
    with Function(failing, tmp_path, environ=SNAP_START) as function:
        assert function.wait() == code
        told = function.calls.restore_errors + [body for _, body in function.calls.init_errors]
        assert [body["errorType"] for body in told] == ["SnapshotHookError"]
        assert told[0]["errorMessage"].startswith(f"{hook} failed: {error} at function.py:")
        assert "canary-5f2c" not in str(told)
        assert "canary-5f2c" in function.output()


def test_no_hooks_elsewhere(tmp_path: Path) -> None:
    with Function(SOURCE, tmp_path) as function:
        assert function.invoke(http_event())[0] == "response"
        assert "before" not in function.output()
        assert "EnvironmentStarted" in function.output()


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch, inside_lambda: None) -> Any:
    """What the runtime client would call, in a process of which a snapshot is to be taken."""
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")
    monkeypatch.setattr(snapshot_restore_py, "_before_snapshot_registry", [])
    monkeypatch.setattr(snapshot_restore_py, "_after_restore_registry", [])
    return snapshot_restore_py


def cross(registry: Any) -> None:
    for function, args, kwargs in registry.get_before_snapshot() + registry.get_after_restore():
        function(*args, **kwargs)


def test_identity_is_new(registry: Any) -> None:
    facts: list[Fact] = []
    before_ns = time.time_ns()
    with LifespanAdapter(Recorded(), observe=facts.append):
        cross(registry)
    one, copy = (fact for fact in facts if isinstance(fact, EnvironmentStarted))
    assert one.environment.id != copy.environment.id
    assert one.environment.process != copy.environment.process
    assert before_ns < copy.at_ns <= copy.environment.process_began_ns
    assert (one.restore_ns, copy.environment.init_type) == (None, "snap-start")
    announced = next(fact for fact in facts if isinstance(fact, SnapshotAnnounced))
    assert facts.index(one) < facts.index(announced) < facts.index(copy)


async def fail(state: dict[str, Any]) -> None:
    raise OSError("canary")


@pytest.mark.parametrize("lifespan", ["auto", "off"])
def test_hooks_without_state(registry: Any, lifespan: Any) -> None:
    seen: list[dict[str, Any]] = []

    async def hook(state: dict[str, Any]) -> None:
        seen.append(state)

    with LifespanAdapter(Recorded(), lifespan, before_snapshot=hook, after_restore=hook):
        cross(registry)
    assert seen == [{}, {}]


@pytest.mark.parametrize(("before", "after"), [(fail, None), (None, fail)])
def test_failure_has_no_text(registry: Any, before: Hook | None, after: Hook | None) -> None:
    failed = pytest.raises(SnapshotHookError, match=r"OSError at test_snapstart\.py")
    with LifespanAdapter(Recorded(), before_snapshot=before, after_restore=after), failed as caught:
        cross(registry)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("leap_s", [-1000.0, 1000.0])
def test_timers_survive_another_clock(registry: Any, monkeypatch: pytest.MonkeyPatch, leap_s: float) -> None:
    """A timer set before the snapshot is due soon after it, whatever the clock of the new machine says."""
    tasks: list[asyncio.Task[None]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            done, _ = await asyncio.wait(tasks, timeout=5)
            await respond(send, b"due" if done else b"late")
            return
        await receive()
        tasks.append(asyncio.create_task(asyncio.sleep(0.05)))
        await send({"type": "lifespan.startup.complete"})
        await receive()

    with LifespanAdapter(app) as handler:
        [(before, _, _)] = registry.get_before_snapshot()
        [(after, _, _)] = registry.get_after_restore()
        before()
        monotonic = time.monotonic
        with monkeypatch.context() as elsewhere:
            elsewhere.setattr(time, "monotonic", lambda: monotonic() + leap_s)
            after()
            assert handler(http_event(), None)["body"] == "due"
            handler.shutdown()


def test_connection_that_no_copy_has_is_known_to_be_lost(
    monkeypatch: pytest.MonkeyPatch, registry: Any
) -> None:
    """Also where the new machine's clock says that nothing can have happened since."""
    streams: list[asyncio.StreamReader] = []
    ours, theirs = socket.socketpair()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await respond(send, b"known" if streams[0].at_eof() else b"not known")
            return
        await receive()
        reader, writer = await asyncio.open_connection(sock=ours)
        streams.append(reader)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        writer.close()

    with LifespanAdapter(app) as handler:
        [(before, _, _)] = registry.get_before_snapshot()
        [(after, _, _)] = registry.get_after_restore()
        before()
        theirs.close()
        monotonic = time.monotonic
        with monkeypatch.context() as elsewhere:
            elsewhere.setattr(time, "monotonic", lambda: monotonic() - 1000)
            after()
            assert handler(http_event(), None)["body"] == "known"
            handler.shutdown()


def test_what_was_taken_in_a_copy_is_taken_back(monkeypatch: pytest.MonkeyPatch, registry: Any) -> None:
    """The wakeup descriptor, without which a SIGTERM may be missed, whatever the new machine's clock says."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            signal.set_wakeup_fd(-1)
            await respond(send)
            return
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()

    with LifespanAdapter(app) as handler:
        [(before, _, _)] = registry.get_before_snapshot()
        [(after, _, _)] = registry.get_after_restore()
        before()
        monotonic = time.monotonic
        with monkeypatch.context() as elsewhere:
            elsewhere.setattr(time, "monotonic", lambda: monotonic() - 1000)
            after()
            handler(http_event(), None)
            descriptor = signal.set_wakeup_fd(-1)
            signal.set_wakeup_fd(descriptor)
            handler.shutdown()
    assert descriptor != -1
