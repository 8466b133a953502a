"""The lab's own record: on which machine and with which versions it measured, and what it sent."""

import json
import os
import platform
import sys
import time
from importlib.metadata import distributions
from pathlib import Path
from typing import Any, Final

from telemetry.lab.app.interpreter import Interpreter
from telemetry.lab.app.lab_code import brought_packages
from telemetry.lab.platform.function import FUNCTION_NAME, FunctionConfiguration
from telemetry.lab.run.counts import Counts
from telemetry.lab.run.settings import Settings
from telemetry.schema import AT, LAB, RECORD, SCHEMA, VERSION

PACKAGES: Final = (
    "awslambdaric",
    "mangum",
    "starlette",
    "fastapi",
    "pydantic",
    "structlog",
    "aws-lambda-powertools",
    "opentelemetry-sdk",
    "boto3",
)
"""Packages whose speed shows in the figures."""


def lab_record(settings: Settings, counts: Counts, *, complete: bool) -> bytes:
    """Return the line of the lab's record.

    It is the first line of a run, so that none of it can pass for Lambda's, and the last, which counts.
    """
    record = {
        RECORD: LAB,
        SCHEMA: VERSION,
        AT: int(time.time() * 1000),
        "run": counts.run,
        "app": settings.function.target,
        "function": settings.function.variables.get("AWS_LAMBDA_FUNCTION_NAME", FUNCTION_NAME),
        "seed": settings.seed,
        **_asked(settings, counts),
        "init_type": settings.function.init_type,
        "timeout_s": settings.function.timeout,
        "memory_mb": list(settings.memory_mb),
        "cpu": {"mode": settings.cpu, **(counts.accuracy.fields() if counts.accuracy else {})},
        "host": host(settings.function.python),
        "versions": versions(settings.function),
        "precision": _precision(settings, counts),
        "sent": {name: arm.fields() for name, arm in counts.arms.items()},
        "imports": [
            {"package": one.name, "ms": round(one.ms, 1), "modules": one.modules} for one in counts.imports
        ],
        **counts.snapshot_fields(),
        "duration_s": round(time.perf_counter() - counts.began, 1),
        "complete": complete,
    }
    return json.dumps(record, separators=(",", ":")).encode() + b"\n"


def _asked(settings: Settings, counts: Counts) -> dict[str, Any]:
    """Return how much was asked for: of each environment, or as traffic."""
    if settings.load is None:
        return {
            "environments": settings.environments,
            "invocations": settings.invocations.number,
            "invocations_by_arm": {arm: settings.invocations.of(arm) for arm in settings.placements},
        }
    return {"load": {**settings.load.fields(), **counts.load.fields()}}


def _precision(settings: Settings, counts: Counts) -> dict[str, Any] | None:
    """Return what was asked, when it was looked, and what was found at the last look."""
    if settings.precision is None:
        return None
    found: dict[str, Any] = {
        "asked": str(settings.precision),
        "looks": [look.environments for look in counts.looks],
        "reached": False,
    }
    for look in counts.looks[-1:]:
        found["reached"] = look.enough
        found["asked_ms"] = round(look.asked_ms, 3)
        found["difference_ms"] = round(look.difference_ms, 3)
        found["half_width_ms"] = round(look.half_width_ms, 3)
    return found


def host(python: Interpreter | None = None) -> dict[str, Any]:
    """Describe this machine, and the Python that the function runs on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "system": platform.platform(),
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "memory_mb": memory // 2**20,
        "python": platform.python_version() if python is None else ".".join(map(str, python.version)),
    }


def versions(function: FunctionConfiguration) -> dict[str, str]:
    """Return the versions of `PACKAGES`: in the artifact, the app's own environment, or as installed here."""
    if function.python is not None:
        brought = {} if function.app is None else brought_packages(function.python)
        used = {**function.python.packages, **{name: found.version for name, found in brought.items()}}
        return {name: used[name] for name in PACKAGES if name in used}
    folders = [*([str(function.artifact)] if function.artifact else []), *sys.path]
    found = {}
    for package in PACKAGES:
        for distribution in distributions(name=package, path=folders):
            found[package] = distribution.version
            break
    return found


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
