"""Hears SIGTERM where Python's own handler may miss it."""

import _thread
import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from typing import Final, TypeAlias

TICK_S: Final = 0.002
"""How often the reminder is asked while a signal waits to be obeyed."""
LINUX: Final = sys.platform == "linux"
CREDENTIALS_BYTES: Final = 12
"""Process, user and group of a sender: three C integers."""
PID_BYTES: Final = 4
MOST_NUMBERS: Final = 64
TERM: Final = bytes((signal.SIGTERM,))

Remind: TypeAlias = Callable[[], bool]
"""Sends SIGTERM to the main thread once more, if it is time to; False once there is nothing to remind of."""


class Wakeup:
    """A thread that learns of each SIGTERM by the wakeup descriptor, and calls `remind` until that is done.

    A handler in Python runs when the main thread executes Python again: it misses a signal that comes just
    before the thread waits in C. The handler in C never does, and it writes to this descriptor. There is one
    a process, so whoever has set it before, or sets it later, is passed what is written.

    A forked child inherits the descriptor and writes to it as well. The kernel tells who wrote.
    """

    def __init__(self, remind: Remind) -> None:
        self._remind = remind
        self._users = 0
        self._writer: socket.socket | None = None
        self._reader: socket.socket | None = None
        self._listening = False
        self._theirs = -1
        self._their_file: tuple[int, int] | None = None

    def open(self) -> None:
        """Listen, for one more user; in the main thread."""
        self._users += 1
        if self._writer is None:
            self._reader, self._writer = socket.socketpair()
            self._writer.settimeout(0)
            if LINUX:
                self._reader.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self.take()
        self.listen()

    def listen(self) -> None:
        """See to it that the thread runs. Without one, a signal is heard as Python hears it."""
        if self._listening or self._reader is None:
            return
        with contextlib.suppress(RuntimeError):  # no thread can start at present
            # A fifth of what `threading.Thread` takes, which waits until it runs.
            _thread.start_new_thread(self._follow, (self._reader,))
            self._listening = True

    def take(self) -> None:
        """Be the wakeup descriptor, whoever has set it since; in the main thread."""
        if self._writer is None:
            return
        mine = self._writer.fileno()
        before = signal.set_wakeup_fd(mine, warn_on_full_buffer=False)
        if before != mine:
            self._theirs, self._their_file = before, _identity(before)

    def hear(self, number: int) -> None:
        """Tell the thread of a signal that went to another wakeup descriptor, as while uvloop runs."""
        if self._writer is not None:
            with contextlib.suppress(OSError):
                self._writer.send(bytes((number,)))

    def pass_on(self, numbers: bytes) -> None:
        """Write to the descriptor that was set before, if it is open still."""
        if self._their_file is not None and _identity(self._theirs) == self._their_file:
            with contextlib.suppress(OSError):
                os.write(self._theirs, numbers)

    def close(self) -> None:
        """Listen for one user less; after the last one, give the descriptor back."""
        self._users -= 1
        if self._users or self._writer is None:
            return
        with contextlib.suppress(ValueError):  # not in the main thread
            before = signal.set_wakeup_fd(self._theirs if _identity(self._theirs) else -1)
            if before != self._writer.fileno():
                signal.set_wakeup_fd(before)
        self._writer.close()
        self._writer = self._reader = None
        self._listening = False

    def _follow(self, reader: socket.socket) -> None:
        """Read until the other end is closed, and then until there is nothing to remind of."""
        pending = False
        with reader:
            while (numbers := _read(reader, TICK_S if pending else None)) != b"":
                heard = numbers is not None and signal.SIGTERM in numbers
                if numbers is not None and (others := numbers.replace(TERM, b"")):
                    self.pass_on(others)
                # Just heard: the main thread may be about to notice by itself.
                pending = heard or (pending and self._remind())
        while pending:
            time.sleep(TICK_S)
            pending = self._remind()


def _read(reader: socket.socket, timeout: float | None) -> bytes | None:
    """Numbers of signals to this process; None when there are none in time, nothing at the end."""
    reader.settimeout(timeout)
    try:
        numbers, ancillary, _, _ = reader.recvmsg(MOST_NUMBERS, socket.CMSG_SPACE(CREDENTIALS_BYTES))
    except OSError:  # the time is up
        return None
    for level, kind, credentials in ancillary:
        if LINUX and (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
            pid = int.from_bytes(credentials[:PID_BYTES], sys.byteorder)
            return numbers if pid == os.getpid() or not numbers else None
    return numbers


def _identity(descriptor: int) -> tuple[int, int] | None:
    """Of the file behind a descriptor, whose number may be given to another; None where there is none."""
    try:
        found = os.fstat(descriptor)
    except OSError:
        return None
    return found.st_dev, found.st_ino
