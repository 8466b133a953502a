"""One process of the function, and the Runtime API that serves it alone."""

import asyncio
import contextlib
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias, TypeVar, cast

from telemetry.lab.platform.function import SNAP_START
from telemetry.lab.platform.runtime_api import (
    Event,
    InitError,
    InvocationResponse,
    RestoreError,
    RuntimeApi,
)
from telemetry.lab.platform.supervisor import kill_environment

T = TypeVar("T")
Write: TypeAlias = Callable[[bytes], object]
"""Takes whole lines."""

FOLDER_VARIABLE: Final = "TMPDIR"
"""Names the folder of an execution environment; all processes there inherit it, and are known by it."""
REAPED_WITHIN: Final = 5.0
"""Seconds for a killed process to go, and for what it wrote to arrive."""


class ProcessEndedError(Exception):
    """The process ended although it was still needed."""

    def __init__(self, code: int) -> None:
        way = f"signal {-code}" if code < 0 else f"exit status {code}"
        super().__init__(f"the process ended: {way}")


class ChildProcess(asyncio.SubprocessProtocol):
    """A child in a session of its own, so that a Ctrl-C in the terminal reaches only the lab.

    Its output is passed on in whole lines; a last line without a newline gets one.
    """

    def __init__(self, write: Write, folder: Path) -> None:
        loop = asyncio.get_running_loop()
        self._folder = folder
        self.exited: asyncio.Future[int] = loop.create_future()
        self.started_at = time.perf_counter()
        self._write = write
        self._unfinished_line = b""
        self._drained: asyncio.Future[None] = loop.create_future()
        self._transport: asyncio.SubprocessTransport

    @classmethod
    async def start(
        cls, command: Sequence[str], environ: Mapping[str, str], folder: Path, log: BinaryIO, write: Write
    ) -> "ChildProcess":
        """Start a child in its code's folder; stdout goes to `write` and stderr to `log`.

        Args:
            command: Program and arguments.
            environ: All variables but `TMPDIR`.
            folder: For temporary files. No other execution environment may have the same one: whatever has
                inherited it as its `TMPDIR` is ended with the child.
            log: Takes stderr.
            write: Takes stdout.
        """
        _, protocol = await asyncio.get_running_loop().subprocess_exec(
            lambda: cls(write, folder),
            *command,
            stdin=subprocess.DEVNULL,
            stderr=log,
            cwd=environ.get("LAMBDA_TASK_ROOT"),
            env={**environ, FOLDER_VARIABLE: str(folder)},
            start_new_session=True,
        )
        return protocol

    @property
    def pid(self) -> int:
        """The operating system's id."""
        return self._transport.get_pid()

    async def wait_for(self, wanted: asyncio.Future[T], seconds: float) -> T:
        """Wait for something that the process does.

        Raises:
            ProcessEndedError: The process ended first.
            TimeoutError: It took longer.
        """
        await asyncio.wait(
            (wanted, self.exited), timeout=max(seconds, 0), return_when=asyncio.FIRST_COMPLETED
        )
        if wanted.done():
            return wanted.result()
        if self.exited.done():
            raise ProcessEndedError(self.exited.result())
        raise TimeoutError

    async def terminate(self, grace: float) -> bool:
        """End it by SIGTERM and, `grace` seconds later, SIGKILL; 0 means SIGKILL at once. True if killed."""
        if grace and not self.exited.done():
            self._transport.terminate()
            await asyncio.wait((self.exited,), timeout=grace)
        killed = not self.exited.done()
        self._kill_session()
        await asyncio.wait((self.exited, self._drained), timeout=REAPED_WITHIN)
        self._transport.close()
        if self._unfinished_line:
            self._write(self._unfinished_line + b"\n")
            self._unfinished_line = b""
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
        """Pass on the lines that are whole."""
        lines, newline, self._unfinished_line = (self._unfinished_line + data).rpartition(b"\n")
        if newline:
            self._write(lines + newline)

    def process_exited(self) -> None:
        """Wake up whoever waits."""
        if not self.exited.done():
            self.exited.set_result(self._transport.get_returncode() or 0)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 # asyncio's signature
        """Note that the process is gone and its output read."""
        if not self._drained.done():
            self._drained.set_result(None)

    def _kill_session(self) -> None:
        """Kill the process with whatever it started, as Lambda ends a whole environment."""
        kill_environment(self.pid, f"{FOLDER_VARIABLE}={self._folder}")


@dataclass(frozen=True, slots=True)
class FunctionProcess:
    """A child that runs the real runtime client, together with the API that serves it."""

    child: ChildProcess
    api: RuntimeApi

    @classmethod
    async def start(
        cls, command: Sequence[str], environ: Mapping[str, str], folder: Path, log: BinaryIO, write: Write
    ) -> "FunctionProcess":
        """Start `command`, the runtime client, on the handler that `environ` names.

        The rest is as in `ChildProcess.start`.
        """
        api = RuntimeApi(
            {
                "functionName": environ["AWS_LAMBDA_FUNCTION_NAME"],
                "functionVersion": environ["AWS_LAMBDA_FUNCTION_VERSION"],
                "handler": environ["_HANDLER"],
            },
            snap_start=environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == SNAP_START,
        )
        try:
            address = {"AWS_LAMBDA_RUNTIME_API": await api.listen()}
            child = await ChildProcess.start(command, {**environ, **address}, folder, log, write)
        except BaseException:
            api.close()
            raise
        return cls(child, api)

    async def wait_for_init(self, seconds: float) -> float:
        """Wait for the end of INIT; return the milliseconds that it took since the process started.

        Raises:
            InitError: The function cannot start.
            TimeoutError: INIT takes longer.
        """
        return await self._waited_for(self.api.ready, seconds)

    async def wait_for_snapshot(self, seconds: float) -> float:
        """Wait until the process is ready for its snapshot, as `wait_for_init` does for its end of INIT.

        Raises:
            InitError: The function cannot start.
            TimeoutError: It takes longer.
        """
        return await self._waited_for(self.api.snapshot, seconds)

    async def restore(self, seconds: float) -> float:
        """Go on from the snapshot; return the milliseconds until the process could take an event.

        Raises:
            RestoreError: The function reported one, or ended.
            TimeoutError: It takes longer.
        """
        began = time.perf_counter()
        self.api.restore()
        try:
            ready = await self.child.wait_for(self.api.ready, seconds)
        except ProcessEndedError as error:
            raise RestoreError("Runtime.ExitError", str(error)) from error
        return (ready - began) * 1000

    async def _waited_for(self, wanted: asyncio.Future[float], seconds: float) -> float:
        try:
            ready = await self.child.wait_for(wanted, seconds)
        except ProcessEndedError as error:
            raise InitError("Runtime.ExitError", str(error)) from error
        return (ready - self.child.started_at) * 1000

    async def invoke(self, event: Event, seconds: float) -> InvocationResponse:
        """Hand out an event and wait for what the function makes of it.

        Raises:
            ProcessEndedError: The process ended instead.
            TimeoutError: It takes longer.
        """
        return await self.child.wait_for(self.api.invoke(event), seconds)

    async def wait_until_idle(self, seconds: float) -> float:
        """Wait until runtime and extensions wait for their next event; return `time.perf_counter()` then.

        Raises:
            ProcessEndedError: The process ended instead.
            TimeoutError: It takes longer.
        """
        return await self.child.wait_for(self.api.ready, seconds)

    async def terminate(self, grace: float) -> bool:
        """End the process, as `ChildProcess.terminate` does, and its server. True if it had to be killed."""
        try:
            return await self.child.terminate(grace)
        finally:
            self.api.close()
