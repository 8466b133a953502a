"""A program that gives processes a share of CPU time, by stopping and continuing them.

The lab runs it by its path, apart from itself, so that it wakes up on time while the lab is at work, and
outlives it. Each line on its stdin is `PID SHARE`: from then on the process, with whatever it starts, gets
SHARE of a core, in periods of `PERIOD`. What a period leaves over is lost; what was used beyond is owed. So
quotas work in the Linux scheduler, and on Lambda. When stdin ends, the lab is gone, and the processes that
are left are killed: a stopped one would stay for ever.
"""

import contextlib
import os
import select
import signal
import time
from collections.abc import Iterator, Sequence
from typing import Final

PERIOD: Final = 0.02
"""Seconds, as on Lambda. All periods of the machine begin at multiples of it."""
FINEST: Final = 0.0002
"""Seconds to the next look, at least."""
TICK: Final = 1 / os.sysconf("SC_CLK_TCK")
"""Unit of the times in /proc."""


class Group:
    """A process that leads a process group, and all that descends from it."""

    def __init__(self, pid: int, share: float, now: float) -> None:
        self.pid = pid
        self.look_at = now
        self._quota = share * PERIOD
        self._left = self._quota
        """Seconds of CPU time until the end of the period; negative when owed."""
        self._looked_at = now
        self._stopped = False
        self._members: list[int]
        self._outside: list[int]
        """Members that left the process group."""
        self._reaped: float
        """Seconds of members that have ended."""
        self._used: float
        self._used_when_found: float
        self._find_members()

    def look(self, now: float) -> None:
        """Stop or continue the processes by what they have used.

        Raises:
            OSError: The leader has ended.
        """
        periods = int(now // PERIOD) - int(self._looked_at // PERIOD)
        before, self._used = self._used, self._read()
        if periods and self._used != self._used_when_found:  # without work there are no new children
            self._find_members()
        spent = self._used - before
        self._left = min(self._left - spent + periods * self._quota, self._quota)
        cores = 1.0 if self._stopped else max(spent / max(now - self._looked_at, FINEST), 1.0)
        self._looked_at = now
        self._set_stopped(stopped=self._left <= 0)
        self.look_at = (now // PERIOD + 1) * PERIOD
        if not self._stopped:
            self.look_at = min(self.look_at, now + max(self._left / cores, FINEST))

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to all of them."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)
        for pid in self._outside:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)

    def _set_stopped(self, *, stopped: bool) -> None:
        if stopped != self._stopped:
            self._stopped = stopped
            self.signal(signal.SIGSTOP if stopped else signal.SIGCONT)
        elif stopped:  # a process that was only just started
            self.signal(signal.SIGSTOP)

    def _find_members(self) -> None:
        self._members = list(_tree(self.pid))
        self._outside = [pid for pid in self._members[1:] if _group_of(pid) not in {self.pid, None}]
        self._reaped = sum(map(_reaped_seconds, self._members))
        self._used = self._used_when_found = self._read()

    def _read(self) -> float:
        return self._reaped + _seconds(self._members)


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process with all its threads has used.

    Raises:
        OSError: There is no such process.
    """
    clock = (~pid << 3) | 2  # what clock_getcpuclockid(3) returns on Linux
    return time.clock_gettime(clock)


def tree_seconds(pid: int) -> float:
    """Return the CPU time of a process and all that descends from it, those that have ended included.

    Raises:
        OSError: There is no such process.
    """
    members = list(_tree(pid))
    return _seconds(members) + sum(map(_reaped_seconds, members))


def main() -> None:
    """Serve until stdin ends."""
    groups: dict[int, Group] = {}
    unfinished = b""
    while True:
        wake = min((group.look_at for group in groups.values()), default=None)
        timeout = None if wake is None else max(wake - time.monotonic(), 0)
        if select.select([0], [], [], timeout)[0]:
            data = os.read(0, 65536)
            if not data:
                break
            *lines, unfinished = (unfinished + data).split(b"\n")
            for line in lines:
                _add(groups, line)
        _look(groups)
    for group in groups.values():
        group.signal(signal.SIGKILL)


def _add(groups: dict[int, Group], line: bytes) -> None:
    pid, share = line.split()
    with contextlib.suppress(OSError):  # it has ended already
        groups[int(pid)] = Group(int(pid), float(share), time.monotonic())


def _look(groups: dict[int, Group]) -> None:
    for group in tuple(groups.values()):
        now = time.monotonic()
        if now < group.look_at:
            continue
        try:
            group.look(now)
        except OSError:
            group.signal(signal.SIGCONT)  # what it leaves behind
            del groups[group.pid]


def _seconds(members: Sequence[int]) -> float:
    """Return the CPU time of those that are there; the first one has to be."""
    used = cpu_seconds(members[0])
    for pid in members[1:]:
        with contextlib.suppress(OSError):
            used += cpu_seconds(pid)
    return used


def _tree(pid: int) -> Iterator[int]:
    """Yield a process and its descendants, parents first."""
    yield pid
    folder = f"/proc/{pid}/task"
    with contextlib.suppress(OSError):
        for task in os.listdir(folder):  # noqa: PTH208 # a path object takes longer, 50 times a second
            with (
                contextlib.suppress(OSError),
                open(f"{folder}/{task}/children", "rb") as file,  # noqa: PTH123 # as above
            ):
                for child in file.read().split():
                    yield from _tree(int(child))


def _group_of(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except OSError:
        return None


def _reaped_seconds(pid: int) -> float:
    """Return the CPU time of children that have ended and were waited for, with theirs; 0 if it is gone."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 # as in `_tree`
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[13]) + int(fields[14])) * TICK


if __name__ == "__main__":
    main()
