"""The generated project passes its own checks."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.template.project import make

pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def project(baked: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(baked, tmp_path / baked.name))


def test_own_suite(project: Path, home: dict[str, str]) -> None:
    assert " passed" in make(project, home, "test")


def test_own_lint(project: Path, home: dict[str, str]) -> None:
    assert "All checks passed!" in make(project, home, "lint")


@pytest.mark.slow
def test_lint_leaves_the_template_out_and_knows_its_types(project: Path, home: dict[str, str]) -> None:
    """A wrong line in the template's folders is none of the project's; wrong use of them is."""
    with (project / "adapter" / "facts.py").open("a", encoding="utf-8") as file:
        file.write("import os\nnumber: int='text'\n")
    assert "All checks passed!" in make(project, home, "lint")

    with (project / "service" / "app.py").open("a", encoding="utf-8") as file:
        file.write("\nfrom adapter.facts import VERSION  # noqa: E402\n\nnumber: int = VERSION\n")
    done = subprocess.run(
        [f"{sys.prefix}/bin/mypy"], cwd=project, env=home, capture_output=True, text=True, check=False
    )
    assert 'expression has type "str", variable has type "int"' in done.stdout
    assert "Found 1 error in 1 file" in done.stdout


def test_help_lists_commands(project: Path, home: dict[str, str]) -> None:
    output = make(project, home)
    for command in ("setup", "test", "measure", "serve", "lint", "lock", "upstream"):
        assert f"make {command}" in output
