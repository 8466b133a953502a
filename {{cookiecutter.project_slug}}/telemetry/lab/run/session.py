"""A whole run: environment after environment, and at the end, whatever it is, the lab's own record."""

import asyncio
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import BinaryIO

from telemetry.lab.dynamodb import table_server
from telemetry.lab.platform.artifact import lambda_packages
from telemetry.lab.platform.preflight import preflight
from telemetry.lab.platform.variables import function_environ
from telemetry.lab.run.counts import Tally
from telemetry.lab.run.events import EventSource
from telemetry.lab.run.plan import planned
from telemetry.lab.run.runner import Course, StartError
from telemetry.lab.run.settings import Settings
from telemetry.lab.run.summary import summary
from telemetry.progress import progress


async def run_lab(settings: Settings, sources: Sequence[EventSource]) -> int:
    """Do one run and return its exit code: 0, 1 when the function failed, 128 + n when signal n stopped it.

    Raises:
        UsageError: it could not begin.
    """
    with _stopped_by_signals() as received:
        try:
            async with table_server(settings.table) as extra:
                with (
                    TemporaryDirectory(prefix="lab-") as temporary,
                    lambda_packages(settings.artifact) as lambdas_own,
                ):
                    environ = function_environ(settings, {**extra, "TMPDIR": temporary}, lambdas_own)
                    if settings.artifact is None:
                        await preflight(environ)
                    return await _measure(settings, environ, sources)
        except asyncio.CancelledError:
            if not received:
                raise
            return 128 + received[0]


async def _measure(settings: Settings, environ: Mapping[str, str], sources: Sequence[EventSource]) -> int:
    plan = planned(settings, sources)
    tally = Tally.of(settings)
    failure = ""
    complete = False
    with settings.part.open("wb") as out, settings.log.open("ab", buffering=0) as log:
        log.truncate(0)
        out.write(tally.line(settings, complete=False))
        out.flush()
        course = Course(settings, environ, tally, out, log)
        try:
            if settings.warm_up:
                await course.warm_up([source.event for source in sources])
            with progress("lab", sum(len(place.events) for place in plan), "invocations") as advance:
                for place in plan:
                    await course.run(place, advance)
            complete = True
        except StartError as error:
            failure = str(error)
        finally:
            sys.stderr.write(failure)
            _conclude(settings, tally, out, complete=complete)
            sys.stdout.write(summary(settings, tally, complete=complete))
    return 0 if complete and tally.succeeded and not tally.ignored else 1


def _conclude(settings: Settings, tally: Tally, out: BinaryIO, *, complete: bool) -> None:
    """Write the last record. Only a run with something to show replaces the one before."""
    out.write(tally.line(settings, complete=complete))
    out.flush()
    if tally.invocations:
        settings.part.replace(settings.out)


@contextmanager
def _stopped_by_signals() -> Iterator[list[signal.Signals]]:
    """Cancel the current task on the first signal; more of them must not break off the bounded end."""
    received: list[signal.Signals] = []
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()

    def stop(number: signal.Signals) -> None:
        if not received and task is not None:
            task.cancel()
        received.append(number)

    numbers = [
        number
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(number) is not signal.SIG_IGN  # under nohup, say
    ]
    for number in numbers:
        loop.add_signal_handler(number, stop, number)
    try:
        yield received
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
