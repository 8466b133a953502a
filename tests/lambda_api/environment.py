"""One execution environment of a version: processes under the real runtime client, as Lambda would run them.

The parts are the lab's: the Runtime API, the process, its share of CPU. What Lambda's API shows beside the
records is added here: log streams, payloads, versions, each configuration's own name and ARN.
"""

import asyncio
import json
import os
import secrets
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Final, NamedTuple

from telemetry.lab.platform.cpu_share import cpu_share
from telemetry.lab.platform.process import FunctionProcess, ProcessEndedError
from telemetry.lab.platform.runtime_api import Event, InitError, InvocationResponse
from telemetry.lab.platform.throttle import Throttle
from tests.lambda_api.deployed import Deployed
from tests.lambda_api.log_stream import LogStream
from tests.lambda_api.platform_lines import PlatformLines, Report

ON_DEMAND_INIT: Final = 10.0
PUBLISHED_INIT: Final = 130.0
"""Seconds that Lambda gives an INIT, the latter where nobody waits for it."""
RESTORE: Final = 10.0
SHUTDOWN: Final = 0.5
"""Seconds from SIGTERM to SIGKILL of an environment with an extension."""


TIMED_OUT: Final = "Sandbox.Timedout"
EXITED: Final = "Runtime.ExitError"


class _Done(NamedTuple):
    """What came of an event. Times are of `time.perf_counter()`."""

    payload: bytes
    ended: float
    busy_until: float
    peak_memory_mb: int | None
    error_type: str | None


@dataclass(frozen=True, slots=True)
class Invoked:
    """What comes of an invocation."""

    request_id: str
    payload: bytes
    failed: bool
    """The function raised, crashed or took too long."""
    tail: bytes
    version: str


class Environment:
    """Serves one event at a time."""

    def __init__(
        self,
        deployed: Deployed,
        command: tuple[str, ...],
        environ: Mapping[str, str],
        stream: LogStream,
        throttle: Throttle,
    ) -> None:
        """Make one; nothing runs yet.

        Args:
            deployed: What it runs.
            command: The runtime client.
            environ: All variables but those of a single environment.
            stream: Takes what the function and the platform write.
            throttle: Gives processes their share of CPU.
        """
        self._deployed = deployed
        self._folder = Path(mkdtemp(dir=environ["TMPDIR"]))
        self._command = ("/bin/sh", "-c", 'exec "$0" "$@" 2>&1', *command)
        self._temporary = self._folder / "tmp"
        self._temporary.mkdir()
        # Lambda's user has no home.
        self._environ = {**environ, "HOME": str(self._folder / "sbx_user1051")}
        if deployed.init_type != "snap-start":
            self._environ["AWS_LAMBDA_LOG_STREAM_NAME"] = stream.name
        self._lines = PlatformLines(deployed)
        self.stream = stream
        self._throttle = throttle
        self._process: FunctionProcess | None = None
        self._init_ms: float | None = None
        self._restores = deployed.init_type == "snap-start"

    async def begin(self) -> None:
        """Get ready for the first event, which waits for it.

        Raises:
            InitError: There was a snapshot, and now the function cannot start.
            TimeoutError: Likewise, it takes too long.
        """
        if self._deployed.init_type == "snap-start":
            await self.snapshot()
        else:
            await self._init()

    async def _init(self) -> None:
        """Run INIT on demand, at full speed. What fails here begins again in the first invocation."""
        self.stream.write(self._lines.init_start())
        process = await self._start(full_speed=True)
        try:
            self._init_ms = await process.wait_for_init(ON_DEMAND_INIT)
        except TimeoutError:
            await self._fail_init(ON_DEMAND_INIT * 1000, "timeout", None)
        except InitError as error:
            taken = (time.perf_counter() - process.child.started_at) * 1000
            await self._fail_init(taken, "error", error.error_type)
        else:
            self._limit(process)

    async def provision(self) -> None:
        """Run INIT ahead of time, at the share of CPU that requests have.

        Raises:
            InitError: The function cannot start.
            TimeoutError: INIT takes too long.
        """
        self.stream.write(self._lines.init_start())
        process = await self._start(full_speed=False)
        await process.wait_for_init(PUBLISHED_INIT)

    async def snapshot(self) -> None:
        """Run INIT up to the snapshot.

        On Lambda all environments of a version are copies of one; here each has an INIT of its own, whose
        lines are in its log, so that what a request names as its startup is there.

        Raises:
            InitError: The function cannot start.
            TimeoutError: INIT takes too long.
        """
        process = await self._start(full_speed=True)
        await process.wait_for_snapshot(PUBLISHED_INIT)
        self._limit(process)
        await _written()

    async def publish(self) -> None:
        """Run the INIT of a version that gets a snapshot, as `snapshot` does."""
        self.stream.write(self._lines.init_start())
        await self.snapshot()

    async def invoke(self, payload: bytes, request_id: str) -> Invoked:
        """Send one event and see it through.

        Raises:
            RestoreError: The function's hooks after the restore fail.
            TimeoutError: They take too long.
        """
        restore_ms = await self._restored()
        self.stream.begin_tail()
        self.stream.write(self._lines.start(request_id))
        init_ms, self._init_ms = self._init_ms, None
        began = time.perf_counter()
        done = await self._done(payload, request_id, began)
        await _written()
        status = {None: "success", TIMED_OUT: "timeout"}.get(done.error_type, "error")
        report = Report(
            request_id=request_id,
            status=status,
            duration_ms=(done.ended - began) * 1000,
            billed_ms=(done.busy_until - began) * 1000,
            memory_mb=self._deployed.memory_mb,
            peak_memory_mb=done.peak_memory_mb,
            error_type=done.error_type if status == "error" else None,
            init_ms=init_ms,
            restore_ms=restore_ms,
        )
        self.stream.write(self._lines.report(report))
        failed = done.error_type is not None
        return Invoked(request_id, done.payload, failed, self.stream.tail(), self._deployed.version)

    async def end(self, *, at_once: bool = False) -> None:
        """End the process; without an extension, Lambda sends no SIGTERM."""
        process, self._process = self._process, None
        if process is not None:
            sigterm = len(process.api.extensions) > 0 and not at_once
            await process.terminate(SHUTDOWN if sigterm else 0)

    def remove_files(self) -> None:
        """Remove what the environment has written to its temporary folder."""
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _done(self, payload: bytes, request_id: str, began: float) -> _Done:
        """Return what comes of the event, in whatever way; a process that failed at it is gone then."""
        try:
            response, busy_until = await self._response(payload, request_id)
        except TimeoutError:
            ended = began + self._deployed.timeout
            lost = _Done(self._timed_out(request_id), ended, ended, self._peak(), TIMED_OUT)
        except (InitError, ProcessEndedError) as error:
            ended = time.perf_counter()
            kind = error.error_type if isinstance(error, InitError) else EXITED
            lost = _Done(_failed(error, kind, request_id), ended, ended, self._peak(), kind)
        else:
            body = response.body
            if response.error_type == "Function.ResponseSizeTooLarge":
                body = _error(response.error_type, "Response payload size exceeded maximum allowed size.")
            return _Done(body, response.at, busy_until, self._peak(), response.error_type)
        await self.end(at_once=True)
        return lost

    async def _response(self, payload: bytes, request_id: str) -> tuple[InvocationResponse, float]:
        """Return the response, and when the process had done all its work."""
        ends = time.perf_counter() + self._deployed.timeout
        process = self._process
        if process is None:
            process = await self._start(full_speed=False)
            await process.wait_for_init(self._deployed.timeout)
        left = ends - time.perf_counter()
        root = f"1-{int(time.time()):08x}-{secrets.token_hex(12)}"
        trace = f"Root={root};Parent={secrets.token_hex(8)};Sampled=0"
        deadline_ms = int((time.time() + left) * 1000)
        event = Event(request_id, self._deployed.version_arn, trace, payload, deadline_ms)
        response = await process.invoke(event, left)
        try:
            idle_at = await process.wait_until_idle(ends - time.perf_counter())
        except ProcessEndedError:
            await self.end(at_once=True)  # the response counts; the next event starts a new process
            return response, response.at
        return response, idle_at if process.api.extensions.any_for_invoke else response.at

    async def _restored(self) -> float | None:
        """Go on from the snapshot; return the milliseconds that the function's hooks took, if any ran."""
        if not self._restores or self._process is None:
            return None
        self._restores = False
        return await self._process.restore(RESTORE)

    async def _start(self, *, full_speed: bool) -> FunctionProcess:
        with open(os.devnull, "wb") as nothing:  # noqa: PTH123, ASYNC230 - the shell joins stderr to stdout
            process = await FunctionProcess.start(
                self._command, self._environ, self._temporary, nothing, self.stream.write
            )
        self._process = process
        if not full_speed:
            self._limit(process)
        return process

    def _limit(self, process: FunctionProcess) -> None:
        self._throttle.limit(process.child.pid, cpu_share(self._deployed.memory_mb))

    async def _fail_init(self, milliseconds: float, status: str, error_type: str | None) -> None:
        await self.end(at_once=True)
        self.stream.write(self._lines.init_report(milliseconds, status, error_type))

    def _timed_out(self, request_id: str) -> bytes:
        text = f"RequestId: {request_id} Error: Task timed out after {self._deployed.timeout:.2f} seconds"
        return _error(TIMED_OUT, text)

    def _peak(self) -> int | None:
        return None if self._process is None else self._process.child.peak_memory_mb()


async def _written() -> None:
    """Let in what the process had written before it asked for its next event: the pipe holds all of it."""
    for _ in range(3):
        await asyncio.sleep(0)


def _failed(error: InitError | ProcessEndedError, kind: str, request_id: str) -> bytes:
    message = str(error).partition(": ")[2]
    if kind == EXITED:
        way = message.rpartition("the process ended: ")[2]
        return _error(kind, f"RequestId: {request_id} Error: Runtime exited with error: {way}")
    stack = list(error.stack) if isinstance(error, InitError) else []
    return json.dumps({"errorType": kind, "errorMessage": message, "stackTrace": stack}).encode()


def _error(kind: str, message: str) -> bytes:
    return json.dumps({"errorType": kind, "errorMessage": message}).encode()
