"""Runs that are stopped, or fail: what becomes of their files. Such a lab is a process of its own here."""

import fcntl
import json
import os
import pty
import resource
import signal
from pathlib import Path

import pytest

from tests.telemetry.lab.apps import TABLE, WRITES_WHAT_IT_SEES
from tests.telemetry.lab.conftest import Lab
from tests.telemetry.lab.run.lab_process import Start, descendants, gone, hang_later, wait_for, written

THREE_EVENTS = ("--environments", 1, "--invocations", 3)


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


def test_two_labs_do_not_write_to_one_file(here: Path, lab: Lab) -> None:
    partial = here / "records.jsonl.part"
    partial.write_bytes(b"of the other lab\n")
    with partial.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        run = lab(*THREE_EVENTS, handler=WRITES_WHAT_IT_SEES)
    assert run.code == 2
    assert "--out records.jsonl: another lab is writing its records to records.jsonl.part" in run.stderr
    assert partial.read_bytes() == b"of the other lab\n"
    run = lab(*THREE_EVENTS, handler=WRITES_WHAT_IT_SEES)
    assert (run.code, len(run.reports)) == (0, 3)
    assert b"of the other lab" not in run.out.read_bytes()


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
