"""What a library connects to, seen from there."""

import contextlib
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import pytest

SECONDS = 30.0
"""Until something has happened: some ten times what it takes on a free machine."""


class Server(Protocol):
    """A server that numbers its connections, and tells a client the number of its own."""

    @property
    def url(self) -> str:
        """Where it listens."""

    def connections(self) -> set[int]:
        """Numbers of the connections that are open."""

    def close_connections(self) -> None:
        """Close them all, as servers do with idle ones; return when they are gone."""


def installed(program: str, package: str, folders: str | None = None) -> Path:
    """Path of a program; skip the test where it is not installed.

    Args:
        program: Its name.
        package: Debian's, which has it.
        folders: Where to look beside the PATH.
    """
    found = shutil.which(program) or (shutil.which(program, path=folders) if folders else None)
    if found is None:
        pytest.skip(f"needs {program}: apt-get install {package}")
    return Path(found)


def free_port() -> int:
    """A port of 127.0.0.1 on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def await_true(happened: Callable[[], bool], what: str) -> None:
    """Wait until something has happened; raise TimeoutError when it does not."""
    ends = time.monotonic() + SECONDS
    while not happened():
        if time.monotonic() > ends:
            raise TimeoutError(what)
        time.sleep(0.02)


@contextlib.contextmanager
def running(
    command: Sequence[str | Path],
    folder: Path,
    answers: Callable[[], bool],
    *,
    stop: signal.Signals = signal.SIGTERM,
    run_as: Mapping[str, Any] | None = None,
) -> Iterator[None]:
    """Run a server in `folder`, from when it answers until the end of the block.

    Raises:
        TimeoutError: It does not answer; its output is the text.
    """
    log = folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, cwd=folder, **(run_as or {}))
    try:
        await_true(lambda: answers() or process.poll() is not None, log.read_text())
        if process.poll() is not None:
            raise TimeoutError(log.read_text())
        yield
    finally:
        process.send_signal(stop)
        process.wait()
