"""Nothing outlives a lab: no process, no session and no temporary folder, even when it is killed."""

import os
import signal
import time
from pathlib import Path

from tests.telemetry.lab.run.lab_process import (
    ROOT,
    Start,
    descendants,
    gone,
    hang_later,
    killed_at_the_end,
    wait_for,
    written,
)


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
