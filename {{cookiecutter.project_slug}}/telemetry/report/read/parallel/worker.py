"""A process that reads one piece of a log: `python -m telemetry.report.read.parallel.worker`.

Its standard input says what to read, and stays open for as long as the report waits for it: when the report
is gone, however it ended, so is this process. What was read goes to its standard output.
"""

import os
import sys
import threading
from typing import IO, Final

import msgspec

from telemetry.report.read.ledger import Ledger
from telemetry.report.read.parallel.merging import write_portion
from telemetry.report.read.parallel.pieces import Piece, lines_of_piece
from telemetry.report.read.reader import Reader

ABANDONED: Final = 3


class Task(msgspec.Struct, frozen=True):
    """What to read."""

    piece: Piece
    service: str | None


def perform(task: Task, into: IO[bytes]) -> None:
    """Read a piece and write a portion.

    Raises:
        OSError: The file cannot be read, or the portion cannot be written.
        UnusableError: There is no room for what was read.
    """
    ledger = Ledger(task.service)
    reader = Reader(ledger)
    reader.read(lines_of_piece(task.piece))
    write_portion(ledger, reader, into)
    into.flush()


def main() -> None:
    """Do what standard input says."""
    task = msgspec.json.decode(sys.stdin.buffer.readline(), type=Task)
    threading.Thread(target=_end_with_the_report, daemon=True).start()
    perform(task, sys.stdout.buffer)


def _end_with_the_report() -> None:
    while os.read(sys.stdin.fileno(), 1):  # by no buffer, whose lock would be held as the interpreter ends
        pass
    os._exit(ABANDONED)


if __name__ == "__main__":
    main()
