"""Commands of a generated project that build and deploy, run with this environment's packages."""

import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.template.interpreters import interpreter

RUNTIMES = ("python3.12", "python3.13", "python3.14")
ARCHITECTURES = ("arm64", "x86_64")
THIS = "arm64" if platform.machine() in {"aarch64", "arm64"} else "x86_64"
"""The architecture of this machine."""
PASSED_ON = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "UV_DEFAULT_INDEX", "UV_FIND_LINKS")
"""How a download goes is the machine's own matter."""


def building(home: Mapping[str, str], stamp: Path, runtime: str | None = None) -> dict[str, str]:
    """Return the environment variables of a build; a fresh `stamp` says that everything is installed."""
    stamp.touch()
    cache = subprocess.run(
        [sys.executable, "-m", "uv", "cache", "dir"], check=True, capture_output=True, text=True
    )
    env = {**home, "UV_CACHE_DIR": cache.stdout.strip()}
    env |= {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    # `sam` hands it on to the make that it runs.
    env["MAKEFLAGS"] = f"-- VENV={sys.prefix} MEASURES={stamp} DEVELOPS={stamp}"
    if runtime and (found := interpreter(runtime)):
        env["TARGET_PYTHON"] = str(found)
    return env


def lab_python(command: Path, project: Path, folder: Path) -> Path:
    """Install what the lab needs for another Python, as `make setup` would; return that Python."""
    uv = (sys.executable, "-m", "uv")
    subprocess.run([*uv, "venv", "--quiet", "--python", command, folder], check=True)
    python = folder / "bin" / "python"
    locked = ("--require-hashes", "--no-deps", "-r", project / "requirements-dev.txt")
    subprocess.run([*uv, "pip", "install", "--quiet", "--python", python, *locked], check=True)
    return python


def run(*command: str | Path, cwd: Path, env: Mapping[str, str]) -> str:
    """Run a command, which must succeed, and return what it said."""
    done = subprocess.run(command, cwd=cwd, env=dict(env), capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said
