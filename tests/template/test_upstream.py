"""The template's folders in a project: their manifest, their version, and whose they are."""

import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

import adapter
from adapter.facts import VERSION
from artifact.upstream import MANIFEST, ROOMS, Changes, Manifest
from tests.template.building import run
from tests.template.project import make
from tests.template.trees import FOLDER, git

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / FOLDER


@pytest.fixture
def project(baked: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(baked, tmp_path / baked.name))


def test_manifest_is_that_of_the_files() -> None:
    published, here = Manifest.read(PROJECT), Manifest.of_files(PROJECT)
    differences = "\n".join(Changes.between(published.hashes, here.hashes).lines())
    assert published == here, f"{MANIFEST} is outdated, renew it with `make manifest`\n{differences}"


def test_one_version() -> None:
    metadata = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    versions = (adapter.__version__, metadata["project"]["version"], Manifest.read(PROJECT).version)
    assert set(versions) == {VERSION}


def test_new_project_has_no_change(project: Path, home: dict[str, str]) -> None:
    said = make(project, home, "upstream", "FLAGS=--check")
    assert f"cookiecutter-lambda-lifespan {VERSION}, " in said
    assert "Nothing was changed here." in said


def test_change_in_a_project_is_named(project: Path, home: dict[str, str]) -> None:
    with (project / "adapter" / "facts.py").open("a", encoding="utf-8") as file:
        file.write("# ours\n")
    assert "- changed: adapter/facts.py\n" in make(project, home, "upstream")
    done = subprocess.run(
        ["make", "upstream", "FLAGS=--check"], cwd=project, env=home, capture_output=True, check=False
    )
    assert done.returncode != 0


def test_git_keeps_the_bytes_and_marks_the_folders(
    project: Path, home: dict[str, str], tmp_path: Path
) -> None:
    git(project, home, "init", "--quiet")
    git(project, home, "add", "--all")
    git(project, home, "commit", "--quiet", "--message=new")
    clone = tmp_path / "clone"
    git(tmp_path, home, "-c", "core.autocrlf=true", "clone", "--quiet", str(project), str(clone))
    assert Manifest.of_files(clone) == Manifest.read(clone)
    names = [f"{room}/__init__.py" for room in (*ROOMS, "service")]
    attributes = subprocess.run(
        ["git", "check-attr", "linguist-vendored", *names],
        cwd=clone, env=home, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    assert [line.rsplit(": ")[-1] for line in attributes] == ["set", "set", "set", "unspecified"]


def test_update_leaves_only_our_changes(template: Path, home: dict[str, str], tmp_path: Path) -> None:
    upstream, out = tmp_path / "upstream", tmp_path / "out"
    git(tmp_path, home, "clone", "--quiet", str(template), str(upstream))
    out.mkdir()
    run("cruft", "create", "--no-input", "--output-dir", out, upstream, cwd=tmp_path, env=home)
    (project,) = out.iterdir()
    with (project / "adapter" / "asgi.py").open("a", encoding="utf-8") as file:
        file.write("# ours\n")
    git(project, home, "init", "--quiet")
    git(project, home, "add", "--all")
    git(project, home, "commit", "--quiet", "--message=ours")

    facts = upstream / FOLDER / "adapter" / "facts.py"
    facts.write_text(facts.read_text().replace(VERSION, "9.9.9"))
    Manifest.of_files(upstream / FOLDER).write(upstream / FOLDER)
    git(upstream, home, "commit", "--all", "--quiet", "--message=release")
    run("cruft", "update", "--skip-apply-ask", cwd=project, env=home)

    lines = make(project, home, "upstream").splitlines()
    assert "cookiecutter-lambda-lifespan 9.9.9" in lines[0]
    assert [line for line in lines if line.startswith("- ")] == ["- changed: adapter/asgi.py"]


def test_code_owners_name_every_folder() -> None:
    lines = (PROJECT / ".github" / "CODEOWNERS").read_text(encoding="utf-8").splitlines()
    # All are comments, because the template knows no team: a name that does not exist is an error on GitHub.
    assert all(line.startswith("#") for line in lines)
    for room in ROOMS:
        assert any(line.split()[:2] == ["#", f"/{room}/"] for line in lines), room
