"""Runs and their files, whatever ends them. A lab that is stopped is a process of its own here."""

import contextlib
import json
import os
import pty
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from tests.telemetry.lab.apps import TABLE, WRITES_WHAT_IT_SEES
from tests.telemetry.lab.conftest import Lab

ROOT = Path(__file__).parents[4]
Start: TypeAlias = Callable[..., subprocess.Popen[bytes]]
THREE_EVENTS = ("--environments", 1, "--invocations", 3)
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


def hear_sigint() -> None:
    """In the child. A shell has it ignored in what it starts in the background, which these tests may be."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def start(here: Path) -> Iterator[Start]:
    with contextlib.ExitStack() as stack:

        def begin(*arguments: str, **options: Any) -> subprocess.Popen[bytes]:
            process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "telemetry.lab",
                    "--no-warm-up",
                    "--handler",
                    "function.handler",
                    *arguments,
                ],
                cwd=here,
                start_new_session=True,
                **{
                    "env": {**os.environ, "PYTHONPATH": str(ROOT)},
                    "stdout": subprocess.PIPE,
                    "stderr": subprocess.STDOUT,
                    "preexec_fn": hear_sigint,
                    **options,
                },
            )
            stack.enter_context(process)
            stack.callback(process.kill)
            return process

        (here / "function.py").write_text(HANDLER, encoding="utf-8")
        yield begin


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


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_stopped_by_a_signal(here: Path, start: Start, number: signal.Signals, code: int) -> None:
    (here / "hang").touch()
    (here / "table.json").write_text(json.dumps(TABLE), encoding="utf-8")
    process = start("--quick", "--placement", "init", "every_invocation", "--table", "table.json")
    wait_for(here / "hanging")
    started = descendants(process.pid)
    # The supervisor, the table, what gives CPU shares, the function and a process of its own.
    assert len(started) == 5
    process.send_signal(number)
    said, _ = process.communicate(timeout=30)
    assert process.returncode == code
    assert b"incomplete" in said
    assert b"Next:" not in said
    begun, *others, lab = written(here, "records.jsonl.part")
    assert lab["complete"] is False
    assert sum(sent["environments"] for sent in lab["sent"].values()) == 1
    assert (begun["record"], begun["run"], begun["complete"]) == ("lab", lab["run"], False)
    assert {*others[0]["pids"]} < started
    assert gone(started)


def test_stopped_after_an_invocation(here: Path, start: Start) -> None:
    process = hang_later(here, start)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 130
    begun, *others, lab = written(here)
    assert (begun["complete"], lab["complete"]) == (False, False)
    assert [line["record"]["status"] for line in others if line.get("type")] == ["success"]
    assert lab["sent"]["init"]["invocations"] == 1
    assert not (here / "records.jsonl.part").exists()


def test_killed(here: Path, start: Start) -> None:
    process = hang_later(here, start)
    started = descendants(process.pid)
    process.kill()
    process.communicate(timeout=30)
    with killed_at_the_end(started):
        assert gone(started)
    assert (here / "records.jsonl").read_bytes() == b"before\n"
    begun, *others = written(here, "records.jsonl.part")
    assert (begun["record"], begun["complete"]) == ("lab", False)
    assert [line["record"]["status"] for line in others if line.get("type")] == ["success"]
    assert not [line for line in others if line.get("record") == "lab"]


DAEMON = """
import json, os, subprocess, sys, tempfile, time
sleeps = [sys.executable, "-c", "import time; time.sleep(60)"]
daemon = subprocess.Popen(sleeps, start_new_session=True, stdout=subprocess.DEVNULL)
bare = subprocess.Popen(sleeps, env={}, stdout=subprocess.DEVNULL)
folder = tempfile.mkdtemp()
def handler(event, context):
    with open("seen.jsonl", "a") as file:
        print(json.dumps({"pids": [os.getpid(), daemon.pid, bare.pid], "folder": folder}), file=file)
    if os.path.exists("hang"):
        open("hanging", "w").close()
        time.sleep(60)
    return {"statusCode": 200}
"""


def seen(here: Path) -> tuple[set[int], Path]:
    records = written(here, "seen.jsonl")
    return {pid for record in records for pid in record["pids"]}, Path(records[0]["folder"])


def test_n2_sigkill_of_the_lab_ends_its_sessions_and_folders(here: Path, start: Start) -> None:
    """Those of the processes, too, that went into a session of their own, or have another environment."""
    (here / "function.py").write_text(DAEMON, encoding="utf-8")
    (here / "hang").touch()
    process = start("--environments", "1", "--invocations", "2")
    wait_for(here / "hanging")
    pids, folder = seen(here)
    started = descendants(process.pid)
    process.kill()
    process.communicate(timeout=30)
    with killed_at_the_end(started | pids):
        assert len(started | pids) == 5  # with the supervisor, and what gives CPU shares
        assert gone(started | pids)
    run_folder = next(parent for parent in folder.parents if parent.name.startswith("lambda-lab-"))
    ends = time.monotonic() + 10
    while run_folder.exists() and time.monotonic() < ends:
        time.sleep(0.01)
    assert not run_folder.exists()


def test_n2_daemons_end_with_their_environment(here: Path, start: Start) -> None:
    (here / "function.py").write_text(DAEMON, encoding="utf-8")
    process = start("--environments", "2", "--invocations", "1")
    process.communicate(timeout=60)
    assert process.returncode == 0
    pids, folder = seen(here)
    with killed_at_the_end(pids):
        assert len(pids) == 6
        assert gone(pids)
    assert not folder.exists()


def test_n2_folder_of_a_lab_that_was_killed_with_its_supervisor(here: Path, start: Start) -> None:
    """Nobody is left to remove it, so the next lab does. Folders in use stay."""
    (here / "tmp").mkdir()
    (here / "hang").touch()
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(here / "tmp")}
    first = start("--environments", "1", "--out", "first.jsonl", env=environ)
    wait_for(here / "hanging")
    started = descendants(first.pid)
    (left,) = (here / "tmp").glob("lambda-lab-*")
    for pid in (first.pid, *started):
        os.kill(pid, signal.SIGKILL)
    first.communicate(timeout=30)
    assert left.exists()
    (here / "hanging").unlink()
    second = start("--environments", "1", "--out", "second.jsonl", env=environ)
    wait_for(here / "hanging")
    (used,) = (here / "tmp").glob("lambda-lab-*")
    assert used != left
    (here / "hang").unlink()
    third = start("--environments", "1", "--invocations", "1", "--out", "third.jsonl", env=environ)
    third.communicate(timeout=60)
    assert third.returncode == 0
    assert [*(here / "tmp").glob("lambda-lab-*")] == [used]
    second.send_signal(signal.SIGINT)
    second.communicate(timeout=30)
    assert not used.exists()


def test_nothing_survives_a_run(here: Path, start: Start) -> None:
    process = start("--environments", "2", "--invocations", "1")
    process.communicate(timeout=60)
    assert process.returncode == 0
    pids = {pid for line in written(here) if line.get("record") == "seen" for pid in line["pids"]}
    assert len(pids) == 4
    assert gone(pids)


def test_stopped_before_it_measures(here: Path, start: Start) -> None:
    text = 'open("importing", "w").close()\nimport time\ntime.sleep(60)'
    (here / "slow.py").write_text(text, encoding="utf-8")
    process = start("--handler", "slow.inner.handler")
    wait_for(here / "importing")
    started = descendants(process.pid)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 130
    assert len(started) == 2  # the supervisor, and what imports the function
    assert gone(started)


def test_disk_full(start: Start) -> None:
    def no_large_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    process = start("--environments", "1", "--invocations", "100", preexec_fn=no_large_files)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert b"lab: [Errno 27] File too large" in said


def test_bar_on_a_terminal(start: Start) -> None:
    terminal, its_end = pty.openpty()
    process = start("--environments", "2", "--invocations", "5", stderr=its_end)
    os.close(its_end)
    process.communicate(timeout=60)
    drawn = os.read(terminal, 65536).decode()
    os.close(terminal)
    assert process.returncode == 0
    assert "invocations" in drawn
    assert "\x1b[" in drawn


@pytest.mark.parametrize("warm_up", ["--warm-up", "--no-warm-up"])
def test_failed_start_leaves_the_records_of_the_run_before(lab: Lab, here: Path, warm_up: str) -> None:
    before = b"the records of yesterday\nand no newline"
    (here / "records.jsonl").write_bytes(before)
    code = "raise LookupError('no model')"
    run = lab(warm_up, *THREE_EVENTS, handler=code)
    assert run.code == 1
    assert (here / "records.jsonl").read_bytes() == before
    assert "Next:" not in run.stdout
    assert "records.jsonl was not touched" in run.stdout
    last = json.loads((here / "records.jsonl.part").read_bytes().splitlines()[-1])
    assert (last["record"], last["complete"]) == ("lab", False)


def test_start_that_fails_later_keeps_what_was_measured(lab: Lab, here: Path) -> None:
    (here / "records.jsonl").write_bytes(b"before\n")
    run = lab(
        *("--environments", 2, "--invocations", 1),
        handler="""
            import os
            if os.path.exists("ran"):
                raise LookupError("no model")
            def handler(event, context):
                open("ran", "w").close()
                return {"statusCode": 200}
        """,
    )
    assert run.code == 1
    assert [report["status"] for report in run.reports] == ["success"]
    assert run.lab["complete"] is False
    assert "Next:" in run.stdout
    assert not (here / "records.jsonl.part").exists()


def test_link_to_the_records_is_followed(lab: Lab, here: Path) -> None:
    (here / "kept").mkdir()
    (here / "kept" / "of_today.jsonl").write_text("before\n", encoding="utf-8")
    (here / "records.jsonl").symlink_to("kept/of_today.jsonl")
    run = lab("--environments", 1, "--invocations", 1, handler=WRITES_WHAT_IT_SEES)
    assert run.out.is_symlink()
    assert [path.name for path in (here / "kept").iterdir() if path.suffix != ".log"] == ["of_today.jsonl"]
    assert len(run.reports) == 1
    assert b"before" not in run.out.read_bytes()
