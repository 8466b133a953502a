"""What adapter and telemetry add to an INIT: milliseconds in all, and of imports by module."""

import asyncio
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from bench.function import PYTHON, ROOT, environ
from bench.spread import spread
from bench.stacks import BOOK, UDP
from telemetry.lab.imports.measurement import STDLIB, by_package, parse_import_times
from telemetry.lab.platform.runtime_api import RuntimeApi

STACKS: Final = ("adapter", "ours-no-spans", UDP, BOOK)
SHOWN: Final = 12


def measure(repetitions: int) -> dict[str, Any]:
    """Fresh processes, the stacks taking turns."""
    return asyncio.run(_measure(repetitions))


async def _measure(repetitions: int) -> dict[str, Any]:
    cases = [(stack, collector) for stack in STACKS for collector in ("off", "on")]
    taken: dict[tuple[str, str], list[dict[str, float]]] = {case: [] for case in cases}
    for _ in range(repetitions):
        for case, runs in taken.items():
            runs.append(json.loads(await said(*case)))
    rows: dict[str, Any] = {stack: {} for stack in STACKS}
    for (stack, collector), runs in taken.items():
        rows[stack][f"collector_{collector}"] = {
            unit: spread([run[unit] for run in runs])._asdict() for unit in ("ms", "cpu_ms")
        }
    return {"stacks": rows, **_by_module(await said(UDP, "off", "-X", "importtime"))}


async def said(stack: str, collector: str, *options: str, root: Path = ROOT) -> str:
    """One process, on a Runtime API of its own: to register an extension is part of INIT."""
    api = RuntimeApi({"functionName": "bench"})
    address = {"AWS_LAMBDA_RUNTIME_API": await api.listen(), "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:9"}
    try:
        process = await asyncio.create_subprocess_exec(
            *(str(PYTHON), *options, "-m", "bench.added_child", stack, collector),
            cwd=root,
            env=environ(stack, **address, PYTHONPATH=str(root)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        _, said = await process.communicate()
    finally:
        api.close()
    return said.decode()


def _by_module(said: str) -> dict[str, Any]:
    """Imports after FastAPI's, the dearest first."""
    modules = parse_import_times(said)
    names = [module.name for module in modules]
    ours = modules[names.index("bench.marker") + 1 :]
    dearest = sorted(ours, key=lambda module: module.self_us, reverse=True)
    return {
        "modules": len(ours),
        "dearest": {module.name: module.self_us / 1000 for module in dearest[:SHOWN]},
        "packages": _sums(by_package(ours).values()),
    }


def _sums(packages: Any) -> dict[str, float]:
    """Milliseconds by package."""
    found: Sequence[Any] = sorted(packages, key=lambda package: package.ms, reverse=True)
    return {package.name.replace(STDLIB, "standard library"): package.ms for package in found}
