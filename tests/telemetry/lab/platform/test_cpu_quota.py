"""The program that gives processes their CPU share. How exactly is measured by `bench/lab_cpu.py`, not here.

On a busy machine a process may get less than its share at any time, but never more. So these tests wait for
CPU time, and compare with the wall time that it took at least.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from telemetry.lab.platform import cpu_quota
from telemetry.lab.platform.cpu_quota import cpu_seconds, tree_seconds
from telemetry.lab.platform.throttle import Throttle, ThrottleEndedError

LATE = 0.1
"""Seconds of CPU time that a busy machine may be late to stop a process; later it has to wait for them."""
SPINS = "while True: pass"
SPINS_IN_THREADS = """
import hashlib, threading
data = bytes(1_000_000)
def spin():
    while True:
        hashlib.sha256(data).digest()
threading.Thread(target=spin).start()
spin()
"""
SPINS_IN_A_CHILD = """
import subprocess, sys
subprocess.run([sys.executable, "-I", "-S", "-c", "while True: pass"], start_new_session=NEW_SESSION)
"""
SPINS_IN_CHILDREN_THAT_END = """
import subprocess, sys
while True:
    subprocess.run([sys.executable, "-I", "-S", "-c", "for _ in range(200_000): pass"])
"""


@contextlib.contextmanager
def running(code: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-I", "-S", "-c", code], start_new_session=True)
    try:
        yield process
    finally:
        for pid in [process.pid, *descendants(process.pid)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()


def descendants(pid: int) -> list[int]:
    return [member for member in cpu_quota._tree(pid) if member != pid]


def wait_until_it_used(pid: int, seconds: float) -> None:
    ends = time.monotonic() + 120
    while tree_seconds(pid) < seconds and time.monotonic() < ends:
        time.sleep(0.01)
    assert tree_seconds(pid) >= seconds


def state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]


def wait_for_state(pid: int, wanted: str) -> None:
    ends = time.monotonic() + 60
    while state(pid) != wanted and time.monotonic() < ends:
        time.sleep(0.0005)
    assert state(pid) == wanted


@pytest.mark.parametrize(
    "code",
    [
        SPINS,
        SPINS_IN_THREADS,
        SPINS_IN_A_CHILD.replace("NEW_SESSION", "False"),
        SPINS_IN_A_CHILD.replace("NEW_SESSION", "True"),
        SPINS_IN_CHILDREN_THAT_END,
    ],
    ids=["process", "threads", "child", "child in a session of its own", "children that end"],
)
@pytest.mark.parametrize("share", [pytest.param(0.15, marks=pytest.mark.slow), 0.4])
def test_no_more_than_the_share(code: str, share: float) -> None:
    with Throttle() as throttle, running(code) as process:
        throttle.limit(process.pid, share)
        wait_until_it_used(process.pid, 0.15)  # the order has been heard
        began, used = time.monotonic(), tree_seconds(process.pid)
        wait_until_it_used(process.pid, used + 0.4)
        took = time.monotonic() - began
    assert took >= (0.4 - LATE) / share


def test_waiting_process_is_never_stopped() -> None:
    with Throttle() as throttle, running("import time; time.sleep(60)") as process:
        wait_for_state(process.pid, "S")
        throttle.limit(process.pid, 0.1)
        seen = set()
        ends = time.monotonic() + 0.3
        while time.monotonic() < ends:
            seen.add(state(process.pid))
        assert "T" not in seen


def test_sigterm_reaches_a_stopped_process() -> None:
    code = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))\nwhile True: pass"
    with Throttle() as throttle, running(code) as process:
        wait_until_it_used(process.pid, 0.2)  # the handler is there
        throttle.limit(process.pid, 0.05)
        wait_for_state(process.pid, "T")
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 7


def test_stopped_processes_end_with_the_lab() -> None:
    code = f"""
import sys, time
sys.path.insert(0, {str(Path(cpu_quota.__file__).parents[3])!r})
from telemetry.lab.platform.throttle import Throttle
Throttle().limit(int(sys.argv[1]), 0.05)
time.sleep(60)
"""
    with running(SPINS) as process:
        with subprocess.Popen([sys.executable, "-c", code, str(process.pid)]) as lab:
            wait_for_state(process.pid, "T")
            lab.kill()
        assert process.wait(60) == -signal.SIGKILL


def test_what_a_process_leaves_behind_goes_on() -> None:
    code = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-I", "-S", "-c", "while True: pass"])
while True: pass
"""
    with Throttle() as throttle, running(code) as process:
        while not descendants(process.pid):
            time.sleep(0.01)
        (child,) = descendants(process.pid)
        throttle.limit(process.pid, 0.05)
        wait_for_state(child, "T")
        process.kill()
        process.wait()
        wait_for_state(child, "R")
        os.kill(child, signal.SIGKILL)


def test_process_that_has_ended_disturbs_no_other() -> None:
    with Throttle() as throttle, running("") as gone, running(SPINS) as process:
        gone.wait()
        throttle.limit(gone.pid, 0.1)
        throttle.limit(process.pid, 0.05)
        wait_for_state(process.pid, "T")
        throttle.check()


def test_program_that_ended_is_noticed() -> None:
    with Throttle() as throttle:
        os.kill(throttle.pid, signal.SIGKILL)
        os.waitid(os.P_PID, throttle.pid, os.WEXITED | os.WNOWAIT)
        with pytest.raises(ThrottleEndedError, match="share of CPU ended: exit status -9"):
            throttle.limit(os.getpid(), 0.5)


def test_clock_is_that_of_the_whole_process() -> None:
    before = time.process_time()
    seen = cpu_seconds(os.getpid())
    assert before <= seen <= time.process_time()
    with pytest.raises(OSError, match=r".+"):
        cpu_seconds(2**22 + 1)
