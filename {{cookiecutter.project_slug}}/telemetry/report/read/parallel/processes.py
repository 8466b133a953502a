"""One log read by several processes: each takes a piece, this one the first."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from io import BufferedRandom
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

import msgspec

from telemetry import schema
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.lines import Source, explained
from telemetry.report.read.parallel.merging import merge
from telemetry.report.read.parallel.pieces import Piece, lines_of_piece, pieces_of
from telemetry.report.read.parallel.worker import Task
from telemetry.report.read.reader import Reader

Process: TypeAlias = subprocess.Popen[bytes]
ONE_THREAD: Final = {"OPENBLAS_NUM_THREADS": "1"}
"""NumPy starts threads for products of matrices, of which there are none here."""
COMMAND: Final = ("-m", "telemetry.report.read.parallel.worker")


def _nothing() -> None:
    """Wait."""


class Running(NamedTuple):
    """A process that reads a piece, and what it writes."""

    process: Process
    portion: BufferedRandom
    """A file without a name: nothing of it is left, however this process ends."""


class Readers(NamedTuple):
    """Processes that read a large file together, this one among them."""

    most: int = 1
    meanwhile: Callable[[], object] = _nothing
    """What this one does when it has read its own piece and others may not have."""


ALONE: Final = Readers()


def read_source(ledger: Ledger, reader: Reader, source: Source, readers: Readers) -> None:
    """Enter all lines of a source, by several processes if they are many.

    Raises:
        UnusableError: It cannot be read.
    """
    with reader.noting(source.name), explained(source.name):
        pieces = [] if source.path is None else pieces_of(source.path, readers.most)
        if pieces:
            read_pieces(ledger, reader, pieces, readers.meanwhile)
        else:
            reader.read(source.lines)


def read_pieces(
    ledger: Ledger, reader: Reader, pieces: Sequence[Piece], meanwhile: Callable[[], object]
) -> None:
    """Enter all pieces in their order. One whose process fails is read here.

    Args:
        ledger: Takes what is read.
        reader: Reads the first piece.
        pieces: One for each process.
        meanwhile: What is done before this process waits for the others.

    Raises:
        OSError: The file cannot be read, or there is no room for what was read.
    """
    with ExitStack() as stack:
        tasks = [Task(piece, ledger.service) for piece in pieces[1:]]
        running = [stack.enter_context(_started(task)) for task in tasks]
        reader.read(lines_of_piece(pieces[0]))
        meanwhile()
        for task, other in zip(tasks, running, strict=True):
            if other is None or other.process.wait() != 0:
                reader.read(lines_of_piece(task.piece))
                continue
            with other.portion as portion:
                portion.seek(0)
                merge(ledger, reader, portion)


@contextmanager
def _started(task: Task) -> Iterator[Running | None]:
    """Start a process, and end it; None if the machine has no room for one more."""
    with ExitStack() as stack:
        try:
            said = msgspec.json.encode(task) + b"\n"
            portion = stack.enter_context(tempfile.TemporaryFile(prefix="telemetry-report-"))
            process = subprocess.Popen(
                [sys.executable, *COMMAND],
                stdin=subprocess.PIPE,
                stdout=portion,
                stderr=subprocess.DEVNULL,
                env=os.environ | {"PYTHONPATH": _import_path(), **ONE_THREAD},
                start_new_session=True,  # Ctrl-C is for this process, which ends the others
            )
        except (OSError, UnicodeEncodeError):  # the latter: a --service that no record can have
            yield None
            return
        try:
            _tell(process, said)
            yield Running(process, portion)
        finally:
            process.kill()
            process.communicate()


def _tell(process: Process, said: bytes) -> None:
    if process.stdin is None:
        raise RuntimeError("the process was started without a pipe")
    with suppress(BrokenPipeError):  # it has ended, which its exit status tells
        process.stdin.write(said)
        process.stdin.flush()


def _import_path() -> str:
    """Return where the other processes find this package, however this one does."""
    folder = str(Path(schema.__file__).parents[1])
    given = os.environ.get("PYTHONPATH")
    return os.pathsep.join([folder, given] if given else [folder])
