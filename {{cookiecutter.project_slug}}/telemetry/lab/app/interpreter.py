"""The Python of an app's own environment: what it is, and what is installed there."""

import json
import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from telemetry.lab.usage import UsageError

OLDEST: Final = (3, 11)
"""What adapter and telemetry need."""
ANSWERS_WITHIN: Final = 60.0
"""Seconds."""

# Any Python can read this, so that an old one can say how old it is.
_PROBE: Final = """
import json, sys
told = {"version": list(sys.version_info[:3]), "executable": sys.executable}
told.update(packages={}, user_base=None)
if sys.version_info >= (3, 11):
    import site
    from importlib.metadata import distributions
    for found in distributions(path=sys.argv[1:] + sys.path):
        name = (found.metadata["Name"] or "").lower().replace("_", "-").replace(".", "-")
        told["packages"].setdefault(name, found.version)
    if site.ENABLE_USER_SITE and site.getusersitepackages() in sys.path:
        told["user_base"] = site.getuserbase()
sys.stdout.write("\\n" + json.dumps(told) + "\\n")
"""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python that has the runtime client."""

    executable: str
    version: tuple[int, ...]
    """Major, minor and micro."""
    packages: Mapping[str, str]
    """Versions of what is installed, by name: in lower case, with hyphens."""
    user_base: str | None = None
    """Where `pip install --user` has put packages that it imports; None where it imports none."""


def find_interpreter(name: str, import_path: Sequence[Path] = ()) -> Interpreter:
    """Ask a Python what it is.

    Args:
        name: Its path, that of its virtual environment, or its name on PATH.
        import_path: Folders of the app, where packages may be, too.

    Raises:
        UsageError: It cannot be run, is too old, or lacks the runtime client.
    """
    told = _probe(name, _executable(name), import_path)
    version = tuple(told["version"])
    written = ".".join(map(str, version))
    if version < OLDEST:
        needed = ".".join(map(str, OLDEST))
        raise UsageError(f"--python {name}: it is Python {written}, but the adapter needs {needed} or newer")
    found = Interpreter(told["executable"], version, told["packages"], told["user_base"])
    if "awslambdaric" not in found.packages:
        raise UsageError(
            f"--python {name}: awslambdaric is not installed there. It is Lambda's runtime client, "
            "and all that the lab needs there.\nThis installs it, and changes no package that is there "
            f"already:\n    {install_command(found)}"
        )
    return found


def install_command(interpreter: Interpreter) -> str:
    """Return a shell command that installs the runtime client, and leaves all versions there as they are."""
    python = shlex.quote(interpreter.executable)
    if "pip" in interpreter.packages:
        kept = f"{python} -m pip list --format=freeze --exclude-editable"
        return f"{kept} | {python} -m pip install --constraint /dev/stdin awslambdaric"
    kept = f"uv pip list --format=freeze --exclude-editable --python {python}"
    return f"{kept} | uv pip install --python {python} --constraint - awslambdaric"


def _executable(name: str) -> str:
    """Return the path of the interpreter, links and all: a virtual environment is known by its link."""
    path = Path(name)
    if path.is_dir():
        inside = [path / folder / "python" for folder in ("bin", ".venv/bin")]
        for found in inside:
            if found.is_file():
                return str(found.absolute())
        raise UsageError(f"--python {name}: there is no bin/python in this folder")
    found_on_path = shutil.which(name)
    if found_on_path is None:
        problem = "it cannot be executed" if path.exists() else "there is no such file"
        raise UsageError(f"--python {name}: {problem}; give the python of the app's own environment")
    return str(Path(found_on_path).absolute())


def _probe(name: str, executable: str, import_path: Sequence[Path]) -> dict[str, Any]:
    environ = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    try:
        done = subprocess.run(
            (executable, "-c", _PROBE, *map(str, import_path)),
            env=environ,
            cwd=tempfile.gettempdir(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=ANSWERS_WITHIN,
        )
        told = json.loads(done.stdout.decode(errors="replace").splitlines()[-1])
        if {"version", "executable", "packages"} <= told.keys():
            return dict(told)
    except subprocess.TimeoutExpired:
        raise UsageError(
            f"--python {name}: it did not answer within {ANSWERS_WITHIN:.0f} s; is this machine busy?"
        ) from None
    except (OSError, ValueError, IndexError, AttributeError):
        pass
    raise UsageError(f"--python {name}: it did not answer as a Python does")
