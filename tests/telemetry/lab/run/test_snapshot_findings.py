"""What copies of a snapshot would share: planted faults are found, and what was renewed is not."""

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from telemetry.lab.snapshot import check
from telemetry.report.__main__ import main as report
from tests.telemetry.lab.conftest import Lab, Run
from tests.telemetry.lab.environments import RUNTIME_CLIENT, STARLETTE, linked
from tests.telemetry.lab.run.snap_start import ONE


def shared(run: Run) -> dict[str, set[str]]:
    """Places by kind."""
    found: dict[str, set[str]] = {}
    for one in run.lab["snapshot"]["shared"]:
        found.setdefault(one["kind"], set()).add(one["place"])
    return found


PLANTED = """
import asyncio, datetime, os, random, secrets, socket, time, uuid
from contextlib import asynccontextmanager
import numpy as np
from opentelemetry.trace import SpanContext
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

NAMESPACE = uuid.UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")  # no finding: the same everywhere
ROUTES = ["0123456789abcdef0123456789abcdef"]  # as above
instance = uuid.uuid4()
worker = f"worker-{uuid.uuid4()}"
key = os.urandom(16)
token = secrets.token_urlsafe(24)
started = time.time()
began = time.monotonic()
seen_at = datetime.datetime.now(datetime.timezone.utc)
span = SpanContext(random.getrandbits(128) | 1 << 127, random.getrandbits(64) | 1 << 63, is_remote=False)
jitter = random.Random()
fixed = random.Random(42)
drawn = np.random.default_rng()

async def refresh():
    while True:
        await asyncio.sleep(3600)

class Pool:
    def __init__(self, address):
        self.socket = socket.create_connection(address)

    def ask(self):
        self.socket.sendall(b"x")
        return self.socket.recv(1)

@asynccontextmanager
async def lifespan(app):
    host, port = os.environ["PEER"].split(":")
    task = asyncio.create_task(refresh())
    yield {"pool": Pool((host, int(port))), "ids": [str(uuid.uuid4())], "own": uuid.uuid4()}
    task.cancel()

def serve(request):
    answer = request.state.pool.ask()
    return PlainTextResponse("ok" if answer else "dead", 200 if answer else 503)

app = Starlette(routes=[Route("/", serve)], lifespan=lifespan)
"""


@pytest.fixture
def peer() -> Iterator[str]:
    """A server that answers each byte."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        over = threading.Event()

        def answer(one: socket.socket) -> None:
            with one:
                try:
                    while one.recv(1):
                        one.sendall(b"y")
                except OSError:
                    pass

        def accept() -> None:
            while not over.is_set():
                try:
                    one = server.accept()[0]
                except TimeoutError:
                    continue
                one.settimeout(60)
                threads.append(threading.Thread(target=answer, args=(one,)))
                threads[-1].start()

        threads: list[threading.Thread] = []
        accepting = threading.Thread(target=accept)
        accepting.start()
        yield "{}:{}".format(*server.getsockname())
        over.set()
        for thread in (accepting, *threads):
            thread.join()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_planted_faults_are_found(lab: Lab, here: Path, peer: str) -> None:
    (here / "planted.py").write_text(PLANTED, encoding="utf-8")
    run = lab("--app", "planted:app", "--env", f"PEER={peer}", "--no-warm-up", *ONE)
    found = shared(run)
    assert found["UUID"] >= {"planted.instance", "planted.worker"}
    for end in ("['ids'][0]", "['own']"):
        assert [place for place in found["UUID"] if place.endswith(end)]
    assert "planted.NAMESPACE" not in str(found)
    assert "ROUTES" not in str(found)
    assert found["random bytes"] == {"planted.key"}
    assert found["random text"] == {"planted.token"}
    assert found["random number"] == {"planted.span[0]", "planted.span[1]"}
    assert found["time of day"] >= {"planted.started", "planted.seen_at"}
    assert "planted.began" in found["monotonic clock"]
    assert {"planted.jitter"} <= found["random generator"]
    assert [place for place in found["random generator"] if place.startswith("planted.drawn")]
    assert found["generator with a fixed seed"] >= {"planted.fixed"}
    (connection,) = found["connection"]
    assert connection.startswith(f"to {peer}, ")
    assert connection.endswith("['pool'].socket")
    assert [place for place in found["timer"] if "refresh" in place]
    assert run.lab["snapshot"]["failed"] == run.lab["snapshot"]["requests"] == 1
    assert run.lab["snapshot"]["renewed"]["random generator"] == 1  # that of the module, by the adapter
    assert "BrokenPipeError" in run.stderr
    assert "planted.instance" in run.stdout


RENEWED = (
    PLANTED.replace("app = Starlette(", "starlette = Starlette(")
    + """
from adapter import LifespanAdapter

async def before_snapshot(state):
    state["pool"].socket.close()
    for task in asyncio.all_tasks():
        if "refresh" in task.get_coro().__qualname__:
            task.cancel()

async def after_restore(state):
    global instance, worker, key, token, started, began, seen_at, span, drawn
    instance, worker, key, token = uuid.uuid4(), "", b"", ""
    started, began, seen_at, span = time.time(), time.monotonic(), None, None
    jitter.seed()
    fixed.seed()
    np.random.seed()
    drawn = np.random.default_rng()
    host, port = os.environ["PEER"].split(":")
    state["pool"], state["ids"], state["own"] = Pool((host, int(port))), [], None

handler = LifespanAdapter(
    starlette, before_snapshot=before_snapshot, after_restore=after_restore)
"""
)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_hooks_that_renew_everything_leave_nothing(lab: Lab, here: Path, peer: str) -> None:
    (here / "renewed.py").write_text(RENEWED, encoding="utf-8")
    arguments = ("--handler", "renewed.handler", "--without-records", "--no-warm-up", "--env", f"PEER={peer}")
    run = lab(*arguments, *ONE)
    assert run.code == 0
    assert shared(run) == {}
    assert run.lab["snapshot"]["renewed"]["random generator"] == 5
    assert "connection" not in run.lab["snapshot"]["renewed"]
    assert run.lab["snapshot"]["failed"] == 0
    assert "nothing was found that every copy would share, or find dead" in run.stdout


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_adapter_and_telemetry_keep_nothing_of_theirs(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lab leaves out of its findings what the adapter mends on a restore, and nothing else."""
    source = """
        import os
        from starlette.applications import Starlette
        from starlette.responses import PlainTextResponse
        from starlette.routing import Route
        from adapter import LifespanAdapter
        from telemetry import Telemetry

        telemetry = Telemetry.from_env(os.environ)
        app = Starlette(routes=[Route("/", lambda _: PlainTextResponse("ok"))])
        handler = LifespanAdapter(telemetry.traced(app), **telemetry.hooks)
    """
    monkeypatch.setattr(check, "OWN", frozenset())
    run = lab(*ONE, handler=source)
    places = {place.rpartition(".")[2] for found in shared(run).values() for place in found}
    # The name that Lambda has for the extension; and times of which none is compared with a later one.
    assert places <= {"_args[1]", "_left_at", "_taken_at", "_wall", "_cpu"}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_in_the_apps_own_environment(lab: Lab, here: Path) -> None:
    python = linked(here / "venv", *RUNTIME_CLIENT, *STARLETTE)
    (here / "own").mkdir()
    source = """
import uuid
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
instance = uuid.uuid4()
app = Starlette(routes=[Route("/", lambda _: PlainTextResponse("ok"))])
"""
    (here / "own" / "main.py").write_text(source, encoding="utf-8")
    run = lab("--python", python, "--app", "main:app", "--app-dir", here / "own", "--no-warm-up", *ONE)
    assert run.code == 0
    assert shared(run) == {"UUID": {"main.instance"}}
    assert [line["start"] for line in run.records("invocation")] == ["snapstart", "warm"]
    verdict = here / "verdict.json"
    assert report([str(run.out), "--json", str(verdict)]) == 0
    measured = json.loads(verdict.read_text(encoding="utf-8"))
    assert measured["measured_on"]["restore_left_out"] is True
    assert measured["arms"][0]["environments"] == 1
    assert "without its restore" in measured["headline"][-1]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_in_an_artifact(lab: Lab, here: Path) -> None:
    folder = here / "built"
    folder.mkdir()
    (folder / "function.py").write_text(
        "import uuid\ninstance = uuid.uuid4()\ndef handler(event, context): return {'statusCode': 200}\n",
        encoding="utf-8",
    )
    arguments = ("--artifact", folder, "--handler", "function.handler", "--without-records", "--no-warm-up")
    run = lab(*arguments, *ONE)
    assert run.code == 0
    assert shared(run) == {"UUID": {"function.instance"}}
