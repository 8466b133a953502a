import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.template.trees import Generate, git

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment whose HOME is empty: no replay, no defaults of the person who runs this."""
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path_factory.mktemp("home")),
        "LC_ALL": "C.UTF-8",
        "SAM_CLI_TELEMETRY": "0",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "t",
        "GIT_AUTHOR_EMAIL": "t@example.org",
        "GIT_COMMITTER_NAME": "t",
        "GIT_COMMITTER_EMAIL": "t@example.org",
    }


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, home: dict[str, str]) -> Path:
    """A git repository with the template as git sees it now, committed or not; nothing that it ignores."""
    source = tmp_path_factory.mktemp("source") / "template"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_symlink() or (ROOT / name).exists():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, source / name, follow_symlinks=False)
    git(source, home, "init", "--quiet", "--initial-branch=main")
    git(source, home, "add", "--all")
    git(source, home, "commit", "--quiet", "--message=template")
    return source


@pytest.fixture(scope="session")
def sam() -> Path:
    program = ROOT / ".venv-sam" / "bin" / "sam"
    if not program.exists():
        pytest.fail("the SAM CLI is not installed: run `make setup`")
    return program


@pytest.fixture
def generate(template: Path, home: dict[str, str], tmp_path: Path) -> Generate:
    """Bake with cookiecutter; returns the project's folder."""

    def bake(**answers: str) -> Path:
        out = tmp_path / "baked"
        extra = [f"{name}={value}" for name, value in answers.items()]
        subprocess.run(
            ["cookiecutter", "--no-input", "--output-dir", out, template, *extra],
            env=home,
            check=True,
            capture_output=True,
            text=True,
        )
        (project,) = out.iterdir()
        return project

    return bake


@pytest.fixture(scope="session")
def baked(template: Path, home: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project of the default answers, baked once; do not write into it."""
    out = tmp_path_factory.mktemp("default")
    subprocess.run(
        ["cookiecutter", "--no-input", "--output-dir", out, template],
        env=home,
        check=True,
        capture_output=True,
    )
    (project,) = out.iterdir()
    return project
