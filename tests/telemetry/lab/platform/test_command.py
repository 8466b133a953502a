"""A command that is run once: what it says, and that nothing of it is left."""

import asyncio
import os
import sys
import time
from pathlib import Path

import pytest

from telemetry.lab.platform.command import Ran, run_alone, run_up_to

STARTS_ANOTHER = """
import pathlib, subprocess, sys
other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path(sys.argv[1]).write_text(str(other.pid))
sys.stderr.write("told")
"""


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def run(code: str, *arguments: str, longest_s: float = 60.0) -> Ran:
    return asyncio.run(run_alone((sys.executable, "-c", code, *arguments), dict(os.environ), longest_s))


def test_status_and_stderr() -> None:
    assert run("import sys; print('what'); sys.exit('why')") == (1, "what\n", "why\n")


def test_what_it_started_is_not_waited_for_and_ends(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    assert run(STARTS_ANOTHER, str(pid)) == (0, "", "told")
    ends = time.monotonic() + 30
    while alive(int(pid.read_text())) and time.monotonic() < ends:
        time.sleep(0.01)
    assert not alive(int(pid.read_text()))


def test_takes_too_long(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    with pytest.raises(TimeoutError):
        run(f"{STARTS_ANOTHER}\nimport time; time.sleep(600)", str(pid), longest_s=2.0)


def test_what_was_said_until_then_is_kept() -> None:
    code = "import sys, time; sys.stderr.write('so far'); sys.stderr.flush(); time.sleep(600)"
    ran = asyncio.run(run_up_to((sys.executable, "-c", code), dict(os.environ), 3.0))
    assert ran == (None, "", "so far")
