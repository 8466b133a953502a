"""Pythons of other versions on this machine, for what has to be compiled or run by them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path


@cache
def interpreter(runtime: str) -> Path | None:
    """Find the Python of a Lambda runtime, such as `python3.13`; None where there is none."""
    for command in _candidates(runtime):
        if runs_as(command) == runtime:
            return command
    return None


def _candidates(runtime: str) -> Iterator[Path]:
    yield Path(sys.executable)
    if found := shutil.which(runtime):
        yield Path(found)
    # What pyenv has installed it puts on the PATH for chosen versions only; the others just complain.
    root = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
    yield from sorted(root.glob(f"versions/{runtime.removeprefix('python')}.*/bin/python"))


def runs_as(command: Path) -> str | None:
    code = "import sys; print('python%d.%d' % sys.version_info[:2])"
    done = subprocess.run([command, "-I", "-c", code], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def magic(command: Path) -> bytes:
    """Return what its bytecode files begin with."""
    code = "import importlib.util; print(importlib.util.MAGIC_NUMBER.hex())"
    done = subprocess.run([command, "-I", "-c", code], capture_output=True, text=True, check=True)
    return bytes.fromhex(done.stdout)
