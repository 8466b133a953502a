"""One execution environment: a process of the function, replaced when it dies, as on Lambda."""

import secrets
import time
import uuid
from collections.abc import Mapping
from tempfile import mkdtemp
from typing import Any, BinaryIO, Final, Literal, TypeAlias

from telemetry.lab.platform.invocation import Invocation, Outcome, Status, http_status
from telemetry.lab.platform.process import ProcessEndedError, Write
from telemetry.lab.platform.runtime_api import Answer, Event
from telemetry.lab.platform.sandbox import Sandbox
from telemetry.lab.platform.variables import function_command, log_stream
from telemetry.lab.run.events import encoded
from telemetry.lab.run.settings import FUNCTION_NAME, REGION, Settings

Ending: TypeAlias = Literal["sigterm", "too slow", "sigkill"]
"""What ended a process: SIGTERM, SIGKILL because that took too long, or SIGKILL at once."""

SHUTDOWN_BUDGET: Final = 0.5
"""Seconds from SIGTERM to SIGKILL; what Lambda gives a function with an internal extension."""
FUNCTION_ARN: Final = f"arn:aws:lambda:{REGION}:123456789012:function:{FUNCTION_NAME}"
TRACED_BY: Final = frozenset(
    {"AWS_XRAY_DAEMON_ADDRESS", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"}
)
"""Variables that tell a function where spans go. Requests are sampled only then."""


class Environment:
    """Has at most one process at a time; all of them write to the same log stream."""

    def __init__(
        self, settings: Settings, environ: Mapping[str, str], placement: str, log: BinaryIO, write: Write
    ) -> None:
        # On Lambda, too, /tmp outlives a process but not its environment.
        own = {"AWS_LAMBDA_LOG_STREAM_NAME": log_stream(), "TMPDIR": mkdtemp(dir=environ.get("TMPDIR"))}
        if settings.experiment is None:
            own["LIFESPAN_PLACEMENT"] = placement
        else:
            own["LIFESPAN_EXPERIMENT"] = settings.experiment
        self._environ = {**environ, **own}
        self._settings = settings
        self._log = log
        self._write = write
        self._sandbox: Sandbox | None = None
        self._fresh = True
        """Its process has had no event yet."""
        self._init_ms: float | None = None

    async def init(self) -> bool:
        """Run INIT. False when that took longer than Lambda allows: the first invocation then begins anew.

        Raises:
            InitError: the function cannot start.
        """
        try:
            sandbox = await self._start()
            init_ms = await sandbox.initialised(self._settings.init_limit)
        except TimeoutError:
            await self.end()
            return False
        if self._settings.init_type == "on-demand":
            self._init_ms = init_ms
        return True

    async def invoke(self, event: Mapping[str, Any]) -> Invocation:
        """Send one event and see it through.

        Raises:
            InitError: there was no process any more, and the function cannot start again.
        """
        request_id = str(uuid.uuid4())
        start = self._settings.start(waited=self._sandbox is not None) if self._fresh else "warm"
        init_ms, self._init_ms = self._init_ms, None
        return Invocation(request_id, start, init_ms, await self._outcome(request_id, event))

    async def end(self, *, at_once: bool = False) -> Ending | None:
        """End the process, if there is one. Without an extension Lambda sends no SIGTERM."""
        if self._sandbox is None:
            return None
        told = self._settings.sigterm and len(self._sandbox.api.extensions) > 0 and not at_once
        killed = await self._sandbox.end(SHUTDOWN_BUDGET if told else 0)
        self._sandbox, self._fresh = None, True
        if not told:
            return "sigkill"
        return "too slow" if killed else "sigterm"

    async def _outcome(self, request_id: str, event: Mapping[str, Any]) -> Outcome:
        body, trace_header, timeout = encoded(event, request_id), self._trace_header(), self._settings.timeout
        began = time.perf_counter()
        try:
            sandbox = self._sandbox
            if sandbox is None:
                sandbox = await self._start()
                await sandbox.initialised(timeout)
            left = timeout - (time.perf_counter() - began)
            deadline_ms = int((time.time() + left) * 1000)
            answer, done = await self._exchange(
                sandbox, Event(request_id, FUNCTION_ARN, trace_header, body, deadline_ms), left
            )
        except TimeoutError:
            return await self._lost("timeout", timeout)
        except ProcessEndedError:
            return await self._lost("error", time.perf_counter() - began, "Runtime.ExitError")
        status: Status = "success" if answer.error_type is None else "error"
        duration, busy = (answer.at - began) * 1000, (done - began) * 1000
        return Outcome(
            status, duration, busy, self._peak_memory_mb(), answer.error_type, http_status(answer.body)
        )

    async def _exchange(self, sandbox: Sandbox, event: Event, seconds: float) -> tuple[Answer, float]:
        self._fresh = False
        ends = time.perf_counter() + seconds
        answer = await sandbox.answer(event, seconds)
        try:
            idle = await sandbox.idle(ends - time.perf_counter())
        except ProcessEndedError:
            await self.end()  # its answer stands; the next event starts a new process
            return answer, answer.at
        return answer, idle if sandbox.api.extensions.invoked else answer.at

    async def _lost(self, status: Status, seconds: float, error_type: str | None = None) -> Outcome:
        peak = self._peak_memory_mb()
        await self.end()
        return Outcome(status, seconds * 1000, seconds * 1000, peak, error_type)

    async def _start(self) -> Sandbox:
        command = function_command(self._settings)
        self._sandbox = await Sandbox.start(command, self._environ, self._log, self._write)
        return self._sandbox

    def _trace_header(self) -> str:
        root = f"1-{int(time.time()):08x}-{secrets.token_hex(12)}"
        sampled = int(not TRACED_BY.isdisjoint(self._environ))
        return f"Root={root};Parent={secrets.token_hex(8)};Sampled={sampled}"

    def _peak_memory_mb(self) -> int | None:
        return self._sandbox.process.peak_memory_mb() if self._sandbox else None
