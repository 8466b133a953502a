"""The adapter on every Mangum that it is made for; not 0.20, which closed the loop after each event."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOT_ALL = (
    "test_conformance.py",  # reads files
    "test_experiment.py",  # has nothing to do with Mangum
    "lifespan/test_memory.py",  # as above
)


def install(version: str, folder: Path) -> None:
    """Put this version, and nothing that it needs, into `folder`; skip the test where that cannot be had."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    ran = subprocess.run(
        [*pip, "--target", str(folder), f"mangum=={version}"],
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode != 0:
        pytest.skip(f"pip could not install mangum {version}: {ran.stderr.strip().splitlines()[-1]}")


@pytest.mark.slow
@pytest.mark.timeout(480)
@pytest.mark.parametrize("version", ["0.19.0", "0.21.0", "0.22.0"])
def test_whole_suite_passes(version: str, tmp_path: Path) -> None:
    install(version, tmp_path / "installed")
    environ = {**os.environ, "PYTHONPATH": str(tmp_path / "installed")}
    found = "from importlib.metadata import version; import mangum; print(version('mangum'), mangum.__file__)"
    which = subprocess.run(
        [sys.executable, "-c", found], env=environ, capture_output=True, text=True, check=True
    )
    assert which.stdout.split() == [version, str(tmp_path / "installed" / "mangum" / "__init__.py")]
    ignored = [f"--ignore=tests/adapter/{name}" for name in NOT_ALL]
    suite = ["tests/adapter", "-m", "not slow", "-q", "-p", "no:cacheprovider", *ignored]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *suite, f"--basetemp={tmp_path / 'suite'}"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-5000:]
