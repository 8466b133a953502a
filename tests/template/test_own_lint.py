"""The template lints and types the folders that a generated project leaves out."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from artifact.upstream import ROOMS

ROOT = Path(__file__).parents[2]


def linted() -> tuple[str, ...]:
    """The paths that `make lint` gives to ruff."""
    recipe = subprocess.run(
        ["make", "--dry-run", "lint"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    (command,) = [line for line in recipe.splitlines() if "ruff check" in line]
    return tuple(command.split()[2:])


@pytest.mark.parametrize("room", ROOMS)
def test_ruff_reads_every_file(room: str) -> None:
    shown = subprocess.run(
        [f"{sys.prefix}/bin/ruff", "check", "--show-files", *linted()],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    expected = {str(path) for path in (ROOT / room).rglob("*.py")}
    assert expected
    assert expected <= set(shown)


def test_mypy_reads_every_folder() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]
    assert set(ROOMS) <= set(config["files"])
    assert config["strict"]
