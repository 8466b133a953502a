"""Runs single environments of a plan; writes and counts what comes of them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from adapter.placement import EXPERIMENT_VARIABLE, PLACEMENT_VARIABLE, Placement
from telemetry.lab.platform.environment import Environment
from telemetry.lab.platform.invocation import Invocation
from telemetry.lab.platform.preflight import describe_handler, missing_variable_advice
from telemetry.lab.platform.process import Write
from telemetry.lab.platform.runtime_api import InitError
from telemetry.lab.platform.throttle import Throttle, ThrottleEndedError
from telemetry.lab.run.counts import ArmCounts, Counts
from telemetry.lab.run.environment_output import Outputs, RecordReader, lines_since
from telemetry.lab.run.example_event import example_for
from telemetry.lab.run.failures import (
    IN_A_ROW,
    FailedRequest,
    RunStoppedError,
    failing_arm,
    first_failure,
    nothing_succeeded,
    silent_handler,
)
from telemetry.lab.run.plan import UNASSIGNED, PlannedEnvironment
from telemetry.lab.run.precision import FirstRequest
from telemetry.lab.run.settings import Settings
from telemetry.lab.run.summary import ignored_placement, init_failure
from telemetry.lab.run.tracebacks import tracebacks
from telemetry.lab.snapshot.check import SnapshotCheck, check_of
from telemetry.lab.snapshot.launcher import KNOWN_VARIABLE, REPORT_VARIABLE
from telemetry.progress import Advance
from telemetry.schema import ENVIRONMENT_RECORD, STARTUP


class Runner:
    """Runs environments."""

    def __init__(
        self,
        settings: Settings,
        environ: Mapping[str, str],
        counts: Counts,
        outputs: Outputs,
        throttle: Throttle | None,
    ) -> None:
        self._settings = settings
        self._environ = environ
        self.counts = counts
        self._out, self._log = outputs
        self._throttle = throttle
        self._init = asyncio.Lock()
        """Held by the environment that is in INIT, which takes a core by itself."""
        self._failed_in_a_row: Counter[str] = Counter()
        """Requests by arm."""
        self._first_failure: FailedRequest | None = None
        self.told = ""
        """The first failing response, with its traceback; nothing as long as all succeed."""

    async def warm_up(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Run environments that are not recorded, at full speed, so that no arm pays for compiling bytecode.

        The handler must start up as the lab tells it to. One that has a placement of its own agrees with at
        most one of two placements, so where a run has several, a second environment gets a single event.

        Raises:
            RunStoppedError: The function cannot start, answers no event, writes no records, or its handler
                ignores `LIFESPAN_PLACEMENT`.
        """
        first = self._settings.placements[0]
        reader, failed = await self._warm_up(first, events)
        if len(failed) == len(events):
            raise RunStoppedError(nothing_succeeded(failed[0]))
        if not reader.has_records and not self._settings.without_records:
            told = await describe_handler(self._settings.function, self._environ)
            raise RunStoppedError(silent_handler(self._settings.function.handler, told))
        _check_placement(reader, first)
        for second in self._settings.placements[1:2]:
            _check_placement((await self._warm_up(second, events[:1]))[0], second)

    async def _warm_up(
        self, placement: Placement, events: Sequence[Mapping[str, Any]]
    ) -> tuple[RecordReader, list[FailedRequest]]:
        """Run one environment; return what it wrote, and which requests failed."""
        reader = RecordReader(STARTUP, self._log.write)
        environ = {**self._environ, PLACEMENT_VARIABLE: placement}
        return reader, await self._try_out("the warm-up", environ, reader.write, events)

    async def check_snapshot(self, events: Sequence[Mapping[str, Any]]) -> SnapshotCheck:
        """Compare a function that is restored with what it was before; two environments, not recorded.

        Raises:
            RunStoppedError: The function cannot start, or a hook of its fails or takes too long.
        """
        first, second = (Path(self._environ["TMPDIR"], f"snapshot-{number}.json") for number in (1, 2))
        placements = self._settings.placements
        common = {
            **self._environ,
            PLACEMENT_VARIABLE: "init" if "init" in placements else placements[0],
            "PYTHONHASHSEED": "0",  # the hash of a text, which some objects keep, is no number of its own
        }
        environ = {**common, REPORT_VARIABLE: str(first)}
        failed = await self._try_out("the look at the snapshot", environ, self._log.write, events)
        environ = {**common, REPORT_VARIABLE: str(second), KNOWN_VARIABLE: str(first)}
        await self._try_out("a second INIT to compare it with", environ, self._log.write, ())
        return check_of(first, second, requests=len(events), failed=len(failed))

    async def _try_out(
        self, name: str, environ: Mapping[str, str], write: Write, events: Sequence[Mapping[str, Any]]
    ) -> list[FailedRequest]:
        """Run one environment that is not recorded; return the requests that failed."""
        failed = []
        made = Environment(self._settings.function, environ, self._log, write)
        async with self._ended(name, made) as environment:
            await environment.init()
            for event in events:
                marks = self._marks()
                invocation = await environment.invoke(event)
                if invocation.outcome.failure is not None:
                    failed.append(FailedRequest(name, event, invocation, marks))
                    self._first_failure = self._first_failure or failed[-1]
            await environment.shutdown()
        return failed

    async def run(self, planned: PlannedEnvironment, advance: Advance) -> None:
        """Run one environment of the plan to its end.

        Raises:
            RunStoppedError: As in `opened`.
        """
        async with self.opened(planned) as environment:
            async with self._init:
                ready = await environment.init()
            if ready:
                await asyncio.sleep(self._settings.function.idle)
            for event in planned.events:
                self._note_first(planned, environment.counts, await environment.send(event))
                advance(planned.arm)
            await environment.end()

    @asynccontextmanager
    async def opened(self, planned: PlannedEnvironment) -> AsyncIterator["RecordedEnvironment"]:
        """Make an environment whose requests are recorded, and see to it that it ends.

        Raises:
            RunStoppedError: The function cannot start, and arms of unequal size would compare badly; all its
                requests fail; or it does not get its share of CPU any more.
        """
        function = replace(self._settings.function, memory_mb=planned.memory_mb)
        assigned = RecordReader(ENVIRONMENT_RECORD, self._out.write)
        arm_name = self._name(planned)
        name = f"environment {planned.block} ({arm_name})"
        environ = {**self._environ, **self._placement_variable(planned.placement)}
        made = Environment(function, environ, self._log, assigned.write, self._throttle)
        recorded = RecordedEnvironment(self, name, arm_name, function.memory_mb, made)
        try:
            async with self._ended(name, made):
                yield recorded
                if self._throttle is not None:
                    self._throttle.check()
        finally:
            self.counts.has_records |= assigned.has_records
            arm = planned.placement or assigned.placement or UNASSIGNED
            self.counts.arms.setdefault(arm, ArmCounts()).add(recorded.counts)

    async def send(self, to: "RecordedEnvironment", event: Mapping[str, Any]) -> Invocation:
        """Send one event; write and count what comes of it.

        Raises:
            RunStoppedError: Nothing but failures happens in this arm any more.
        """
        marks = self._marks()
        invocation = await to.environment.invoke(event)
        self._out.write(invocation.report_line(to.memory_mb))
        self._out.flush()  # the lab may be killed
        self.counts.count(to.counts, invocation)
        self._check_failure(to.arm_name, FailedRequest(to.name, event, invocation, marks))
        return invocation

    def _note_first(self, planned: PlannedEnvironment, counts: ArmCounts, invocation: Invocation) -> None:
        """Keep what the user of an environment's first request waited, as the report reckons it."""
        if counts.invocations == 1:
            waited = invocation.init_ms if invocation.start == "cold" else None
            ms = (waited or 0.0) + invocation.outcome.duration_ms
            self.counts.firsts.append(FirstRequest(planned.placement, planned.memory_mb, ms))

    def _check_failure(self, arm: str, request: FailedRequest) -> None:
        """Count what fails.

        Raises:
            RunStoppedError: Nothing else happens in this arm any more.
        """
        if request.invocation.outcome.failure is None:
            self._failed_in_a_row[arm] = 0
            return
        self._first_failure = self._first_failure or request
        self._failed_in_a_row[arm] += 1
        if self._failed_in_a_row[arm] >= IN_A_ROW:
            raise RunStoppedError(failing_arm(request, arm))

    async def _tell_first_failure(self, name: str) -> None:
        """Once its environment has ended, and all its output has come, say how the first request failed."""
        failed = self._first_failure
        if failed is None or self.told or failed.name != name:
            return
        output = self._since(failed.marks)
        text = "\n".join(tracebacks(output, failed.invocation.request_id)[:1])
        advice = await missing_variable_advice(self._settings.function, self._environ, text) if text else []
        if not self.counts.succeeded:  # the app is imported once more, beside what is measured
            advice += await example_for(failed, self._settings.function, self._environ)
        self.told = first_failure(failed, output, advice)

    def _placement_variable(self, placement: Placement | None) -> dict[str, str]:
        if placement is None:
            return {EXPERIMENT_VARIABLE: self._settings.experiment or ""}
        return {PLACEMENT_VARIABLE: placement}

    def _name(self, planned: PlannedEnvironment) -> str:
        size = f", {planned.memory_mb} MB" if len(self._settings.memory_mb) > 1 else ""
        return f"{planned.arm}{size}"

    @asynccontextmanager
    async def _ended(self, name: str, environment: Environment) -> AsyncIterator[Environment]:
        """Give an environment a heading in the log, and end it; tell why it did not start, or failed.

        Raises:
            RunStoppedError: The function cannot start, or does not get its share of CPU any more.
        """
        self._log.write(f"--- {name}\n".encode())
        marks = self._marks()
        try:
            yield environment
        except InitError as error:
            await environment.shutdown(at_once=True)
            output = self._since(marks)
            text = "\n".join([str(error), *tracebacks(output)])
            advice = await missing_variable_advice(self._settings.function, self._environ, text)
            raise RunStoppedError(init_failure(name, error, output, advice)) from error
        except ThrottleEndedError as error:
            raise RunStoppedError(f"lab: in {name}, {error}\n") from error
        finally:
            await environment.shutdown(at_once=True)
            environment.remove_files()
            await self._tell_first_failure(name)

    def _marks(self) -> tuple[int, int]:
        return self._out.tell(), self._log.tell()

    def _since(self, marks: tuple[int, int]) -> list[str]:
        """Return the lines that were written to both files since then."""
        self._out.flush()
        return [
            *lines_since(self._settings.partial_out, marks[0]),
            *lines_since(self._settings.log, marks[1]),
        ]


@dataclass(frozen=True, slots=True)
class RecordedEnvironment:
    """An environment whose requests are recorded."""

    runner: Runner
    name: str
    arm_name: str
    memory_mb: int
    environment: Environment
    counts: ArmCounts = field(default_factory=lambda: ArmCounts(environments=1))

    async def init(self) -> bool:
        """Run INIT, as `Environment.init` does."""
        in_time = await self.environment.init()
        self.runner.counts.init_timeouts += not in_time
        return in_time

    async def send(self, event: Mapping[str, Any]) -> Invocation:
        """Send one event, as `Runner.send` does."""
        return await self.runner.send(self, event)

    async def end(self) -> None:
        """End it, and count how."""
        self.runner.counts.count_shutdown(await self.environment.shutdown())


def _check_placement(reader: RecordReader, expected: Placement) -> None:
    """Check that a handler has started up as it was told.

    Raises:
        RunStoppedError: It has not.
    """
    if reader.placement not in {None, expected}:
        raise RunStoppedError(ignored_placement(expected, str(reader.placement)))
