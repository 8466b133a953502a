"""What INIT loads, and which of a project's own files a startup and a request go through, by running them."""

import asyncio
import itertools
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from bench.function import EVENT, ROOT, environ
from bench.importers import PACKAGES
from bench.stacks import UDP
from telemetry.lab.platform.runtime_api import RuntimeApi

CHILD: Final = ROOT / "bench" / "calls_child.py"
PARTS: Final = {"adapter": "adapter alone", "telemetry": "with telemetry"}
MOMENTS: Final = {"request": "one warm request", "startup": "one startup"}


class Call(NamedTuple):
    """One call of a function of the project."""

    file: str
    function: str
    depth: int
    """1 for a function that no other of the project has called."""


@dataclass(frozen=True, slots=True)
class Stay:
    """Consecutive calls in the same file; a call in another file begins the next stay."""

    file: str
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class CallTrace:
    """The calls of one request, or of one startup, in order."""

    calls: tuple[Call, ...]
    before_app: int
    """How many of them came before the app was called."""

    @property
    def stays(self) -> list[Stay]:
        """In order."""
        groups = itertools.groupby(self.calls, key=lambda call: call.file)
        return [Stay(file, tuple(group)) for file, group in groups]

    @property
    def to_app(self) -> "CallTrace":
        """Its first part, which ends where the app is called."""
        return CallTrace(self.calls[: self.before_app], self.before_app)

    def counts(self) -> dict[str, int]:
        """What is counted of it; a return is a stay in a file that had been left before."""
        files, stays = {call.file for call in self.calls}, self.stays
        return {
            "files": len(files),
            "stays": len(stays),
            "returns": len(stays) - len(files),
            "calls": len(self.calls),
            "depth": max((call.depth for call in self.calls), default=0),
        }


@dataclass(frozen=True, slots=True)
class Run:
    """What one process saw."""

    modules: tuple[str, ...]
    """That INIT added to those of the runtime client, Mangum and the framework."""
    traces: Mapping[str, CallTrace]

    @property
    def own_modules(self) -> list[str]:
        """Those that are files of the project."""
        return [name for name in self.modules if name.partition(".")[0] in PACKAGES]


def run(project: Path, parts: str, *, app: str = "starlette", inside_lambda: bool = True) -> Run:
    """Start a handler in a fresh process and serve a few requests.

    Inside Lambda there is a Runtime API, so the app starts as the handler is made, an extension is
    registered and SIGTERM is handled.

    Raises:
        RuntimeError: The process failed; the text is the end of what it wrote to stderr.
    """
    # An environment leaves a mark in its folder for temporary files, and the next one would find it.
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder, "result.json")
        arguments = (str(project), parts, app, str(EVENT), str(result))
        asyncio.run(_child(_variables(project, folder), arguments, inside_lambda=inside_lambda))
        return _read(json.loads(result.read_text(encoding="utf-8")))


def _variables(project: Path, folder: str) -> dict[str, str]:
    return environ(UDP, TMPDIR=folder, PYTHONPATH=f"{project}:{ROOT}", AWS_XRAY_DAEMON_ADDRESS="127.0.0.1:9")


async def _child(variables: dict[str, str], arguments: Sequence[str], *, inside_lambda: bool) -> None:
    api = RuntimeApi({"functionName": "bench"})
    if inside_lambda:
        variables["AWS_LAMBDA_RUNTIME_API"] = await api.listen()
    try:
        # -P: modules come from PYTHONPATH alone; -B: the tree that is counted is left as it is.
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-B", str(CHILD), *arguments),
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        _, said = await process.communicate()
    finally:
        api.close()
    if process.returncode:
        raise RuntimeError(said.decode(errors="replace")[-2000:])


def _read(found: Any) -> Run:
    traces = {
        moment: CallTrace(tuple(Call(*call) for call in found[moment]["calls"]), found[moment]["before_app"])
        for moment in MOMENTS
    }
    return Run(tuple(found["modules"]), traces)
