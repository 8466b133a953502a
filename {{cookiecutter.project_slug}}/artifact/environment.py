"""`python -m artifact.environment FOLDER LOCK...`: a virtual environment with the packages of some locks.

uv installs them, in a few seconds. Where there is none on the PATH, pip brings it, from the same locks and by
their hashes. Where uv cannot be had, or does not reach an index (it does not read pip's configuration), pip
installs everything, which takes ten times as long. This module needs nothing but the standard library.
"""

from __future__ import annotations  # so that a Python which is too old gets as far as saying so

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

OLDEST: Final = (3, 11)
LOCKED: Final = ("--require-hashes", "--no-deps")
"""Every hash is checked, and nothing comes that no lock names."""


class InstallError(Exception):
    """The environment could not be made. What failed has said why."""


def main(arguments: Sequence[str]) -> int:
    """Make the environment, or complete it; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m artifact.environment", description="Install locked packages, by uv or by pip."
    )
    parser.add_argument("folder", type=Path, help="of the environment, such as .venv")
    parser.add_argument("locks", type=Path, nargs="+", metavar="LOCK", help="such as requirements-dev.txt")
    given = parser.parse_args(arguments)
    if sys.version_info < OLDEST:
        sys.stderr.write("Python 3.11 or newer is needed: make PYTHON=python3.13 ...\n")
        return 1
    try:
        make_environment(given.folder, given.locks)
    except InstallError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def make_environment(folder: Path, locks: Sequence[Path]) -> None:
    """Install the packages of the locks into an environment, which is made where there is none.

    Raises:
        InstallError: There is no environment, or pip could not install everything either.
    """
    began = time.monotonic()
    packages = len({name for lock in locks for name in locked_names(lock)})
    _say(f"Installing up to {packages} packages into {folder.absolute().parent.name}/{folder.name} ...")
    if not _python(folder).exists() and not _succeeds(sys.executable, "-m", "venv", str(folder)):
        raise InstallError(f"{sys.executable} could not make an environment in {folder}")
    uv = _uv_at_hand(folder) or _brought_uv(folder, locks)
    if uv is None or not _installed_by_uv(uv, folder, locks):
        _install_by_pip(folder, locks)
    _say(f"Installed in {time.monotonic() - began:.0f} s.")


def locked_names(lock: Path) -> Iterator[str]:
    """Yield the packages of a lock."""
    for line in lock.read_text(encoding="utf-8").splitlines():
        if line[:1].isalnum():
            yield line.partition("==")[0]


def entry_of(package: str, lock: Path) -> str:
    """Return what a lock says of one package: its version and its hashes; nothing if it is not in there."""
    lines = iter(lock.read_text(encoding="utf-8").splitlines(keepends=True))
    entry = ""
    for line in lines:
        if line.startswith(f"{package}==") or entry:
            entry += line
            if not line.rstrip().endswith("\\"):
                break
    return entry


def _uv_at_hand(folder: Path) -> str | None:
    """Return a uv that works: a version manager's placeholder is on the PATH too and only complains.

    The environment's own is as good, and so is that of the one beside it which developers work in.
    """
    own = (str(one / "bin" / "uv") for one in (folder, folder.parent / ".venv"))
    return next(filter(_works, [*filter(None, [shutil.which("uv")]), *own]), None)


def _brought_uv(folder: Path, locks: Sequence[Path]) -> str | None:
    """Have pip bring uv, where a lock has it."""
    uv = folder / "bin" / "uv"
    entry = next(filter(None, (entry_of("uv", lock) for lock in locks)), "")
    if not entry:
        return None
    with tempfile.TemporaryDirectory() as temporary:
        lock = Path(temporary) / "uv.txt"
        lock.write_text(entry, encoding="utf-8")
        brought = _succeeds(*_pip(folder), *LOCKED, "--only-binary", ":all:", "-r", str(lock))
    if brought and _works(str(uv)):
        return str(uv)
    _say("uv cannot be had here, so pip installs everything: a minute or two ...")
    return None


def _installed_by_uv(uv: str, folder: Path, locks: Sequence[Path]) -> bool:
    install = (uv, "pip", "install", "--quiet", "--python", str(_python(folder)), *LOCKED)
    if all(_succeeds(*install, "-r", str(lock)) for lock in locks):
        return True
    _say("uv could not install them (it does not read pip's configuration), so pip does: a minute or two ...")
    return False


def _install_by_pip(folder: Path, locks: Sequence[Path]) -> None:
    """Install by pip: one lock after the other, since some hold the same packages, in the same versions."""
    for lock in locks:
        if not _succeeds(*_pip(folder), *LOCKED, "-r", str(lock)):
            raise InstallError(f"pip could not install {lock} into {folder}")


def _pip(folder: Path) -> tuple[str, ...]:
    return (str(_python(folder)), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")


def _python(folder: Path) -> Path:
    return folder / "bin" / "python"


def _works(uv: str) -> bool:
    return _succeeds(uv, "--version", quiet=True)


def _succeeds(*command: str, quiet: bool = False) -> bool:
    """Run a command, whose own output tells what went wrong."""
    output = subprocess.DEVNULL if quiet else None
    try:
        done = subprocess.run(command, stdout=output, stderr=output, check=False)
    except OSError:
        return False
    return done.returncode == 0


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
