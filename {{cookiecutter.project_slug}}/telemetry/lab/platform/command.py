"""A command that is run once, before anything is measured, in a session of its own."""

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import DEVNULL
from collections.abc import Mapping, Sequence
from tempfile import TemporaryFile


async def run_alone(command: Sequence[str], environ: Mapping[str, str], longest_s: float) -> tuple[int, str]:
    """Return the exit status, and what the command wrote to stderr. What it started ends with it.

    Its stderr is a file: a pipe stays open as long as anything runs that the command started.

    Raises:
        TimeoutError: It took longer; it has ended now.
    """
    with TemporaryFile() as stderr:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=DEVNULL, stdout=DEVNULL, stderr=stderr, env=environ, start_new_session=True
        )
        try:
            status = await asyncio.wait_for(process.wait(), longest_s)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        stderr.seek(0)
        return status, stderr.read().decode(errors="replace")
