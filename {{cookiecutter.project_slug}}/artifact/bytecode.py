"""Compiles the artifact: Lambda's code folder is read-only, so every start would have to do that anew."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from artifact.target import Target

VARIABLE = "TARGET_PYTHON"
"""Names the interpreter where none of this version is on the PATH."""


def interpreter(target: Target) -> str | None:
    """Find a CPython of the target's version on this machine: bytecode is the same on every processor."""
    for command in _candidates(target):
        if _version(command) == target.version:
            return command
    return None


def compile_all(command: str, folder: Path) -> None:
    """Give every module its bytecode; it is trusted as it is, for a zip file changes the time of sources.

    Raises:
        subprocess.CalledProcessError: a module does not compile.
    """
    trusted = ("--invalidation-mode", "unchecked-hash")
    seen_from_lambda = ("-s", str(folder), "-p", "/var/task")
    compiler = (command, "-m", "compileall", "-q", "-f", "-j", "0")
    subprocess.run((*compiler, *trusted, *seen_from_lambda, str(folder)), check=True)


def _candidates(target: Target) -> Iterator[str]:
    if named := os.environ.get(VARIABLE):
        yield named
    yield sys.executable
    if found := shutil.which(target.runtime):
        yield found


def _version(command: str) -> str | None:
    """Ask it, for a version manager's placeholder is on the PATH too and only complains."""
    code = "import sys; print(*sys.version_info[:2], sep='.') if sys.implementation.name == 'cpython' else 0"
    try:
        done = subprocess.run((command, "-I", "-c", code), capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None
