import contextlib
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
from tests.mutants.http import HTTP
from tests.mutants.lifetime import LIFETIME
from tests.mutants.loop import LOOP
from tests.mutants.mutant import Mutant
from tests.mutants.sigterm import SIGTERM
from tests.mutants.startup import STARTUP
from tests.mutants.state import STATE
from tests.mutants.survival import SURVIVAL

MUTANTS = [*STARTUP, *STATE, *LOOP, *LIFETIME, *SIGTERM, *SURVIVAL, *EVENTS, *HTTP]
ROOT = Path(__file__).parents[2]
ADAPTER = Path(str(adapter.__file__)).resolve().parent
ALONGSIDE = ("service", "telemetry")
LIMIT_S = 30
"""For one test. A mutant may make it wait for ever; then it fails, as it should."""
DEADLINE_S = 180
"""For one mutant's tests, should that limit not reach what hangs; more than any limit that a test sets."""
WHOLE_S = 900
"""For the tests of all mutants, one after the other."""
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


def run(copy: Path, tests: Sequence[str], within_s: float = DEADLINE_S) -> tuple[int | None, str]:
    """Exit code and output of pytest in the copy; None for what had to be ended at the deadline."""
    nodes = [f"tests/{test}" for test in tests]
    # One line of each failure: for more, pytest parses source, and fails itself in what a mutant breaks.
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--tb=line", f"--timeout={LIMIT_S}"]
    log = copy / "output.txt"  # and no pipe, which stays open as long as any child of a test lives
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", *options, *nodes],
            cwd=copy,
            env={**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    code = None
    with contextlib.suppress(subprocess.TimeoutExpired):
        code = process.wait(timeout=within_s)
    with contextlib.suppress(ProcessLookupError):  # nothing is left
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return code, log.read_text(encoding="utf-8")


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_mutant_knows_the_code(mutant: Mutant, copy: Path) -> None:
    mutant.apply(copy / "adapter")


@pytest.mark.slow
@pytest.mark.timeout(WHOLE_S + 60)
def test_tests_pass_without_mutants(copy: Path) -> None:
    code, output = run(copy, sorted({mutant.test for mutant in MUTANTS}), WHOLE_S)
    assert code == 0, output


@pytest.mark.slow
@pytest.mark.timeout(DEADLINE_S + 60)
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_mutant_is_killed(mutant: Mutant, copy: Path) -> None:
    """A test that hangs has noticed its mutant too: without it, the same tests end in the same time."""
    mutant.apply(copy / "adapter")
    code, output = run(copy, [mutant.test])
    assert code in {FAILED, None}, output
