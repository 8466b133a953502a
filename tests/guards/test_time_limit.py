"""No test outlives its limit, and the tests after it still run."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HANGING = """
import time

def test_hangs():
    time.sleep(600)

def test_catches_the_alarm():
    try:
        time.sleep(600)
    except BaseException:
        pass

def test_catches_the_alarm_and_hangs():
    test_catches_the_alarm()
    time.sleep(600)

def test_goes_on():
    pass
"""


@pytest.mark.slow
def test_hanging_tests_fail_and_others_go_on(tmp_path: Path) -> None:
    path = tmp_path / "test_hanging.py"
    path.write_text(HANGING, encoding="utf-8")
    own = ["-p", "tests.conftest", "-p", "no:cacheprovider", "-c", str(ROOT / "pyproject.toml")]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *own, "--timeout=0.5", str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    failed = re.findall(r"^FAILED \S*::(\w+)", done.stdout, re.MULTILINE)
    assert failed == ["test_hangs", "test_catches_the_alarm", "test_catches_the_alarm_and_hangs"]
    assert "3 failed, 1 passed" in done.stdout, done.stdout
