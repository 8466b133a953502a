"""The generated project passes its own checks."""

import shutil
from pathlib import Path

import pytest

from tests.template.project import make

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def project(baked: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(baked, tmp_path / baked.name))


def test_own_suite(project: Path, home: dict[str, str]) -> None:
    assert " passed" in make(project, home, "test")


def test_own_lint(project: Path, home: dict[str, str]) -> None:
    assert "All checks passed!" in make(project, home, "lint")


def test_help_lists_commands(project: Path, home: dict[str, str]) -> None:
    output = make(project, home)
    for command in ("setup", "test", "measure", "serve", "lint", "lock"):
        assert f"make {command}" in output
