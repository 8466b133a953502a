"""Apps with planted packages, whose cost and use are known, in environments of the real runtime client."""

import json
import textwrap
from pathlib import Path
from typing import Any

import pytest

from telemetry.lab.imports.__main__ import main
from tests.telemetry.lab.environments import install, uv_environment

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

SLOW = "import time\ntime.sleep(0.5)\n"
"""Half a second more or less is no noise, even where the machine is busy."""
FUNCTION = "def run():\n    return 1\n"
PACKAGES = {
    "planted_unused": SLOW + FUNCTION,
    "planted_rare": SLOW + FUNCTION,
    "planted_often": FUNCTION,
    "planted_base": SLOW + FUNCTION,
    "planted_shared": "import planted_base\n" + FUNCTION,
    "planted_startup": FUNCTION,
    "used_at_once": "VALUE = 1\n",
    "planted_data": "from dataclasses import dataclass\n\n@dataclass\nclass Point:\n    x: int\n",
    "planted_late": "import planted_startup\nplanted_startup.run()\n",
    "planted_task": """
        import asyncio
        wanted, done = asyncio.Event(), asyncio.Event()

        async def work():
            await wanted.wait()
            done.set()
    """,
    "planted_loop": """
        import queue, threading
        todo = queue.Queue()

        def work():
            while True:
                todo.get()
                todo.task_done()

        threading.Thread(target=work, daemon=True).start()
    """,
}
APP = """
import asyncio

import planted_unused
import planted_rare
import planted_often
import planted_base
import planted_shared
import planted_startup
import planted_data
import planted_loop
import planted_task
import simplejson
import used_at_once

ONCE = used_at_once.VALUE


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        planted_startup.run()
        task = asyncio.create_task(planted_task.work())
        for _ in range(2):
            message = await receive()
            await send({"type": message["type"] + ".complete"})
        return
    planted_often.run()
    planted_shared.run()
    if scope["path"] == "/rare":
        planted_rare.run()
        planted_data.Point(1)
        import planted_late
        for _ in range(2):  # the second one comes after the loop has jumped
            planted_loop.todo.put(1)
            planted_loop.todo.join()
        planted_task.wanted.set()
        await planted_task.done.wait()
    if scope["path"] == "/never":
        planted_unused.run()
        planted_base.run()
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})
"""

HIDES_ITS_USE = """
import planted_rare


async def app(scope, receive, send):
    assert scope["type"] == "http"
    globals()["planted_rare"].run()
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})
"""


def event(folder: Path, path: str) -> str:
    http = {
        "method": "GET",
        "path": path,
        "protocol": "HTTP/1.1",
        "sourceIp": "127.0.0.1",
        "userAgent": "lab",
    }
    content = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": "lab.execute-api.us-east-1.amazonaws.com"},
        "requestContext": {"http": http, "requestId": "", "time": "", "timeEpoch": 0},
        "isBase64Encoded": False,
    }
    written = folder / f"{path.strip('/') or 'root'}.json"
    written.write_text(json.dumps(content), encoding="utf-8")
    return str(written)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The app alone, with a file of its own that is used while it is imported."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    (folder / "planted_app.py").write_text(APP, encoding="utf-8")
    return folder


def examined(project: Path, capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    events = (event(project, "/"), event(project, "/rare"))
    given = ("--app", "planted_app:app", "--app-dir", project, "--event", *events, "--json", "-", *arguments)
    code = main([str(each) for each in given])
    out, err = capsys.readouterr()
    assert code == 0, err
    told: dict[str, Any] = json.loads(out)
    return told


def planted(folder: Path) -> None:
    """Install the packages where the app finds them, without an installer."""
    folder.mkdir()
    for name, source in PACKAGES.items():
        (folder / f"{name}.py").write_text(textwrap.dedent(source), encoding="utf-8")


@pytest.mark.parametrize("version", ["3.12", "3.13"])
def test_use_of_planted_packages(project: Path, capsys: pytest.CaptureFixture[str], version: str) -> None:
    """Of an unused, a rarely used, a shared and a native one, and of those that are hard to see."""
    python = uv_environment(project / ".venv", version, "awslambdaric")
    for name, source in PACKAGES.items():
        install(python, name, "1.0", textwrap.dedent(source))
    told = examined(project, capsys, "--python", python)
    assert told["requests"] == ["success", "success"]
    rows = {row["package"]: row for row in told["packages"]}
    assert {name: (row["in_requests"], row["ran_in_events"]) for name, row in rows.items()} == {
        "planted_app": ("ran", [0, 1]),
        "planted_unused": ("did not run", []),
        "planted_rare": ("ran", [1]),
        "planted_often": ("ran", [0, 1]),
        "planted_base": ("did not run", []),
        "planted_shared": ("ran", [0, 1]),
        "planted_startup": ("did not run", []),
        "planted_data": ("ran", [1]),
        "planted_loop": ("ran", [1]),
        "planted_task": ("ran", [1]),
        "used_at_once": ("did not run", []),
        "simplejson": ("cannot tell", []),
        "(standard library)": ("ran", [0, 1]),
    }
    places = [(place["package"], place["line"]) for place in rows["planted_base"]["imported_at"]]
    assert places == [("planted_app", 7), ("planted_shared", 1)]


def test_savings_of_planted_packages(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is claimed of what is imported twice; a request that needs a moved import waits for it."""
    installed = tmp_path / "site-packages"
    planted(installed)
    names = ("unused", "rare", "base", "shared", "startup")
    wanted = [*(f"planted_{name}" for name in names), "used_at_once", "planted_nowhere"]
    told = examined(project, capsys, "--app-dir", installed, "--environments", 6, "--lazy", *wanted)
    moved = {row["package"]: row for row in told["moved"]}
    assert moved.keys() == {"planted_unused", "planted_rare", "planted_shared"}
    unused, rare, shared = moved.values()
    assert unused["init_saves_ms"]["low"] > 0
    assert rare["init_saves_ms"]["low"] > 0
    assert rare["requests_save_ms"]["high"] < 0
    assert rare["requests_save_ms"]["value"] < unused["requests_save_ms"]["value"]
    assert shared["init_saves_ms"]["low"] < 250  # what it shares, half a second, is not claimed
    assert {row["package"]: row["reason"] for row in told["not_moved"]} == {
        "planted_base": "moving its import alone saves nothing: INIT imports it all the same, at "
        "planted_shared.py:1",
        "planted_startup": "moving its import saves nothing: INIT itself uses it, at planted_app.py:21",
        "used_at_once": "it cannot be moved: planted_app.py, line 16 uses it while the file is imported",
        "planted_nowhere": "it cannot be moved: the app and its startup do not import it",
    }
    assert (project / "planted_app.py").read_text(encoding="utf-8") == APP
    assert {path.name for path in project.iterdir()} == {
        "planted_app.py",
        "__pycache__",
        "root.json",
        "rare.json",
    }


def test_app_that_breaks_when_an_import_moves_is_not_measured(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    installed = tmp_path / "site-packages"
    planted(installed)
    (project / "planted_app.py").write_text(HIDES_ITS_USE, encoding="utf-8")
    told = examined(project, capsys, "--app-dir", installed, "--lazy", "planted_rare")
    assert told["moved"] == []
    reason = "a request ends with status 500, and as it is with success"
    assert told["not_moved"][0]["reason"] == f"not measured: with the import moved, {reason}"
