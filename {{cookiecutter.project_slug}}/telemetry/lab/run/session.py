"""A whole run from its first file to its summary, whatever ends it."""

import asyncio
import fcntl
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO

from telemetry.lab.app.lab_code import LabCode, lab_code
from telemetry.lab.dynamodb import dynamodb_server
from telemetry.lab.events import EventSource
from telemetry.lab.imports.function import dearest_imports
from telemetry.lab.imports.measurement import Package
from telemetry.lab.platform.artifact import runtime_packages
from telemetry.lab.platform.cpu_share import available_cores, cpu_share
from telemetry.lab.platform.function import FunctionConfiguration
from telemetry.lab.platform.preflight import preflight
from telemetry.lab.platform.run_folder import run_folder
from telemetry.lab.platform.supervisor import RUN_VARIABLE
from telemetry.lab.platform.throttle import Throttle
from telemetry.lab.platform.variables import function_environ
from telemetry.lab.run.accuracy import Accuracy, measured
from telemetry.lab.run.counts import Counts
from telemetry.lab.run.environment_output import Outputs
from telemetry.lab.run.failures import RunStoppedError
from telemetry.lab.run.load.fleet import Fleet
from telemetry.lab.run.load.traffic import Traffic, traffic_of
from telemetry.lab.run.plan import PlannedEnvironment, dealt, plan
from telemetry.lab.run.record import lab_record
from telemetry.lab.run.runner import Runner
from telemetry.lab.run.schedule import fitting, run_plan
from telemetry.lab.run.settings import Settings
from telemetry.lab.run.summary import show
from telemetry.lab.terminal import output_console
from telemetry.lab.usage import UsageError
from telemetry.progress import progress


async def run_lab(settings: Settings, sources: Sequence[EventSource]) -> int:
    """Do one run; return the exit code: 0, 1 when the function failed, 128 + n when signal n stopped it.

    Raises:
        UsageError: It could not begin.
    """
    with _stopped_by_signals() as received:
        try:
            traffic = traffic_of(settings, sources)
            async with run_folder() as folder, dynamodb_server(settings.table) as extra:
                environ = await _checked_environ(settings.function, folder, extra)
                imports: list[Package] = []
                if settings.function.artifact is None:
                    imports = await dearest_imports(settings.function, environ)
                return await _measure(settings, environ, sources, imports, traffic)
        except asyncio.CancelledError:
            if not received:
                raise
            return 128 + received[0]


async def _checked_environ(
    function: FunctionConfiguration, folder: Path, extra: Mapping[str, str]
) -> dict[str, str]:
    """Return the function's environment variables, with which it can be imported.

    Raises:
        UsageError: It cannot be imported.
    """
    packages = None if function.artifact is None else runtime_packages(folder)
    code = None if function.python is None else lab_code(function.python, folder)
    own = {"TMPDIR": str(folder), "HOME": str(folder / "home"), RUN_VARIABLE: str(folder)}
    environ = function_environ(function, {**extra, **own}, packages, code)
    if function.artifact is None:
        from_factory = await preflight(function, environ)
        sys.stderr.writelines(
            f"lab: {line}\n" for line in _remarks(function, code, from_factory=from_factory)
        )
    return environ


def _remarks(function: FunctionConfiguration, code: LabCode | None, *, from_factory: bool) -> Iterator[str]:
    """Yield what was decided about the app without being asked."""
    if from_factory:
        yield f"{function.app} is a factory: it is called in each process, without arguments"
    if code is not None and function.app is not None:
        for name, own in code.replaced.items():
            yield (
                f"adapter and telemetry cannot use {name} {own}: they use the lab's "
                f"{code.versions[name]}, and the app its own"
            )


async def _measure(
    settings: Settings,
    environ: Mapping[str, str],
    sources: Sequence[EventSource],
    imports: Sequence[Package],
    traffic: Traffic | None,
) -> int:
    failure = told = ""
    complete = False
    with (
        _throttle(settings) as throttle,
        _emptied(settings, settings.partial_out) as out,
        settings.log.open("ab", buffering=0) as log,
    ):
        log.truncate(0)
        accuracy = None if throttle is None else await _accuracy(throttle, settings, traffic)
        counts = Counts.of(settings, accuracy)
        counts.imports = imports
        out.write(lab_record(settings, counts, complete=False))
        out.flush()
        runner = Runner(settings, environ, counts, Outputs(out, log), throttle)
        events = [source.event for source in sources]
        try:
            if settings.function.snap_start:
                counts.snapshot = await runner.check_snapshot(events)
            if settings.warm_up:
                await runner.warm_up(events)
            told = runner.told
            sys.stderr.write(told)
            if traffic is None:
                await _run_plan(settings, plan(settings, sources), runner)
            else:
                await _serve(traffic, dealt(settings), runner)
            complete = True
        except RunStoppedError as error:
            failure = str(error)
        finally:
            sys.stderr.write(runner.told.removeprefix(told) + failure)
            _finish_records(settings, counts, out, complete=complete)
            show(settings, counts, output_console(), complete=complete)
    return 0 if complete and counts.succeeded else 1


async def _run_plan(settings: Settings, environments: Sequence[PlannedEnvironment], runner: Runner) -> None:
    invocations = sum(len(planned.events) for planned in environments)
    with progress("lab", invocations, "invocations") as advance:
        await run_plan(settings, environments, runner.counts, partial(runner.run, advance=advance))


async def _serve(traffic: Traffic, environments: Iterator[PlannedEnvironment], runner: Runner) -> None:
    with progress("lab", len(traffic.requests), "invocations") as advance:
        await Fleet(runner, traffic, environments, advance).serve()


@contextmanager
def _throttle(settings: Settings) -> Iterator[Throttle | None]:
    """Give CPU shares while it lasts; not at full speed."""
    if settings.cpu == "full":
        yield None
        return
    with Throttle() as throttle:
        yield throttle


async def _accuracy(throttle: Throttle, settings: Settings, traffic: Traffic | None) -> Accuracy:
    """Measure CPU shares, with as many environments at once as this machine has cores for."""
    if traffic is not None:
        return await measured(throttle, settings.memory_mb, traffic.at_once, traffic.beside_init)
    share = max(map(cpu_share, settings.memory_mb))
    at_once = fitting(settings.at_once, share, available_cores())
    found = await measured(throttle, settings.memory_mb, at_once)
    if at_once > 1 and not found.close:
        found = await measured(throttle, settings.memory_mb)
    if found.at_once < settings.at_once:
        sys.stderr.write(
            f"lab: {found.at_once} environment(s) at once, not {settings.at_once}: with more, each would get "
            "less than its share of CPU here, or the same work would take more of it\n"
        )
    return found


def _emptied(settings: Settings, path: Path) -> BinaryIO:
    """Open a file for this run alone, and empty it.

    Raises:
        UsageError: Another lab writes to it.
    """
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise UsageError(
            f"--out {settings.out}: another lab is writing its records to {path}; name another file"
        ) from None
    file.truncate(0)
    file.seek(0)
    return file


def _finish_records(settings: Settings, counts: Counts, out: BinaryIO, *, complete: bool) -> None:
    """Write the last record. Only a run that recorded an invocation replaces the file of the run before."""
    out.write(lab_record(settings, counts, complete=complete))
    out.flush()
    if counts.invocations:
        settings.partial_out.replace(settings.out)


@contextmanager
def _stopped_by_signals() -> Iterator[list[signal.Signals]]:
    """Cancel the current task on the first signal; further ones must not interrupt the clean-up."""
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
