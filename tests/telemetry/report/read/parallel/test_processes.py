"""Processes that read pieces: what they find, what happens if one fails, and that none is left."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from telemetry.report.__main__ import main
from telemetry.report.errors import UnusableError
from telemetry.report.read.evidence import evidence_of
from telemetry.report.read.lines import source_of
from telemetry.report.read.parallel import pieces, processes
from telemetry.report.read.parallel.pieces import Piece
from telemetry.report.read.parallel.processes import Readers
from telemetry.report.read.parallel.worker import ABANDONED, Task
from telemetry.report.read.reader import Reader
from tests.telemetry.report.simulation import Run

DIES = ("-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
FAILS = ("-c", "import sys; sys.stdin.readline(); sys.exit(1)")


class Started:
    """Processes that were started, as `subprocess.Popen` returned them."""

    def __init__(self) -> None:
        self.all: list[subprocess.Popen[bytes]] = []

    def __call__(self, command: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
        self.all.append(POPEN(command, **options))
        return self.all[-1]


POPEN = subprocess.Popen


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[Started]:
    """Notes what is started; in the end nothing of it may run."""
    found = Started()
    monkeypatch.setattr("telemetry.report.read.parallel.processes.subprocess.Popen", found)
    yield found
    assert all(process.returncode is not None for process in found.all)


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    monkeypatch.setattr(pieces, "LEAST", 10_000)
    path = tmp_path / "log.jsonl"
    path.write_text(Run().text(), encoding="utf-8")
    return str(path)


def figures(log: str, most: int, service: str | None = None) -> tuple[object, ...]:
    found = evidence_of([source_of(log)], service, readers=Readers(most))
    return found.read, found.totals.sums.user.tolist(), found.totals.starts.tolist()


def test_processes_read_the_same(log: str, started: Started) -> None:
    assert figures(log, 3) == figures(log, 1)
    assert [process.returncode for process in started.all] == [0, 0]


def test_command_uses_them_and_writes_the_same_verdict(
    log: str, started: Started, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    written = []
    for count in (1, 2):
        monkeypatch.setattr("telemetry.report.__main__.processors", [count].pop)
        path = tmp_path / f"{count}.json"
        assert main([log, "--json", str(path)]) == 0
        written.append(json.loads(path.read_bytes()))
        assert written[-1].pop("made")["command"].startswith("python -m telemetry.report")
    assert written[0] == written[1]
    assert len([one for one in started.all if "rev-parse" not in str(one.args)]) == 1


@pytest.mark.parametrize("most", [1, 3])
def test_first_process_has_something_to_do_before_it_waits(log: str, started: Started, most: int) -> None:
    running = list[int]()

    def meanwhile() -> None:
        running.append(sum(one.returncode is None for one in started.all))

    evidence_of([source_of(log)], readers=Readers(most, meanwhile))
    assert running == ([] if most == 1 else [2])


@pytest.mark.parametrize("command", [DIES, FAILS], ids=["killed", "failed"])
def test_piece_of_a_process_that_fails_is_read_again(
    log: str, started: Started, monkeypatch: pytest.MonkeyPatch, command: tuple[str, str]
) -> None:
    expected = figures(log, 1)
    monkeypatch.setattr(processes, "COMMAND", command)
    assert figures(log, 3) == expected
    assert all(process.returncode != 0 for process in started.all)


def test_machine_without_room_for_a_process_reads_all_by_itself(
    log: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = figures(log, 1)
    monkeypatch.setattr("telemetry.report.read.parallel.processes.sys.executable", "/no/such/python")
    assert figures(log, 3) == expected


def test_service_that_was_chosen_is_looked_for(log: str, started: Started) -> None:
    assert figures(log, 2, "tickets") == figures(log, 1, "tickets")
    with pytest.raises(UnusableError, match="Choose one"):
        figures(log, 2, "no \udcff text")
    assert len([one for one in started.all if "rev-parse" not in str(one.args)]) == 1


def test_interrupt_ends_all_processes(log: str, started: Started, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Reader, "read", interrupted)
    with pytest.raises(KeyboardInterrupt):
        figures(log, 3)
    assert len(started.all) == 2  # the fixture looks at how they ended


def test_nothing_is_left_of_a_report_that_is_killed(
    log: str, started: Started, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What other processes write has no name, so a signal that ends this one leaves none behind."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    seen = list[list[Path]]()

    def meanwhile() -> None:
        for one in started.all:
            one.wait()  # its portion is written
        seen.append(list(folder.iterdir()))

    evidence_of([source_of(log)], readers=Readers(2, meanwhile))
    assert seen == [[]]


def test_folder_that_takes_no_temporary_file_leaves_one_process(
    log: str, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = figures(log, 1)
    monkeypatch.setattr("tempfile.tempdir", "/no/such/folder")
    assert figures(log, 3) == expected
    assert started.all == []


def test_small_log_starts_no_process(started: Started, tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(Run().text(), encoding="utf-8")
    figures(str(path), 8)
    assert started.all == []


def test_process_ends_with_the_report_that_started_it(tmp_path: Path) -> None:
    path = tmp_path / "endless"
    os.mkfifo(path)  # opening it waits for a writer, who never comes
    task = Task(Piece(os.fsencode(path), 0, None), None)
    process = subprocess.Popen([sys.executable, *processes.COMMAND], stdin=subprocess.PIPE)
    with process:
        assert process.stdin is not None
        process.stdin.write(msgspec.json.encode(task) + b"\n")
        process.stdin.flush()
        process.stdin.close()
        assert process.wait(timeout=60) == ABANDONED
