"""How a line of a file is written for a reader."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

SITE: Final = ("/site-packages/", "/dist-packages/")


def short_place(file: str, line: int, folders: Sequence[Path]) -> str:
    """Return `FILE:LINE`, the file without what is before an installed package, or the app's own folders."""
    for mark in SITE:
        file = file.rpartition(mark)[2]
    for folder in folders:
        file = file.removeprefix(f"{folder}/")
    return f"{file}:{line}"
