"""What an artifact holds: locked dependencies, the folders that ship, and bytecode for both."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from artifact.target import Target

NOT_FOR_LAMBDA: Final = ("bin", ".lock")
"""What an installation leaves beside the packages: scripts for this machine, and uv's own lock."""


def install_dependencies(target: Target, requirements: Path, folder: Path) -> None:
    """Put wheels into a folder; nothing is compiled or run, and every hash is checked.

    uv and not pip, since pip would read `python_full_version < "3.12"` in the lock as a question about the
    Python that runs pip.

    Raises:
        subprocess.CalledProcessError: there is no wheel for the target, a hash is wrong, or no network.
    """
    uv = (sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", sys.executable)
    what = ("--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", str(requirements))
    where = ("--link-mode", "copy", "--target", str(folder))
    whom = ("--python-version", target.version, "--python-platform", target.platform)
    subprocess.run((*uv, *whom, *what, *where), check=True)
    for name in NOT_FOR_LAMBDA:
        left = folder / name
        shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)


SHIPS: Final = ("service", "adapter", "telemetry")
STAYS: Final = ("telemetry/lab", "telemetry/report", "telemetry/progress.py", "telemetry/workload.py")
"""Parts of these folders that are of use before and after a deployment, not on Lambda."""


def copy_folders(project: Path, folder: Path) -> None:
    """Copy what ships, without bytecode and hidden files."""
    stays = {project / name for name in STAYS}

    def left_out(parent: str, names: list[str]) -> set[str]:
        return {
            name
            for name in names
            if name.startswith(".") or name == "__pycache__" or Path(parent, name) in stays
        }

    for name in SHIPS:
        shutil.copytree(project / name, folder / name, ignore=left_out)


VARIABLE = "TARGET_PYTHON"
"""Names the interpreter where none of this version is on the PATH."""


def interpreter(target: Target) -> str | None:
    """Find a CPython of the target's version on this machine: bytecode is the same on every processor."""
    for command in _candidates(target):
        if _version(command) == target.version:
            return command
    return None


def compile_all(command: str, folder: Path) -> None:
    """Give every module its bytecode: Lambda's code folder is read-only, so every start would compile anew.

    It is trusted as it is, for a zip file changes the time of sources.

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
