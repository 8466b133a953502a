"""The temporary folder of a run, which is gone afterwards even if the lab was killed."""

import asyncio
import contextlib
import fcntl
import os
import shutil
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from telemetry.lab.platform import supervisor

PREFIX: Final = "lambda-lab-"
ENDS_WITHIN: Final = 10.0
"""Seconds for the supervisor to end the rest, and to remove what an app has written."""


@asynccontextmanager
async def run_folder() -> AsyncIterator[Path]:
    """Make the folder of this run, and remove those that killed labs have left behind.

    A supervisor ends the function's processes and removes the folder when the lab ends. If that is killed,
    too, the next lab removes the folder: whoever uses one holds a lock on it, which ends with the process.
    """
    _remove_abandoned(Path(tempfile.gettempdir()))
    folder, lock = _locked_folder()
    process = await _supervisor(folder)
    try:
        yield folder
    finally:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.communicate(b""), ENDS_WITHIN)
        if process.returncode is None:
            process.kill()
            await process.wait()
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


async def _supervisor(folder: Path) -> Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", supervisor.__file__, str(folder)),
        stdin=PIPE,
        stdout=DEVNULL,
        stderr=DEVNULL,
        env={},
        start_new_session=True,
    )


def _locked_folder() -> tuple[Path, int]:
    """Make a folder and lock it; once more if another lab has taken it for an abandoned one in between."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        with contextlib.suppress(FileNotFoundError):
            lock = os.open(folder, os.O_RDONLY)
            fcntl.flock(lock, fcntl.LOCK_EX)
            if folder.exists():
                return folder, lock
            os.close(lock)


def _remove_abandoned(parent: Path) -> None:
    for folder in parent.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):  # another user's, or removed in between
            lock = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)
