"""`--app`: apps of any origin, served by the adapter with telemetry, in real processes."""

import textwrap
from pathlib import Path

import pytest

from tests.telemetry.lab.conftest import Lab

ALL = ("--placement", "init", "first_invocation", "every_invocation")
FEW = ("--environments", 2, "--invocations", 3)

STARLETTE = """
    from contextlib import asynccontextmanager
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route
    from service import greeting

    @asynccontextmanager
    async def lifespan(app):
        yield {"greeting": greeting}

    async def root(request):
        return PlainTextResponse(request.state.greeting)

    app = Starlette(routes=[Route("/", root)], lifespan=lifespan)
"""
ONCE = """
    started = 0

    async def app(scope, receive, send):
        global started
        if scope["type"] == "lifespan":
            await receive()
            started += 1
            if started > 1:
                raise RuntimeError("this can be started only once")
            scope["state"]["ready"] = True
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
        else:
            await send({"type": "http.response.start", "status": 200 if scope["state"]["ready"] else 500})
            await send({"type": "http.response.body", "body": b"ok"})
"""


def write(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(textwrap.dedent(text), encoding="utf-8")


def test_starlette_outside_the_project(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    write(elsewhere, "shop.py", STARLETTE)
    write(elsewhere, "service.py", 'greeting = "hello"')  # named as a room of ours; the app means its own
    run = lab("--app", "shop:app", "--app-dir", str(elsewhere), *ALL, *FEW)
    assert run.code == 0, run.stderr
    assert run.lab["app"] == "shop:app"
    assert "Next: python -m telemetry.report records.jsonl" in run.stdout
    assert [line["status"] for line in run.records("invocation")] == [200] * 18
    for sent in run.lab["sent"].values():
        assert sent == {"environments": 2, "invocations": 6, "starts": {"cold": 2, "warm": 4}}
    startups = [line["placement"] for line in run.records("startup")]
    assert (startups.count("init"), startups.count("first_invocation")) == (2, 2)
    assert startups.count("every_invocation") >= 6
    assert run.records("end")


def test_startup_only_once_per_process(lab: Lab, here: Path) -> None:
    write(here, "once.py", ONCE)
    run = lab("--app", "once:app", *ALL, *FEW)
    assert run.code == 0, run.stderr
    assert [line["status"] for line in run.records("invocation")] == [200] * 18
    fallbacks = run.records("fallback")
    assert {(line["placement"], line["in_force"]) for line in fallbacks} == {("every_invocation", "init")}
    assert len({line["environment"] for line in fallbacks}) == 2


@pytest.mark.parametrize(
    ("flags", "first"),
    [
        ((), "cold"),
        (("--idle", 0.3, "--env", "LIFESPAN_PROACTIVE_GAP_MS=300"), "proactive"),
        (("--init-type", "provisioned-concurrency"), "provisioned"),
    ],
)
def test_what_was_sent_is_what_was_recorded(
    lab: Lab, here: Path, flags: tuple[str | float, ...], first: str
) -> None:
    write(here, "once.py", ONCE)
    run = lab("--app", "once:app", "--no-warm-up", *flags, *ALL, *FEW)
    for placement, sent in run.lab["sent"].items():
        starts = [line["start"] for line in run.records("invocation") if line["placement"] == placement]
        assert (
            {start: starts.count(start) for start in set(starts)} == sent["starts"] == {first: 2, "warm": 4}
        )
    recorded = [line["request_id"] for line in run.records("invocation")]
    assert recorded == [report["requestId"] for report in run.reports]


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("app.py", "--app app.py: expected module:attribute"),
        (
            "absent:app",
            "--app absent:app: there is no module absent; name the folder",
        ),
        ("once.inner:app", "there is no module once.inner"),
        ("once:other", "--app once:other: module once has no attribute other"),
        ("once:started", "--app once:started: expected an ASGI app or a factory, which is callable, but its"),
        ("broken:app", "No module named 'left_pad'"),
        ("quits:app", "SystemExit: 3"),
    ],
)
def test_targets_that_lead_nowhere(lab: Lab, here: Path, target: str, reason: str) -> None:
    write(here, "once.py", ONCE)
    write(here, "broken.py", "import left_pad")
    write(here, "quits.py", "raise SystemExit(3)")
    run = lab("--app", target, *FEW)
    assert run.code == 2
    assert reason in run.stderr
    assert not run.out.exists()


def test_failing_startup(lab: Lab, here: Path) -> None:
    write(
        here,
        "fails.py",
        """
        async def app(scope, receive, send):
            await receive()
            await send({"type": "lifespan.startup.failed", "message": "no model"})
        """,
    )
    run = lab("--app", "fails:app", "--no-warm-up", *FEW)
    assert run.code == 1
    assert "did not start, in environment 1 (init)" in run.stderr
    assert len(run.records("failure")) == 1
    assert run.lab["complete"] is False
