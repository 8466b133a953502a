"""Where the lab measures: the machine and the versions of what takes part."""

import os
import platform
import sys
from importlib.metadata import distributions
from pathlib import Path
from typing import Any, Final

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


def host() -> dict[str, Any]:
    """Describe the machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "system": platform.platform(),
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "memory_mb": memory // 2**20,
        "python": platform.python_version(),
    }


def versions(artifact: Path | None = None) -> dict[str, str]:
    """Return versions of the packages whose speed shows in the figures: the artifact's, or as installed."""
    folders = [*([str(artifact)] if artifact else []), *sys.path]
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
