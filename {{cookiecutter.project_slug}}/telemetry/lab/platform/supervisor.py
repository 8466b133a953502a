"""Ends what a lab has started, and removes its temporary folder, also when the lab itself was killed.

`python supervisor.py FOLDER` waits until its stdin ends, as it does when the lab ends in whatever way. It is
run by path and without site-packages, so that it starts at once; so it imports nothing of ours.
"""

import contextlib
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

RUN_VARIABLE: Final = "LAB_RUN"
"""Set to the run's folder in all processes of a function, and inherited by whatever they start."""

_PROC: Final = Path("/proc")
_ROUNDS: Final = 20
"""A process may start another one while it is looked for."""


class Process(NamedTuple):
    """A process as /proc shows it."""

    pid: int
    parent: int
    session: int
    marked: bool
    """Its environment holds the variable that was asked for."""


def kill_environment(leader: int, mark: str) -> None:
    """Kill all processes of an execution environment, as Lambda does.

    These are the ones in the leader's session, the ones that have inherited its environment, wherever they
    went, and the descendants of both. Where there is no /proc, only the leader's group is found.

    Args:
        leader: Process that was started in a session of its own.
        mark: `NAME=VALUE` of a variable that no other environment has.
    """
    if not _PROC.is_dir():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(leader, signal.SIGKILL)
        return
    _kill_until_none(leader, mark)


def kill_run(folder: str) -> None:
    """Kill all processes of a run; nothing where there is no /proc."""
    if _PROC.is_dir():
        _kill_until_none(None, f"{RUN_VARIABLE}={folder}")


def _kill_until_none(leader: int | None, mark: str) -> None:
    for _ in range(_ROUNDS):
        found = _belonging(leader, list(_processes(mark.encode())))
        if not found:
            return
        for pid in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)


def _belonging(leader: int | None, processes: list[Process]) -> set[int]:
    sessions = {process.session for process in processes if process.marked}
    sessions |= {leader} if leader is not None else set()
    found = {process.pid for process in processes if process.marked or process.session in sessions}
    grown = 0
    while grown != len(found):
        grown = len(found)
        found |= {process.pid for process in processes if process.parent in found}
    return found - {os.getpid()}


def _processes(mark: bytes) -> Iterator[Process]:
    """Yield all processes that still run; those of other users are never marked."""
    for folder in _PROC.iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            state, parent, _, session, *_ = (folder / "stat").read_bytes().rpartition(b")")[2].split()
            if state == b"Z":
                continue
            marked = mark in _environ(folder).split(b"\0")
        except OSError:
            continue
        yield Process(int(folder.name), int(parent), int(session), marked)


def _environ(folder: Path) -> bytes:
    try:
        return (folder / "environ").read_bytes()
    except PermissionError:
        return b""


def main(folder: str) -> None:
    """Wait for the end of stdin, and clean up."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # meant for the lab, whose end is the end of this, too
    sys.stdin.buffer.read()
    kill_run(folder)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1])
