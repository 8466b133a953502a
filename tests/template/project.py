"""The commands of a generated project, run with this environment's packages instead of a fresh install."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path


def make(project: Path, env: Mapping[str, str], *arguments: str) -> str:
    """Run `make` in a project and return what it printed; it must succeed."""
    environment = Path(sys.prefix)
    stamps = [f"{name}={environment}/pyvenv.cfg" for name in ("MEASURES", "DEVELOPS")]
    old = [f"--old-file=requirements-{kind}.txt" for kind in ("measure", "dev")]
    done = subprocess.run(
        ["make", *arguments, f"VENV={environment}", *stamps, *old],
        cwd=project,
        env=dict(env),
        capture_output=True,
        text=True,
        check=False,
    )
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    return output
