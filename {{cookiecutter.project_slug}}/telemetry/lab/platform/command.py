"""A command that is run once, before anything is measured, in a session of its own."""

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import DEVNULL
from collections.abc import Mapping, Sequence
from tempfile import TemporaryFile
from typing import BinaryIO, NamedTuple


class Ran(NamedTuple):
    """What came of a command."""

    status: int | None
    """None where it took too long, and was ended."""
    stdout: str
    stderr: str


async def run_alone(
    command: Sequence[str], environ: Mapping[str, str], longest_s: float, folder: str | None = None
) -> Ran:
    """Return the exit status, and what the command wrote. What it started ends with it.

    Raises:
        TimeoutError: It took longer; it has ended now.
    """
    ran = await run_up_to(command, environ, longest_s, folder)
    if ran.status is None:
        raise TimeoutError
    return ran


async def run_up_to(
    command: Sequence[str], environ: Mapping[str, str], longest_s: float, folder: str | None = None
) -> Ran:
    """Return what the command wrote until it ended, or had taken so long.

    It writes to files: a pipe stays open as long as anything runs that the command started.
    """
    with TemporaryFile() as stdout, TemporaryFile() as stderr:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=DEVNULL,
            stdout=stdout,
            stderr=stderr,
            cwd=folder,
            env=environ,
            start_new_session=True,
        )
        status = None
        try:
            with contextlib.suppress(TimeoutError):
                status = await asyncio.wait_for(process.wait(), longest_s)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        return Ran(status, _written(stdout), _written(stderr))


def _written(file: BinaryIO) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")
