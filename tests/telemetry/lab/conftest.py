import json
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from telemetry.lab.__main__ import main


@dataclass(frozen=True, slots=True)
class Run:
    code: int
    out: Path
    stdout: str
    stderr: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """What was written, without what the runtime client says in plain text."""
        return [json.loads(line) for line in self.out.read_bytes().splitlines() if line.startswith(b"{")]

    def records(self, kind: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line.get("record") == kind]

    @property
    def reports(self) -> list[dict[str, Any]]:
        return [line["record"] for line in self.lines if line.get("type") == "platform.report"]

    @property
    def lab(self) -> dict[str, Any]:
        return self.lines[-1]


Lab = Callable[..., Run]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def lab(here: Path, capsys: pytest.CaptureFixture[str]) -> Lab:
    """Runs the lab in an empty folder; a handler's code may be given.

    At full speed, unless a test says otherwise: measuring the CPU shares takes half a second.
    """

    def run(*arguments: str | float, handler: str | None = None) -> Run:
        if handler is not None:
            (here / "function.py").write_text(textwrap.dedent(handler), encoding="utf-8")
            arguments = ("--no-warm-up", "--handler", "function.handler", *arguments)
        if not {"--cpu", "--memory"}.intersection(arguments):
            arguments = ("--cpu", "full", *arguments)
        code = main([str(argument) for argument in arguments])
        out, part = here / "records.jsonl", here / "records.jsonl.part"
        return Run(code, out if out.exists() else part, *capsys.readouterr())

    return run
