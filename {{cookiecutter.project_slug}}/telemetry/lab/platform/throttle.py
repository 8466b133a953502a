"""The lab's hold on `cpu_quota`, the program that gives the function's processes their share of CPU time."""

import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self, cast

from telemetry.lab.platform import cpu_quota

ENDS_WITHIN: Final = 5.0
"""Seconds for the program to end when it was told so."""


class ThrottleEndedError(ChildProcessError):
    """The program ended although it was still needed: processes may be stopped, or run too fast."""

    def __init__(self, code: int) -> None:
        super().__init__(f"the process that gives the function its share of CPU ended: exit status {code}")


class Throttle:
    """The running program. Processes are killed with it if the lab ends without a word."""

    def __init__(self) -> None:
        # In a session of its own: a Ctrl-C in the terminal reaches only the lab, which needs it to the end.
        self._process = subprocess.Popen(
            (sys.executable, "-I", "-S", str(Path(cpu_quota.__file__))),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            bufsize=0,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._orders.close()
        try:
            self._process.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def pid(self) -> int:
        """The operating system's id of the program."""
        return self._process.pid

    def limit(self, pid: int, cores: float) -> None:
        """Give a process, the leader of its group, so many cores from now on, to its end.

        Raises:
            ThrottleEndedError: The program has ended.
        """
        self.check()
        try:
            self._orders.write(f"{pid} {cores!r}\n".encode())
        except BrokenPipeError as error:
            raise ThrottleEndedError(self._process.wait(ENDS_WITHIN)) from error

    def check(self) -> None:
        """Make sure that processes still get their share.

        Raises:
            ThrottleEndedError: They do not: the program has ended.
        """
        code = self._process.poll()
        if code is not None:
            raise ThrottleEndedError(code)

    @property
    def _orders(self) -> IO[bytes]:
        return cast("IO[bytes]", self._process.stdin)
