"""One execution environment: a process of the function, which is replaced when it dies, as on Lambda."""

import secrets
import shutil
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, BinaryIO, Final, Literal, TypeAlias

from telemetry.lab.platform.cpu_share import cpu_share
from telemetry.lab.platform.function import FunctionConfiguration
from telemetry.lab.platform.invocation import Invocation, Outcome, Status, http_response, stamped_event
from telemetry.lab.platform.process import FOLDER_VARIABLE, FunctionProcess, ProcessEndedError, Write
from telemetry.lab.platform.runtime_api import Event, InitError, InvocationResponse, RestoreError
from telemetry.lab.platform.throttle import Throttle
from telemetry.lab.platform.variables import MEMORY_VARIABLE, function_command, log_stream
from telemetry.lab.snapshot.launcher import REPORT_VARIABLE, RESTORED_SUFFIX

Shutdown: TypeAlias = Literal["sigterm", "sigterm too slow", "sigkill"]
"""What ended a process: SIGTERM, SIGKILL because its shutdown took too long, or SIGKILL at once."""

SHUTDOWN_BUDGET: Final = 0.5
"""Seconds from SIGTERM to SIGKILL that Lambda gives a function with an internal extension."""
RESTORE_TIMEOUT: Final = 10.0
"""Seconds that Lambda gives a restore and the function's hooks after it together; here to the hooks alone."""
COMPARED_WITHIN: Final = 300.0
"""Seconds for the lab to compare a function that was restored with what it was before."""
TRACE_RECEIVERS: Final = frozenset(
    {"AWS_XRAY_DAEMON_ADDRESS", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"}
)
"""Variables that tell a function where to send spans. Only with one of them are requests sampled."""


class Environment:
    """Has at most one process at a time; all of them write to the same log stream."""

    def __init__(
        self,
        function: FunctionConfiguration,
        environ: Mapping[str, str],
        log: BinaryIO,
        write: Write,
        throttle: Throttle | None = None,
    ) -> None:
        """Make one.

        Args:
            function: Its memory goes before what `environ` says.
            environ: All variables, but for those of a single environment; whose folders are made in the one
                that it has for temporary files.
            log: Takes the function's stderr.
            write: Takes the function's stdout.
            throttle: Gives each process the CPU share of the function's memory; None for full speed.
        """
        self._folder = Path(mkdtemp(dir=environ.get(FOLDER_VARIABLE)))
        self._temporary, home = _folders(self._folder)
        own = {"HOME": str(home), MEMORY_VARIABLE: str(function.memory_mb)}
        if not function.snap_start:  # there, Lambda has no name for it yet when INIT runs
            own["AWS_LAMBDA_LOG_STREAM_NAME"] = log_stream()
        if "HOME" in function.variables:
            own["HOME"] = function.variables["HOME"]
        self._environ = {**environ, **own}
        self._function = function
        self._log = log
        self._write = write
        self._throttle = throttle
        self._process: FunctionProcess | None = None
        self._first_event = True
        """The process has had no event yet."""
        self._init_ms: float | None = None

    async def init(self) -> bool:
        """Run INIT. False when it took longer than Lambda allows: the first invocation then begins it again.

        An INIT on demand has all the CPU there is, one of provisioned concurrency only its share. Under
        SnapStart it goes as far as the snapshot, for which nobody waits.

        Raises:
            InitError: The function cannot start.
            ThrottleEndedError: CPU shares cannot be given any more.
        """
        if self._function.snap_start:
            await self._publish()
            return True
        on_demand = self._function.init_type == "on-demand"
        try:
            process = await self._start(full_speed=on_demand)
            init_ms = await process.wait_for_init(self._function.init_timeout)
        except TimeoutError:
            await self.shutdown()
            return False
        if on_demand:
            self._limit(process)
            self._init_ms = init_ms
        return True

    async def invoke(self, event: Mapping[str, Any]) -> Invocation:
        """Send one event and see it through.

        Raises:
            InitError: The process had died, and the function cannot start again.
            RestoreError: The function fails after its restore.
            ThrottleEndedError: CPU shares cannot be given any more.
        """
        request_id = str(uuid.uuid4())
        restored_ms = await self._restored() if self._function.snap_start and self._first_event else None
        waited = self._process is not None
        start = self._function.first_start(waited=waited) if self._first_event else "warm"
        init_ms, self._init_ms = self._init_ms, None
        outcome = await self._outcome(request_id, event)
        return Invocation(request_id, start, init_ms, outcome, restored_ms)

    async def shutdown(self, *, at_once: bool = False) -> Shutdown | None:
        """End the process; None where there is none. Without an extension Lambda sends no SIGTERM."""
        if self._process is None:
            return None
        sigterm = self._function.sigterm and len(self._process.api.extensions) > 0 and not at_once
        killed = await self._process.terminate(SHUTDOWN_BUDGET if sigterm else 0)
        self._process, self._first_event = None, True
        if not sigterm:
            return "sigkill"
        return "sigterm too slow" if killed else "sigterm"

    def remove_files(self) -> None:
        """Remove what the environment has written to its temporary folder."""
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _publish(self) -> FunctionProcess:
        """Run INIT up to the snapshot, as Lambda does when a version is published; return the process."""
        process = await self._start(full_speed=True)
        try:
            await process.wait_for_snapshot(self._function.init_timeout)
        except TimeoutError as error:
            await self.shutdown(at_once=True)
            limit = f"INIT took longer than {self._function.init_timeout:.0f} s"
            raise InitError("FunctionError.InitTimeout", limit) from error
        self._limit(process)
        return process

    async def _restored(self) -> float:
        """Go on from the snapshot, of a new process if need be; return what the function's hooks took."""
        process = self._process or await self._publish()
        began = time.perf_counter()
        try:
            return await process.restore(RESTORE_TIMEOUT)
        except TimeoutError as error:
            if self._compares():
                return (await process.wait_until_idle(COMPARED_WITHIN) - began) * 1000
            limit = f"the hooks after the restore took longer than {RESTORE_TIMEOUT:.0f} s"
            raise RestoreError("SnapStartTimeoutException", limit) from error

    def _compares(self) -> bool:
        """Whether the function's own hooks are done, and what takes longer is the lab's comparison."""
        report = self._environ.get(REPORT_VARIABLE)
        return report is not None and Path(f"{report}{RESTORED_SUFFIX}").exists()

    async def _outcome(self, request_id: str, event: Mapping[str, Any]) -> Outcome:
        body, trace_header = stamped_event(event, request_id), self._trace_header()
        timeout = self._function.timeout
        began = time.perf_counter()
        try:
            process = self._process
            if process is None:
                process = await self._start(full_speed=False)
                await process.wait_for_init(timeout)
            left = timeout - (time.perf_counter() - began)
            deadline_ms = int((time.time() + left) * 1000)
            handed_out = Event(request_id, self._function.arn, trace_header, body, deadline_ms)
            response, idle_at = await self._invoked(process, handed_out, left)
        except TimeoutError:
            return await self._lost("timeout", timeout)
        except ProcessEndedError:
            return await self._lost("error", time.perf_counter() - began, "Runtime.ExitError")
        return Outcome(
            status="success" if response.error_type is None else "error",
            duration_ms=(response.at - began) * 1000,
            busy_ms=(idle_at - began) * 1000,
            peak_memory_mb=self._peak_memory_mb(),
            error_type=response.error_type,
            response=http_response(response.body),
        )

    async def _invoked(
        self, process: FunctionProcess, event: Event, seconds: float
    ) -> tuple[InvocationResponse, float]:
        """Return the response, and when the process could have taken another event."""
        self._first_event = False
        ends = time.perf_counter() + seconds
        response = await process.invoke(event, seconds)
        try:
            idle_at = await process.wait_until_idle(ends - time.perf_counter())
        except ProcessEndedError:
            await self.shutdown()  # the response counts; the next event starts a new process
            return response, response.at
        return response, idle_at if process.api.extensions.any_for_invoke else response.at

    async def _lost(self, status: Status, seconds: float, error_type: str | None = None) -> Outcome:
        peak = self._peak_memory_mb()
        await self.shutdown()
        return Outcome(status, seconds * 1000, seconds * 1000, peak, error_type)

    async def _start(self, *, full_speed: bool) -> FunctionProcess:
        command = function_command(self._function)
        self._process = await FunctionProcess.start(
            command, self._environ, self._temporary, self._log, self._write
        )
        if not full_speed:
            self._limit(self._process)
        return self._process

    def _limit(self, process: FunctionProcess) -> None:
        """Give the process its share, to its end: a shutdown has no more either."""
        if self._throttle is not None:
            self._throttle.limit(process.child.pid, cpu_share(self._function.memory_mb))

    def _trace_header(self) -> str:
        root = f"1-{int(time.time()):08x}-{secrets.token_hex(12)}"
        sampled = int(not TRACE_RECEIVERS.isdisjoint(self._environ))
        return f"Root={root};Parent={secrets.token_hex(8)};Sampled={sampled}"

    def _peak_memory_mb(self) -> int | None:
        return self._process.child.peak_memory_mb() if self._process else None


def _folders(parent: Path) -> tuple[Path, Path]:
    """Make the folders of an environment as on Lambda; return that of temporary files, and the user's home.

    There, /tmp outlives a process but not its environment. The user's home does not exist and cannot be made,
    so that no cache in it makes a start faster. (Here root can still make it: nothing is read-only for root.)
    """
    temporary, home = parent / "tmp", parent / "home"
    temporary.mkdir()
    home.mkdir(mode=0o555)
    return temporary, home / "sbx_user1051"
