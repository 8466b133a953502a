"""Environments out of locks, by a uv on the PATH, one that pip brought, or pip: all are stand-ins."""

import subprocess
import sys
from pathlib import Path

import pytest

from artifact.environment import entry_of, locked_names
from tests.template.trees import FOLDER

ROOT = Path(__file__).parents[2]
LOCK = """\
pytest==9.2.0 ; python_full_version < '4' \\
    --hash=sha256:aa
uv==0.13.9 \\
    --hash=sha256:bb \\
    --hash=sha256:cc
uvicorn==0.54 \\
    --hash=sha256:dd
"""


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "requirements-test.txt"
    path.write_text(LOCK)
    return path


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def environment(tmp_path: Path, python: str, uv: str | None = None) -> Path:
    """An environment whose Python, and whose uv on the PATH, are programs of the test."""
    program(tmp_path / ".venv" / "bin" / "python", python)
    (tmp_path / "bin").mkdir()
    if uv is not None:
        program(tmp_path / "bin" / "uv", uv)
    return tmp_path / ".venv"


def install(tmp_path: Path, *locks: Path, folder: str = ".venv") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "artifact.environment", folder, *map(str, locks)],
        cwd=tmp_path,
        env={"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def log(tmp_path: Path) -> list[str]:
    path = tmp_path / "log"
    return path.read_text().splitlines() if path.exists() else []


def test_names_and_one_entry_of_a_lock(lock: Path) -> None:
    assert list(locked_names(lock)) == ["pytest", "uv", "uvicorn"]
    assert entry_of("uv", lock) == "uv==0.13.9 \\\n    --hash=sha256:bb \\\n    --hash=sha256:cc\n"
    assert entry_of("mypy", lock) == ""


@pytest.mark.parametrize("kind", ["measure", "dev"])
def test_locks_bring_uv(kind: str) -> None:
    assert "--hash=sha256:" in entry_of("uv", ROOT / FOLDER / f"requirements-{kind}.txt")


def test_uv_of_the_path_installs_by_hash(tmp_path: Path, lock: Path) -> None:
    environment(tmp_path, "exit 9", uv='echo "$@" >> log')
    done = install(tmp_path, lock)
    assert done.returncode == 0, done.stderr
    assert log(tmp_path)[1:] == [
        f"pip install --quiet --python .venv/bin/python --require-hashes --no-deps -r {lock}"
    ]
    assert done.stderr.splitlines()[0].startswith("Installing up to 3 packages into ")


def test_pip_brings_uv_from_the_lock(tmp_path: Path, lock: Path) -> None:
    pip = """
for word; do last=$word; done
echo "$*" >> log; cat "$last" >> log
printf '#!/bin/sh\\necho uv "$@" >> log\\n' > .venv/bin/uv; chmod +x .venv/bin/uv"""
    environment(tmp_path, pip)
    done = install(tmp_path, lock)
    assert done.returncode == 0, done.stderr
    called, *entry, version, by_uv = log(tmp_path)
    assert called.startswith("-m pip install --quiet --disable-pip-version-check --require-hashes --no-deps")
    assert entry == entry_of("uv", lock).splitlines()
    assert version == "uv --version"
    assert by_uv.endswith(f"--require-hashes --no-deps -r {lock}")


@pytest.mark.parametrize("uv", ["exit 1", '[ "$1" = --version ]'], ids=["placeholder", "no-index"])
def test_pip_installs_where_uv_cannot(tmp_path: Path, lock: Path, uv: str) -> None:
    environment(tmp_path, 'echo "$@" >> log', uv=uv)
    done = install(tmp_path, lock)
    assert done.returncode == 0, done.stderr
    assert log(tmp_path)[-1].endswith(f"--require-hashes --no-deps -r {lock}")
    assert "pip" in done.stderr
    assert "a minute or two" in done.stderr


def test_failure_is_told(tmp_path: Path, lock: Path) -> None:
    environment(tmp_path, "exit 1", uv="exit 1")
    done = install(tmp_path, lock)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == f"pip could not install {lock} into .venv"


def test_uv_of_the_environment_beside_installs(tmp_path: Path, lock: Path) -> None:
    environment(tmp_path, "exit 9")
    program(tmp_path / ".venv" / "bin" / "uv", 'echo "$@" >> log')
    program(tmp_path / ".venv-sam" / "bin" / "python", "exit 9")
    done = install(tmp_path, lock, folder=".venv-sam")
    assert done.returncode == 0, done.stderr
    assert log(tmp_path)[-1].startswith("pip install --quiet --python .venv-sam/bin/python ")


def test_existing_environment_stays(tmp_path: Path, lock: Path) -> None:
    """A link to another environment too: the demo's leads to the template's."""
    folder = environment(tmp_path, "exit 0", uv="exit 0")
    shared = folder.rename(tmp_path / "shared")
    folder.symlink_to(shared)
    assert install(tmp_path, lock).returncode == 0
    assert folder.is_symlink()
