import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import adapter
from tests.adapter.apps import Recorded
from tests.adapter.events import http_event
from tests.docs.documents import code, text

ROOT = Path(__file__).parents[2]
PROJECT = Path(str(adapter.__file__)).resolve().parents[1]
APP = """
from fastapi import FastAPI

app = FastAPI()

@app.get("/")
async def root() -> str:
    return "ok"
"""
INSIDE_LAMBDA = {"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9", "AWS_EXECUTION_ENV": "AWS_Lambda_python3.11"}
"""A runtime that sends no SIGTERM, so that no extension is registered: nobody listens at that port."""
CALL = f"""
import json
print("answer", json.dumps(__import__("handler").handler({http_event()!r}, None)))
"""


def sides(diff: str) -> tuple[str, str]:
    """A file before a change, and after it."""
    lines = [line for line in diff.splitlines() if not line.startswith(("---", "+++"))]
    return tuple("\n".join(line[1:] for line in lines if line[:1] in (" ", sign)) + "\n" for sign in "-+")  # type: ignore[return-value] # of two signs


def lines(handler: str, folder: Path, **variables: str) -> list[str]:
    """What a service with this handler writes for one request, in a process of its own."""
    (folder / "app.py").write_text(APP)
    (folder / "handler.py").write_text(handler)
    done = subprocess.run(
        [sys.executable, "-c", CALL],
        cwd=folder,
        env={"PYTHONPATH": f"{folder}:{ROOT}", **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def answer(handler: str, folder: Path) -> str:
    """What it answers."""
    return next(line for line in lines(handler, folder) if line.startswith("answer"))


def test_handler_answers_as_before(tmp_path: Path) -> None:
    before, after = sides(code("adopt", "diff")[0])
    assert "Mangum" in before
    assert "Mangum" not in after
    assert answer(before, tmp_path) == answer(after, tmp_path)
    assert '"statusCode": 200' in answer(after, tmp_path)


def test_adapter_alone_answers_as_well(tmp_path: Path) -> None:
    assert '"statusCode": 200' in answer(code("adopt", "python")[0], tmp_path)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("LIFESPAN_PLACEMENT", "first_invocation"),
        ("LIFESPAN_EXPERIMENT", "init=0.000000001,first_invocation=999999999"),
    ],
)
def test_handler_reads_the_placement(variable: str, value: str, tmp_path: Path) -> None:
    written = lines(sides(code("adopt", "diff")[0])[1], tmp_path, **INSIDE_LAMBDA, **{variable: value})
    records = [json.loads(line) for line in written if line.startswith("{")]
    assert [record["placement"] for record in records if record["record"] == "invocation"] == [
        "first_invocation"
    ]


def test_lines_are_as_many_as_it_says() -> None:
    added = [len(re.findall(r"^\+[^+]", diff, re.MULTILINE)) for diff in code("adopt", "diff")]
    assert added == [5, 2]
    assert "seven lines come in, five in the handler and two in the requirements" in text("adopt").lower()


@pytest.mark.parametrize("requirement", sides(code("adopt", "diff")[1])[1].split())
def test_requirements_are_the_projects(requirement: str) -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    assert requirement in project["project"]["dependencies"]


def test_preload_example_runs() -> None:
    names: dict[str, Any] = {"load_model": Recorded}
    exec(code("adopt", "python")[1], names)  # noqa: S102 - our own document

    async def model() -> object:
        async with names["lifespan"](None) as state:
            return state["model"]

    with pytest.raises(StopIteration) as stopped:
        model().send(None)
    assert isinstance(stopped.value.value, Recorded)
