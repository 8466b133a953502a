"""From an app to its verdict, through both command lines."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from tests.telemetry.report.schemas import faults

ROOT = Path(__file__).parents[1]

CLOSURE = """
    from contextlib import asynccontextmanager
    from adapter import preload
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    def make_app():
        loaded = {}

        @asynccontextmanager
        async def lifespan(app):
            with preload("dictionary"):
                loaded["dictionary"] = {"hello": "hallo"}
            with preload("greeting"):
                greeting = "hello"
            yield {"greeting": greeting}

        async def root(request):
            return PlainTextResponse(loaded["dictionary"][request.state.greeting])

        return Starlette(routes=[Route("/", root)], lifespan=lifespan)

    app = make_app()
"""
ONCE = """
    from contextlib import asynccontextmanager
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    runs = []

    @asynccontextmanager
    async def lifespan(app):
        runs.append(1)
        if len(runs) > 1:
            raise RuntimeError("can be run only once per process")
        yield {"ready": True}

    async def root(request):
        return PlainTextResponse("ready" if request.state.ready else "not")

    app = Starlette(routes=[Route("/", root)], lifespan=lifespan)
"""


def judge(folder: Path, code: str) -> tuple[dict[str, Any], str]:
    """Measure an app outside the project in all placements; the verdict, and what was printed."""
    (folder / "other.py").write_text(textwrap.dedent(code), encoding="utf-8")
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    placements = ("init", "first_invocation", "every_invocation")
    size = ("--environments", "2", "--invocations", "4")
    for command in (
        ("telemetry.lab", "--app", "other:app", *size, "--placement", *placements),
        ("telemetry.report", "records.jsonl", "--json", "verdict.json"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", *command], cwd=folder, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    verdict: dict[str, Any] = json.loads((folder / "verdict.json").read_text(encoding="utf-8"))
    assert faults(verdict) == []
    return verdict, " ".join(done.stdout.split())


def test_resource_in_a_closure_is_not_visible(tmp_path: Path) -> None:
    verdict, printed = judge(tmp_path, CLOSURE)
    advice = {resource["name"]: resource["advice"] for resource in verdict["resources"]}
    assert advice == {"dictionary": "not visible through state", "greeting": "not enough data"}
    assert "not visible" in printed


def test_lifespan_that_runs_once_says_so(tmp_path: Path) -> None:
    verdict, printed = judge(tmp_path, ONCE)
    fell_back = {arm["placement"]: arm["fell_back"] for arm in verdict["arms"]}
    assert fell_back == {"init": 0, "first_invocation": 0, "every_invocation": 2}
    assert {arm["failed_requests"] for arm in verdict["arms"]} == {0}
    assert "went back to `init`" in printed or "fell back to `init`" in printed


@pytest.mark.parametrize("content", ["", "\n\n", "no record at all\n"])
def test_nothing_to_judge(tmp_path: Path, content: str) -> None:
    (tmp_path / "records.jsonl").write_text(content)
    done = subprocess.run(
        [sys.executable, "-m", "telemetry.report", "records.jsonl"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert "records.jsonl" in done.stderr
