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

    status: int
    stdout: str
    stderr: str


async def run_alone(
    command: Sequence[str], environ: Mapping[str, str], longest_s: float, folder: str | None = None
) -> Ran:
    """Return the exit status, and what the command wrote. What it started ends with it.

    It writes to files: a pipe stays open as long as anything runs that the command started.

    Raises:
        TimeoutError: It took longer; it has ended now.
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
        try:
            status = await asyncio.wait_for(process.wait(), longest_s)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        return Ran(status, _written(stdout), _written(stderr))


def _written(file: BinaryIO) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")
