import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.template.conftest import ROOT
from tests.template.trees import git
from tests.template.upgrade.team import ANSWERS, BEFORE, Project


@pytest.fixture(scope="session")
def first(home: dict[str, str]) -> str:
    """The commit of the template that the team began with."""
    there = ("git", "merge-base", "--is-ancestor", BEFORE, "HEAD")
    if subprocess.run(there, cwd=ROOT, env=home, capture_output=True, check=False).returncode:
        pytest.skip(f"this clone's history does not reach back to {BEFORE[:7]}: git fetch --unshallow")
    return BEFORE


@pytest.fixture(scope="session")
def upstream(
    first: str, template: Path, home: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The template with its history, and on top of it what git sees in this folder now, committed or not."""
    clone = tmp_path_factory.mktemp("upstream") / "template"
    git(ROOT, home, "clone", "--quiet", ".", str(clone))
    git(clone, home, "checkout", "--quiet", "-B", "main")
    git(clone, home, "rm", "--quiet", "-r", ".")
    no_history = shutil.ignore_patterns(".git")
    shutil.copytree(template, clone, symlinks=True, dirs_exist_ok=True, ignore=no_history)
    git(clone, home, "add", "--all")
    git(clone, home, "commit", "--quiet", "--allow-empty", "--message=now")
    return clone


@pytest.fixture(scope="session")
def generated(
    first: str, upstream: Path, home: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Project:
    """The project as the first version made it, committed."""
    out = tmp_path_factory.mktemp("generated")
    project = Project(out / ANSWERS["project_slug"], home)
    answers = ("--no-input", "--extra-context", json.dumps(ANSWERS))
    where = ("--output-dir", str(out), "--checkout", first, str(upstream))
    subprocess.run(["cruft", "create", *answers, *where], env=home, check=True, capture_output=True)
    project.git("init", "--quiet", "--initial-branch=main")
    project.commit("From the template")
    return project


@pytest.fixture(scope="session")
def team(generated: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project with all that the team did to it, committed."""
    project = generated.copy(tmp_path_factory.mktemp("team"))
    project.change()
    project.commit("The help desk")
    return project


@pytest.fixture(scope="session")
def updated(team: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project after `cruft update`, with the conflicts as they are."""
    project = team.copy(tmp_path_factory.mktemp("updated"))
    project.run("cruft", "update", "--skip-apply-ask")
    return project
