"""Examines the imports of an app: surveys and times them, has requests watched, and tries to move some."""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, BinaryIO, Final

from telemetry.lab.app.interpreter import find_interpreter
from telemetry.lab.app.lab_code import lab_code
from telemetry.lab.dynamodb import dynamodb_server
from telemetry.lab.events import read_sources
from telemetry.lab.imports.children import Target, measure, survey, without_bytecode
from telemetry.lab.imports.findings import Findings, why_unwatched
from telemetry.lab.imports.lazy import Load, NoSaving, candidates, check_moves, measure_savings, obstacle
from telemetry.lab.imports.measurement import fastest
from telemetry.lab.imports.serving import NotServedError, serve_watched
from telemetry.lab.imports.table import shipped_packages
from telemetry.lab.platform.cpu_share import available_cores, cpu_share, why_no_shares
from telemetry.lab.platform.function import FunctionConfiguration
from telemetry.lab.platform.run_folder import run_folder
from telemetry.lab.platform.supervisor import RUN_VARIABLE
from telemetry.lab.platform.throttle import Throttle
from telemetry.lab.platform.variables import SET_BY_LAB, function_environ
from telemetry.lab.usage import UsageError, parse_variables
from telemetry.progress import progress

HANDLER: Final = "telemetry.lab.imports.handler.handler"
LONGEST_INIT: Final = 120.0
"""Seconds. Lambda's 10 are too few for the apps that need this most."""
LONGEST_REQUEST: Final = 60.0
"""Seconds."""
RUNS: Final = 3
"""The fastest counts: whatever disturbs an import makes it slower."""


async def examine(given: argparse.Namespace) -> Findings:
    """Do what the command line asks for.

    Raises:
        UsageError: It names what does not exist, or there is no such app.
        NotServedError: Imports were to be moved, and the app does not start in an environment.
    """
    function = _function(given)
    events = [source.event for source in read_sources(given.event)]
    async with run_folder() as folder, dynamodb_server(given.table) as extra:
        code = None if function.python is None else lab_code(function.python, folder)
        own = {"TMPDIR": str(folder), "HOME": str(folder / "home"), RUN_VARIABLE: str(folder)}
        target = Target(function, function_environ(function, {**extra, **own}, None, code), folder)
        with (folder / "output").open("ab", buffering=0) as log:
            found = await _cost_and_use(target, events, log)
            if given.lazy is None:
                return found
            with _throttle(function.memory_mb) as throttle:
                load = Load(events, log, throttle, given.environments)
                return await _with_savings(target, found, load, tuple(dict.fromkeys(given.lazy)))


def _function(given: argparse.Namespace) -> FunctionConfiguration:
    for folder in given.app_dir:
        if not folder.is_dir():
            raise UsageError(f"--app-dir {folder}: there is no such folder")
    if given.table is not None and not given.table.is_file():
        raise UsageError(f"--table {given.table}: there is no such file")
    # As the app's process names it, which runs there: without links, and without "..".
    import_path = tuple(folder.resolve() for folder in given.app_dir)
    return FunctionConfiguration(
        handler=HANDLER,
        app=given.app,
        import_path=import_path,
        python=None if given.python is None else find_interpreter(given.python, import_path),
        memory_mb=given.memory,
        init_limit=LONGEST_INIT,
        timeout=LONGEST_REQUEST,
        variables=parse_variables(given.env, SET_BY_LAB),
    )


async def _cost_and_use(target: Target, events: Sequence[Mapping[str, Any]], log: BinaryIO) -> Findings:
    python = sys.version_info[:3] if target.function.python is None else target.function.python.version
    unwatched = why_unwatched(python)
    with progress("imports", 1 + 2 * RUNS + (not unwatched), "runs") as advance:
        surveyed = await survey(target)  # this also compiles whatever is not compiled yet
        advance()
        compiled, source = [], []
        for _ in range(RUNS):
            compiled.append(await measure(target, surveyed.stdlib))
            advance()
            source.append(await without_bytecode(target, surveyed.stdlib))
            advance()
        found = Findings(
            app=target.app,
            folders=target.folders,
            python=tuple(python),
            survey=surveyed,
            compiled=fastest([each.packages for each in compiled]),
            source=fastest([each.packages for each in source]),
            shipped=shipped_packages(target.function.folder, surveyed),
            events=len(events),
            error=compiled[0].error,
            unwatched=unwatched,
        )
        if unwatched:
            return found
        try:
            found = replace(found, watched=await serve_watched(target, events, log))
        except NotServedError as error:
            found = replace(found, unwatched=f"No request was served: {error}.")
        advance()
        return found


async def _with_savings(target: Target, found: Findings, load: Load, named: Sequence[str]) -> Findings:
    whole = {name: package.whole_ms for name, package in found.compiled.items()}
    packages = candidates(found.survey, whole, named)
    fixed = [
        NoSaving(name, found.survey.own_imports.get(name, ()), f"it cannot be moved: {why}")
        for name in named
        if (why := obstacle(found.survey, name))
    ]
    gone, kept = await check_moves(target, found.survey, packages, load) if packages else ([], [])
    savings = []
    if gone:
        with progress("imports", load.environments * (1 + len(gone)), "environments") as advance:
            savings = await measure_savings(target, found.survey, gone, load, advance)
    return replace(
        found,
        savings=savings,
        no_savings=[*fixed, *kept],
        memory_mb=None if load.throttle is None else target.function.memory_mb,
    )


@contextmanager
def _throttle(memory_mb: int) -> Iterator[Throttle | None]:
    """Give requests Lambda's share of CPU, where this machine can."""
    if why_no_shares() is not None or cpu_share(memory_mb) > available_cores():
        yield None
        return
    with Throttle() as throttle:
        yield throttle
