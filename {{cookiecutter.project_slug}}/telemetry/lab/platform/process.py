"""One process of the function: its output, its memory, its end."""

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias, TypeVar, cast

T = TypeVar("T")
Write: TypeAlias = Callable[[bytes], object]
"""Takes whole lines."""

REAPED_WITHIN: Final = 5.0
"""Seconds for a killed process to go, and for what it wrote to arrive."""


class ProcessEndedError(Exception):
    """The process ended although it was still needed."""

    def __init__(self, code: int) -> None:
        way = f"signal {-code}" if code < 0 else f"exit status {code}"
        super().__init__(f"the process ended: {way}")


class Process(asyncio.SubprocessProtocol):
    """A child in a session of its own, so that a Ctrl-C in the terminal reaches only the lab.

    What it prints goes on as whole lines, one that its end cut short included.
    """

    def __init__(self, write: Write) -> None:
        loop = asyncio.get_running_loop()
        self.exited: asyncio.Future[int] = loop.create_future()
        self.began = time.perf_counter()
        self._write = write
        self._rest = b""
        self._drained: asyncio.Future[None] = loop.create_future()
        self._transport: asyncio.SubprocessTransport

    @classmethod
    async def start(
        cls, command: Sequence[str], environ: Mapping[str, str], log: BinaryIO, write: Write
    ) -> "Process":
        """Start a child in its code's folder; stdout goes to `write` and stderr to `log`."""
        _, protocol = await asyncio.get_running_loop().subprocess_exec(
            lambda: cls(write),
            *command,
            stdin=subprocess.DEVNULL,
            stderr=log,
            cwd=environ.get("LAMBDA_TASK_ROOT"),
            env=environ,
            start_new_session=True,
        )
        return protocol

    @property
    def pid(self) -> int:
        """The operating system's id."""
        return self._transport.get_pid()

    async def until(self, wanted: asyncio.Future[T], seconds: float) -> T:
        """Wait for something that the process does.

        Raises:
            ProcessEndedError: it ended first.
            TimeoutError: it took longer.
        """
        await asyncio.wait(
            (wanted, self.exited), timeout=max(seconds, 0), return_when=asyncio.FIRST_COMPLETED
        )
        if wanted.done():
            return wanted.result()
        if self.exited.done():
            raise ProcessEndedError(self.exited.result())
        raise TimeoutError

    async def end(self, grace: float) -> bool:
        """End it by SIGTERM and, `grace` seconds later, SIGKILL; 0 means SIGKILL at once. True if killed."""
        if grace and not self.exited.done():
            self._transport.terminate()
            await asyncio.wait((self.exited,), timeout=grace)
        killed = not self.exited.done()
        self._kill()
        await asyncio.wait((self.exited, self._drained), timeout=REAPED_WITHIN)
        self._transport.close()
        if self._rest:
            self._write(self._rest + b"\n")
            self._rest = b""
        return killed

    def peak_memory_mb(self) -> int | None:
        """Most resident memory so far; None where there is no /proc, or no process."""
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{self.pid}/status").read_text(encoding="ascii").splitlines():
                if line.startswith("VmHWM:"):
                    return round(int(line.split()[1]) / 1024)
        return None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the handle."""
        self._transport = cast("asyncio.SubprocessTransport", transport)

    def pipe_data_received(self, fd: int, data: bytes) -> None:  # noqa: ARG002 # only stdout is a pipe
        """Pass on what is whole."""
        lines, newline, self._rest = (self._rest + data).rpartition(b"\n")
        if newline:
            self._write(lines + newline)

    def process_exited(self) -> None:
        """Tell who waits."""
        if not self.exited.done():
            self.exited.set_result(self._transport.get_returncode() or 0)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 # asyncio's signature
        """The process is gone and its output read."""
        if not self._drained.done():
            self._drained.set_result(None)

    def _kill(self) -> None:
        """Kill the process with whatever it started: Lambda ends the whole environment."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
