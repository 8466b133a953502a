"""Every tool and every source gives the same project."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.template.trees import git, tree


def run(*command: str | Path, env: dict[str, str], cwd: Path) -> str:
    done = subprocess.run(command, env=env, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def only(folder: Path) -> Path:
    (project,) = folder.iterdir()
    return project


@pytest.fixture(scope="session")
def expected(
    template: Path, home: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """A bake in which nothing has run yet: what runs in a project may leave bytecode there."""
    out = tmp_path_factory.mktemp("expected")
    run("cookiecutter", "--no-input", "--output-dir", out, template, env=home, cwd=out)
    return tree(only(out))


def test_links_stay_in_the_template(template: Path) -> None:
    """A link to something on the machine of who committed it would break every clone."""
    links = [path for path in template.rglob("*") if path.is_symlink() and ".git" not in path.parts]
    assert links
    for link in links:
        assert link.resolve(strict=True).is_relative_to(template.resolve())


def test_git_url(template: Path, home: dict[str, str], tmp_path: Path, expected: dict[str, str]) -> None:
    out = tmp_path / "out"
    run("cookiecutter", "--no-input", "--output-dir", out, f"git+file://{template}", env=home, cwd=tmp_path)
    assert tree(only(out)) == expected


def test_zip(template: Path, home: dict[str, str], tmp_path: Path, expected: dict[str, str]) -> None:
    archive = tmp_path / "template.zip"
    git(template, home, "archive", "--format=zip", "--prefix=template/", f"--output={archive}", "HEAD")
    out = tmp_path / "out"
    run("cookiecutter", "--no-input", "--output-dir", out, archive, env=home, cwd=tmp_path)
    assert tree(only(out)) == expected


def test_clone_without_symlinks(
    template: Path, home: dict[str, str], tmp_path: Path, expected: dict[str, str]
) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, home, "-c", "core.symlinks=false", "clone", "--quiet", str(template), str(clone))
    assert not (clone / "adapter").is_symlink()
    out = tmp_path / "out"
    run("cookiecutter", "--no-input", "--output-dir", out, clone, env=home, cwd=tmp_path)
    assert tree(only(out)) == expected


def test_clone_with_crlf(
    template: Path, home: dict[str, str], tmp_path: Path, expected: dict[str, str]
) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, home, "-c", "core.autocrlf=true", "clone", "--quiet", str(template), str(clone))
    out = tmp_path / "out"
    run("cookiecutter", "--no-input", "--output-dir", out, clone, env=home, cwd=tmp_path)
    assert tree(only(out)) == expected


@pytest.mark.parametrize("source", ["folder", "git", "zip"])
def test_sam_init(
    source: str,
    template: Path,
    home: dict[str, str],
    sam: Path,
    tmp_path: Path,
    expected: dict[str, str],
) -> None:
    archive = tmp_path / "template.zip"
    git(template, home, "archive", "--format=zip", "--prefix=template/", f"--output={archive}", "HEAD")
    location = {"folder": str(template), "git": f"git+file://{template}", "zip": str(archive)}[source]
    out = tmp_path / "out"
    run(sam, "init", "--no-input", "--location", location, "--output-dir", out, env=home, cwd=tmp_path)
    assert tree(only(out)) == expected


def test_sam_init_with_name(template: Path, home: dict[str, str], sam: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(
        sam,
        *("init", "--no-input", "--location", template, "--name", "orders-api", "--output-dir", out),
        env=home,
        cwd=tmp_path,
    )
    project = only(out)
    assert project.name == "orders-api"
    assert "# orders-api" in (project / "README.md").read_text(encoding="utf-8")


def test_cruft_create(template: Path, home: dict[str, str], tmp_path: Path, expected: dict[str, str]) -> None:
    out = tmp_path / "out"
    out.mkdir()
    run("cruft", "create", "--no-input", "--output-dir", out, template, env=home, cwd=tmp_path)
    project = only(out)
    assert tree(project, without=frozenset({".cruft.json"})) == expected
    assert json.loads((project / ".cruft.json").read_text())["template"] == str(template)


def test_cruft_update(template: Path, home: dict[str, str], tmp_path: Path) -> None:
    """A change upstream arrives; what the team wrote stays."""
    upstream = tmp_path / "upstream"
    git(tmp_path, home, "clone", "--quiet", str(template), str(upstream))
    out = tmp_path / "out"
    out.mkdir()
    run("cruft", "create", "--no-input", "--output-dir", out, upstream, env=home, cwd=tmp_path)
    project = only(out)
    (project / "service" / "ours.py").write_text('"""Ours."""\n')
    git(project, home, "init", "--quiet")
    git(project, home, "add", "--all")
    git(project, home, "commit", "--quiet", "--message=ours")

    (facts,) = upstream.glob("*cookiecutter*/adapter/facts.py")
    facts.write_text(facts.read_text() + "\n# A change upstream.\n")
    git(upstream, home, "commit", "--all", "--quiet", "--message=change")
    run("cruft", "update", "--skip-apply-ask", env=home, cwd=project)

    assert (project / "adapter" / "facts.py").read_text().endswith("# A change upstream.\n")
    assert (project / "service" / "ours.py").exists()
