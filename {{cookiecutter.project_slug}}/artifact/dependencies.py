"""Installs the locked runtime dependencies for a target that need not be this machine."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from artifact.target import Target

NOT_FOR_LAMBDA: Final = ("bin", ".lock")
"""What an installation leaves beside the packages: scripts for this machine, and uv's own lock."""


def install(target: Target, requirements: Path, folder: Path) -> None:
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
