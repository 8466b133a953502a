"""What the tests of a lab in a process of its own wait for, and read."""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

ROOT = Path(__file__).parents[4]
Start: TypeAlias = Callable[..., subprocess.Popen[bytes]]
HANDLER = """
import json, os, subprocess, sys, time
grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
def handler(event, context):
    print(json.dumps({"record": "seen", "pids": [os.getpid(), grandchild.pid]}), flush=True)
    if os.path.exists("hang"):
        open("hanging", "w").close()
        time.sleep(60)
    return {"statusCode": 200}
"""
AND_THEN_HANG = """
answer = handler
def handler(event, context):
    try:
        return answer(event, context)
    finally:
        open("hang", "w").close()
"""


@contextlib.contextmanager
def killed_at_the_end(pids: set[int]) -> Iterator[None]:
    """What a test waits for in vain must not outlive it."""
    try:
        yield
    finally:
        for pid in filter(alive, pids):
            os.kill(pid, signal.SIGKILL)


def wait_for(path: Path) -> None:
    ends = time.monotonic() + 120
    while not path.exists() and time.monotonic() < ends:
        time.sleep(0.01)
    assert path.exists()


def descendants(pid: int) -> set[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return set(map(int, children)).union(*(descendants(int(child)) for child in children))


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def gone(pids: set[int]) -> bool:
    ends = time.monotonic() + 10
    while any(map(alive, pids)) and time.monotonic() < ends:
        time.sleep(0.01)
    return not any(map(alive, pids))


def written(here: Path, name: str = "records.jsonl") -> list[dict[str, Any]]:
    return [json.loads(line) for line in (here / name).read_bytes().splitlines()]


def hang_later(here: Path, start: Start) -> subprocess.Popen[bytes]:
    """Start a run whose second invocation does not end; the records of another are there."""
    (here / "records.jsonl").write_bytes(b"before\n")
    (here / "function.py").write_text(HANDLER + AND_THEN_HANG, encoding="utf-8")
    process = start("--environments", "1", "--invocations", "3")
    wait_for(here / "hanging")
    return process
