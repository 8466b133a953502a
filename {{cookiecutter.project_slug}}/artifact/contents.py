"""What an artifact holds: locked dependencies, the folders that ship, and bytecode for both."""

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from artifact.target import Target

NOT_FOR_LAMBDA: Final = ("bin", ".lock")
"""What an installation leaves beside the packages: scripts for this machine, and uv's own lock."""


class ShipsError(Exception):
    """pyproject.toml names what cannot ship. The text says which."""


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


STAYS: Final = (
    "telemetry/lab",
    "telemetry/report",
    "telemetry/memory_size.py",
    "telemetry/price_list.py",
    "telemetry/prices.py",
    "telemetry/progress.py",
    "telemetry/workload.py",
)
"""Parts of these folders that are of use before and after a deployment, not on Lambda."""


def ships(project: Path) -> tuple[str, ...]:
    """Return the folders that ship: those that pyproject.toml names, `service` if it names none, and ours.

    Raises:
        ShipsError: A folder is named that is not there.
    """
    pyproject = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    named: list[str] = pyproject.get("tool", {}).get("artifact", {}).get("ships", ["service"])
    if missing := [name for name in named if not (project / name).is_dir()]:
        raise ShipsError(
            f"pyproject.toml: `ships` of [tool.artifact] names {missing[0]}, but there is no such folder"
        )
    return (*named, "adapter", "telemetry")


def copy_folders(project: Path, folder: Path) -> None:
    """Copy what ships, without bytecode and hidden files.

    Raises:
        ShipsError: A folder is named that is not there.
    """
    stays = {project / name for name in STAYS}

    def left_out(parent: str, names: list[str]) -> set[str]:
        return {
            name
            for name in names
            if name.startswith(".") or name == "__pycache__" or Path(parent, name) in stays
        }

    for name in ships(project):
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
    # What pyenv has installed it puts on the PATH for chosen versions only.
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from map(str, sorted(pyenv.glob(f"versions/{target.version}.*/bin/python")))
    yield from _known_to_uv(target)


def _known_to_uv(target: Target) -> Iterator[str]:
    """Those that uv has installed are on no PATH either."""
    command = (sys.executable, "-m", "uv", "python", "find", "--no-python-downloads", target.version)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        yield done.stdout.strip()


def _version(command: str) -> str | None:
    """Ask it, for a version manager's placeholder is on the PATH too and only complains."""
    code = "import sys; print(*sys.version_info[:2], sep='.') if sys.implementation.name == 'cpython' else 0"
    try:
        done = subprocess.run((command, "-I", "-c", code), capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None
