"""Copies the part of the project that runs on Lambda."""

import shutil
from pathlib import Path
from typing import Final

SHIPS: Final = ("service", "adapter", "telemetry")
STAYS: Final = ("telemetry/lab", "telemetry/report", "telemetry/progress.py")
"""What inside of them is for this side of the deployment only."""


def copy_rooms(project: Path, folder: Path) -> None:
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
