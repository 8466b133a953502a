"""One vocabulary: `adapter/placement.py` lists the placements; who has to decide about each is known."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from adapter.placement import PLACEMENTS, Placement

ROOT = Path(__file__).parents[1]
ROOMS = ("adapter", "artifact", "service", "telemetry")
OWNER = Path("adapter/placement.py")

DECIDE = {
    "adapter/lifespan/placements.py",
    "adapter/placement.py",
    "telemetry/lab/run/arguments.py",
    "telemetry/report/estimate/configurations/cells.py",
    "telemetry/report/read/totals.py",
    "telemetry/report/show/charts/drawing.py",
    "telemetry/report/show/wording.py",
}
"""Files in which somebody who adds a placement has to decide something; mypy names them."""


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_added_placement_makes_mypy_name_every_decision(tmp_path: Path) -> None:
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    assert complaints(tmp_path) == {}  # what it names then is named because of the placement

    owner = tmp_path / OWNER
    names = ", ".join(f'"{placement}"' for placement in get_args(Placement))
    listed = f"Literal[{names}]"
    text = owner.read_text(encoding="utf-8")
    assert text.count(listed) == 1
    owner.write_text(text.replace(listed, f'Literal[{names}, "on_request"]'), encoding="utf-8")

    found = complaints(tmp_path)
    assert found.keys() == DECIDE
    assert {error for errors in found.values() for error in errors if "assert_never" not in error} == set()


def complaints(folder: Path) -> dict[str, list[str]]:
    """What mypy says of each file."""
    command = [
        *(sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml")),
        *("--cache-dir", str(folder / "cache"), "--no-error-summary", "--no-pretty"),
        *ROOMS,
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, check=False)
    assert done.stderr == ""
    found: dict[str, list[str]] = {}
    for path, error in re.findall(r"^(\S+?):\d+: error: (.*)$", done.stdout, re.MULTILINE):
        found.setdefault(path, []).append(error)
    return found


def collections(path: Path) -> Iterator[tuple[int, set[str]]]:
    """The text in each literal collection of a file, and in each `Literal`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            parts = node.elts
        elif isinstance(node, ast.Dict):
            parts = [key for key in node.keys if key is not None]
        else:
            continue
        yield node.lineno, {str(part.value) for part in parts if isinstance(part, ast.Constant)}


def test_no_second_list_of_placements() -> None:
    """A list that is no decision would not be named by mypy, and nobody would add to it."""
    copies = [
        f"{path.relative_to(ROOT)}:{line}"
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
        if path != ROOT / OWNER
        for line, texts in collections(path)
        if set(PLACEMENTS) <= texts
    ]
    assert copies == []
