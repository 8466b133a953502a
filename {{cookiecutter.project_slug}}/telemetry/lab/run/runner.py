"""The course of one environment after the other: INIT, its events, its end, and what is written of them."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from telemetry.lab.platform.environment import Environment
from telemetry.lab.platform.process import Write
from telemetry.lab.platform.runtime_api import InitError
from telemetry.lab.run.arm import Arm
from telemetry.lab.run.counts import Sent, Tally
from telemetry.lab.run.plan import PlannedEnvironment
from telemetry.lab.run.settings import Settings
from telemetry.lab.run.summary import init_failure
from telemetry.progress import Advance


class StartError(Exception):
    """The function did not start. The text, for people, says in which environment, and why."""


class Course:
    """Runs environments into open files: records to `out`, all else to `log`."""

    def __init__(
        self, settings: Settings, environ: Mapping[str, str], tally: Tally, out: BinaryIO, log: BinaryIO
    ) -> None:
        self._settings = settings
        self._environ = environ
        self._tally = tally
        self._out = out
        self._log = log

    async def warm_up(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Run one environment that is not recorded: no arm shall pay for bytecode that was not compiled yet.

        Raises:
            StartError: the function cannot start.
        """
        placement = self._settings.placements[0]
        with self._told_of("the warm-up"):
            environment = self._environment(placement, self._log.write)
            try:
                await environment.init()
                for event in events:
                    await environment.invoke(event)
                await environment.end()
            finally:
                await environment.end(at_once=True)

    async def run(self, place: PlannedEnvironment, advance: Advance) -> None:
        """Run one environment of the plan.

        Raises:
            StartError: the function cannot start. That ends a run: arms of unequal size would compare badly.
        """
        arm, sent = Arm(self._settings, place.placement, self._out.write), Sent(environments=1)
        with self._told_of(f"environment {place.block} ({place.placement})"):
            environment = self._environment(place.placement, arm.write)
            try:
                if await environment.init():
                    await asyncio.sleep(self._settings.idle)
                else:
                    self._tally.cut_inits += 1
                for event in place.events:
                    invocation = await environment.invoke(event)
                    self._out.write(invocation.report_line(self._settings.memory_mb))
                    self._out.flush()  # the lab may be killed
                    self._tally.add(sent, invocation)
                    advance(place.placement)
                self._tally.ended(await environment.end())
            finally:
                await environment.end(at_once=True)
                self._tally.sent.setdefault(arm.name, Sent()).include(sent)
                self._tally.heard(place.placement, arm.instead)

    def _environment(self, placement: str, write: Write) -> Environment:
        return Environment(self._settings, self._environ, placement, self._log, write)

    @contextmanager
    def _told_of(self, name: str) -> Iterator[None]:
        """Give the log a heading, and a failure to start the last words."""
        self._log.write(f"--- {name}\n".encode())
        marks = (self._out.tell(), self._log.tell())
        try:
            yield
        except InitError as error:
            self._out.flush()
            said = [*_since(self._settings.part, marks[0]), *_since(self._settings.log, marks[1])]
            raise StartError(init_failure(name, error, said)) from error


def _since(path: Path, mark: int) -> list[str]:
    with path.open("rb") as file:
        file.seek(mark)
        return file.read().decode(errors="replace").splitlines()
