"""Runs the environments of a plan one after the other; writes and counts what comes of them."""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from adapter.placement import EXPERIMENT_VARIABLE, PLACEMENT_VARIABLE, Placement
from telemetry.lab.platform.environment import Environment
from telemetry.lab.platform.function import FunctionConfiguration
from telemetry.lab.platform.process import Write
from telemetry.lab.platform.runtime_api import InitError
from telemetry.lab.platform.throttle import Throttle, ThrottleEndedError
from telemetry.lab.run.counts import ArmCounts, Counts
from telemetry.lab.run.plan import UNASSIGNED, PlannedEnvironment
from telemetry.lab.run.settings import Settings
from telemetry.lab.run.summary import ignored_placement, init_failure
from telemetry.progress import Advance
from telemetry.schema import ENVIRONMENT_RECORD, PLACEMENT, RECORD, STARTUP


class RunStoppedError(Exception):
    """The run cannot go on. The text says in which environment, why, and what to do."""


class PlacementReader:
    """Passes on what an environment writes, and reads its placement from the first record of `kind`."""

    def __init__(self, kind: str, write: Write) -> None:
        self.placement: str | None = None
        """None until there is such a record."""
        self._kind = kind
        self._mark = f'"{RECORD}":"{kind}"'.encode()
        self._write = write

    def write(self, lines: bytes) -> None:
        """Take whole lines."""
        if self.placement is None and self._mark in lines:
            self.placement = next(filter(None, map(self._read, lines.splitlines())), None)
        self._write(lines)

    def _read(self, line: bytes) -> str | None:
        """Return the placement; the function may well write other lines that look like the record."""
        if self._mark not in line:
            return None
        try:
            record = json.loads(line)
        except ValueError:
            return None
        if not isinstance(record, dict) or record.get(RECORD) != self._kind:
            return None
        placement = record.get(PLACEMENT)
        return placement if isinstance(placement, str) else None


class Outputs(NamedTuple):
    """Open files."""

    records: BinaryIO
    log: BinaryIO
    """Takes all that is no record."""


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
        self._counts = counts
        self._out, self._log = outputs
        self._throttle = throttle

    async def warm_up(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Run environments that are not recorded, at full speed, so that no arm pays for compiling bytecode.

        The handler must start up as the lab tells it to. One that has a placement of its own agrees with at
        most one of two placements, so where a run has several, a second environment gets a single event.

        Raises:
            RunStoppedError: The function cannot start, or its handler ignores `LIFESPAN_PLACEMENT`.
        """
        for placement, some in zip(self._settings.placements, (events, events[:1]), strict=False):
            reader = PlacementReader(STARTUP, self._log.write)
            with self._errors_in("the warm-up"):
                environ = {**self._environ, PLACEMENT_VARIABLE: placement}
                environment = Environment(self._settings.function, environ, self._log, reader.write)
                try:
                    await environment.init()
                    for event in some:
                        await environment.invoke(event)
                    await environment.shutdown()
                finally:
                    await environment.shutdown(at_once=True)
            if reader.placement not in {None, placement}:
                raise RunStoppedError(ignored_placement(placement, str(reader.placement)))

    async def run(self, planned: PlannedEnvironment, advance: Advance) -> None:
        """Run one environment of the plan.

        Raises:
            RunStoppedError: The function cannot start, and arms of unequal size would compare badly; or it
                does not get its share of CPU any more.
        """
        function = replace(self._settings.function, memory_mb=planned.memory_mb)
        assigned = PlacementReader(ENVIRONMENT_RECORD, self._out.write)
        counts = ArmCounts(environments=1)
        with self._errors_in(f"environment {planned.block} ({self._name(planned)})"):
            environment = self._environment(function, planned.placement, assigned.write)
            try:
                if await environment.init():
                    await asyncio.sleep(self._settings.function.idle)
                else:
                    self._counts.init_timeouts += 1
                for event in planned.events:
                    invocation = await environment.invoke(event)
                    self._out.write(invocation.report_line(function.memory_mb))
                    self._out.flush()  # the lab may be killed
                    self._counts.count(counts, invocation)
                    advance(planned.arm)
                self._counts.count_shutdown(await environment.shutdown())
                if self._throttle is not None:
                    self._throttle.check()
            finally:
                await environment.shutdown(at_once=True)
                arm = planned.placement or assigned.placement or UNASSIGNED
                self._counts.arms.setdefault(arm, ArmCounts()).add(counts)

    def _placement_variable(self, placement: Placement | None) -> dict[str, str]:
        if placement is None:
            return {EXPERIMENT_VARIABLE: self._settings.experiment or ""}
        return {PLACEMENT_VARIABLE: placement}

    def _name(self, planned: PlannedEnvironment) -> str:
        several = len(self._settings.memory_mb) > 1
        return f"{planned.arm}, {planned.memory_mb} MB" if several else planned.arm

    def _environment(
        self, function: FunctionConfiguration, placement: Placement | None, write: Write
    ) -> Environment:
        environ = {**self._environ, **self._placement_variable(placement)}
        return Environment(function, environ, self._log, write, self._throttle)

    @contextmanager
    def _errors_in(self, name: str) -> Iterator[None]:
        """Give the environment a heading in the log, and an INIT error the environment's last output."""
        self._log.write(f"--- {name}\n".encode())
        marks = (self._out.tell(), self._log.tell())
        try:
            yield
        except InitError as error:
            self._out.flush()
            output = [*_since(self._settings.partial_out, marks[0]), *_since(self._settings.log, marks[1])]
            raise RunStoppedError(init_failure(name, error, output)) from error
        except ThrottleEndedError as error:
            raise RunStoppedError(f"lab: in {name}, {error}\n") from error


def _since(path: Path, mark: int) -> list[str]:
    with path.open("rb") as file:
        file.seek(mark)
        return file.read().decode(errors="replace").splitlines()
