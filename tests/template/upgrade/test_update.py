"""`cruft update` on a project of the first version: what it merges, and what it leaves to do by hand."""

import json
import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import Final

import pytest

from tests.docs.documents import code, table
from tests.template.trees import tree
from tests.template.upgrade.steps import CONFLICTS, follow
from tests.template.upgrade.team import ANSWERS, REMOVED, Project

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

MENDED: Final = {"adapter/sigterm.py": "adapter/process/sigterm.py"}
"""Where the file is now in which the team changed a line of the template's."""
ROOMS: Final = ("adapter/", "artifact/", "docs/", "telemetry/")
GONE: Final = "adapter/host.py"
"""A file that has no successor."""
PATH: Final = re.compile(r"`([^`]+)`")
CONFLICT: Final = re.compile(r"^<{7} ours\n(.*?)^={7}\n(.*?)^>{7} theirs\n", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def baked_today(upstream: Path, home: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the template makes of the team's answers now."""
    out = tmp_path_factory.mktemp("today")
    answers = [f"{name}={value}" for name, value in ANSWERS.items()]
    bake = ("cookiecutter", "--no-input", "--output-dir", str(out), str(upstream), *answers)
    subprocess.run(bake, env=home, check=True, capture_output=True)
    return out / ANSWERS["project_slug"]


def changes(team: Project) -> dict[str, Counter[str]]:
    """The lines that the team wrote, by file."""
    found: dict[str, Counter[str]] = {}
    for part in team.git("diff", "HEAD~1", "HEAD").split("\ndiff --git "):
        header, *lines = part.splitlines()
        name = header.rpartition(" b/")[2]
        added = [line[1:] for line in lines if line.startswith("+") and not line.startswith("+++")]
        found[name] = Counter(added)
    return found


def rejected(project: Project) -> set[str]:
    return {path.relative_to(project.folder).as_posix() for path in project.folder.rglob("*.rej")}


def test_conflicts_are_the_documented_ones(updated: Project) -> None:
    assert updated.unmerged() == CONFLICTS.keys()
    assert rejected(updated) == set()
    documented = [file for file, *_ in table("upgrade", "Conflicts")]
    for name in CONFLICTS:
        assert documented.count(f"`{name}`") == 1, name


def test_every_file_that_changed_is_in_the_table(generated: Project, baked_today: Path) -> None:
    """Those of other teams too."""
    before, now = tree(generated.folder), tree(baked_today)
    changed = [name for name in before.keys() & now.keys() if before[name] != now[name]]
    documented = " ".join(file for file, *_ in table("upgrade", "Conflicts"))
    missing = [name for name in changed if f"`{name}`" not in documented and not name.startswith(ROOMS)]
    assert sorted(missing) == []


def test_conflicts_are_in_lines_of_the_team(updated: Project, team: Project) -> None:
    written = changes(team)
    for name, count in CONFLICTS.items():
        conflicts = CONFLICT.findall(updated.text(name))
        assert len(conflicts) == count, conflicts
        for ours, _ in conflicts:
            assert Counter(ours.splitlines()) & written[name], ours


def test_nothing_of_the_team_is_lost(updated: Project, team: Project) -> None:
    for name, lines in changes(team).items():
        if name not in REMOVED:
            arrived = Counter(updated.text(MENDED.get(name, name)).splitlines())
            assert lines - arrived == Counter(), name
    for name in (*REMOVED, *MENDED):
        assert not (updated.folder / name).exists(), name
    assert "openpyxl" not in updated.text("pyproject.toml") + updated.text("requirements.txt")


def test_rest_is_as_generated_today(updated: Project, team: Project, baked_today: Path) -> None:
    touched = {MENDED.get(name, name) for name in changes(team)} | {".cruft.json"}
    without = frozenset(touched)
    assert tree(updated.folder, without=without) == tree(baked_today, without=without)


def test_nothing_else_to_do(updated: Project, tmp_path: Path) -> None:
    """After the document's steps nothing is unmerged, and only the team's mend differs from the template."""
    project = updated.copy(tmp_path)
    follow(project)
    project.commit("Updated")
    assert project.unmerged() == set()
    assert not CONFLICT.search("".join(project.text(name) for name in CONFLICTS))
    listed = [line for line in project.run("make", "upstream").splitlines() if line.startswith("- ")]
    assert listed == [f"- changed: {name}" for name in MENDED.values()]
    assert project.run("make", "desk", "--dry-run").endswith("-m service.topics\n")


@pytest.fixture
def linked(first: str, generated: Project, upstream: Path, home: dict[str, str], tmp_path: Path) -> Project:
    """A project whose history begins with the team's changes, one of them in a file that is no more."""
    project = generated.copy(tmp_path)
    for name in (".git", ".cruft.json"):
        project.run("rm", "-rf", name)
    project.git("init", "--quiet", "--initial-branch=main")
    project.change()
    project.write(GONE, project.text(GONE) + "# ours\n")
    answers = ("--no-input", "--extra-context", json.dumps(ANSWERS))
    project.run("cruft", "link", str(upstream), "--checkout", first, *answers)
    project.commit("All of it")
    return project


def test_merge_without_history(linked: Project, updated: Project) -> None:
    linked.run("cruft", "update", "--skip-apply-ask")
    assert rejected(linked) >= {f"{name}.rej" for name in MENDED.values()}
    assert linked.unmerged() == set()

    assert f"- added: {GONE}" in linked.run("python3", "-B", "-m", "artifact.upstream").splitlines()
    (recipe,) = code("upgrade", "bash")
    linked.run("bash", "-euc", recipe.replace("FILE", GONE))
    linked.run("cruft", "update", "--skip-apply-ask")
    assert rejected(linked) == set()
    without = frozenset({".cruft.json"})
    assert tree(linked.folder, without=without) == tree(updated.folder, without=without)


def test_each_file_that_moved_is_in_the_table(generated: Project, baked_today: Path) -> None:
    before, now = (files(folder) for folder in (generated.folder, baked_today))
    listed: list[str] = []
    for old, new in table("upgrade", "Where each file is now")[:-1]:
        listed += PATH.findall(old)
        assert PATH.findall(new)[0] in now, old
    assert sorted(listed) == sorted(before - now)


def files(project: Path) -> set[str]:
    """Those of the template's folders; `telemetry/dashboard/` has a line for all of it."""
    paths = (path for room in ROOMS for path in (project / room).rglob("*") if path.is_file())
    names = {path.relative_to(project).as_posix() for path in paths}
    return {name for name in names if not name.startswith(("docs/", "telemetry/dashboard/"))}
