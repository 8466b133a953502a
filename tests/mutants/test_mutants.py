import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

import adapter
from tests.mutants.events import EVENTS
from tests.mutants.lifetime import LIFETIME
from tests.mutants.loop import LOOP
from tests.mutants.mutant import Mutant
from tests.mutants.startup import STARTUP
from tests.mutants.state import STATE

MUTANTS = [*STARTUP, *STATE, *LOOP, *LIFETIME, *EVENTS]
ROOT = Path(__file__).parents[2]
ADAPTER = Path(str(adapter.__file__)).resolve().parent
ALONGSIDE = ("service", "telemetry")
DEADLINE_S = 120
FAILED = 1
"""Exit code of pytest when tests have failed, and not when it could not run them."""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The adapter and the tests, in a folder where they can be harmed."""
    skip = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ADAPTER, tmp_path / "adapter", ignore=skip)
    shutil.copytree(ROOT / "tests", tmp_path / "tests", ignore=skip)
    for name in ALONGSIDE:
        (tmp_path / name).symlink_to(ADAPTER.parent / name)
    config = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(config, encoding="utf-8")
    return tmp_path


def run(copy: Path, tests: Sequence[str]) -> tuple[int, str]:
    """Exit code and output of pytest in the copy; what runs too long is ended, children included."""
    nodes = [f"tests/{test}" for test in tests]
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", *nodes],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=DEADLINE_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
    return process.returncode, output


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_mutant_knows_the_code(mutant: Mutant, copy: Path) -> None:
    mutant.apply(copy / "adapter")


@pytest.mark.slow
def test_tests_pass_without_mutants(copy: Path) -> None:
    code, output = run(copy, sorted({mutant.test for mutant in MUTANTS}))
    assert code == 0, output


@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_mutant_is_killed(mutant: Mutant, copy: Path) -> None:
    mutant.apply(copy / "adapter")
    code, output = run(copy, [mutant.test])
    assert code == FAILED, output
