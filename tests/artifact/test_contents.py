import shlex
import sys
from pathlib import Path

import pytest

from artifact.contents import ShipsError, copy_folders, interpreter, ships
from artifact.target import Target
from artifact.upstream import PROJECT


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("service", "adapter", "telemetry", "shop"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    return tmp_path


def test_own_folder_ships(project: Path, tmp_path: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.artifact]\nships = ["service", "shop"]\n')
    copy_folders(project, tmp_path / "built")
    assert {path.name for path in (tmp_path / "built").iterdir()} == {
        "service",
        "shop",
        "adapter",
        "telemetry",
    }


@pytest.mark.parametrize("pyproject", ["", "[tool.artifact]\n"])
def test_project_that_names_none_ships_its_service(project: Path, pyproject: str) -> None:
    (project / "pyproject.toml").write_text(pyproject)
    assert ships(project) == ("service", "adapter", "telemetry")


def test_generated_project_ships_its_service() -> None:
    assert ships(PROJECT) == ("service", "adapter", "telemetry")


def test_folder_that_is_not_there_is_named(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.artifact]\nships = ["service", "shpo"]\n')
    with pytest.raises(ShipsError, match="names shpo, but there is no such folder"):
        ships(project)


def test_n6_python_of_pyenv_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the PATH has none, or pyenv's placeholder for a version that is not chosen."""
    command = tmp_path / "pyenv" / "versions" / "3.99.1" / "bin" / "python"
    command.parent.mkdir(parents=True)
    command.write_text("#!/bin/sh\necho 3.99\n")
    command.chmod(0o755)
    shim = tmp_path / "bin" / "python3.99"
    shim.parent.mkdir()
    shim.write_text("#!/bin/sh\necho 'pyenv: python3.99: command not found' >&2\nexit 127\n")
    shim.chmod(0o755)
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("PATH", str(shim.parent), prepend=":")
    assert interpreter(Target("python3.99", "arm64")) == str(command)


def test_n6_python_that_is_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    assert interpreter(Target("python3.99", "arm64")) is None


def test_this_python_is_found() -> None:
    runtime = f"python{sys.version_info.major}.{sys.version_info.minor}"
    assert interpreter(Target(runtime, "arm64")) == sys.executable


def test_named_python_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrapper = tmp_path / "python"
    wrapper.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
    wrapper.chmod(0o755)
    monkeypatch.setenv("TARGET_PYTHON", str(wrapper))
    runtime = f"python{sys.version_info.major}.{sys.version_info.minor}"
    assert interpreter(Target(runtime, "arm64")) == str(wrapper)
