"""When requests arrived: read from time stamps, or from records in any shape that the report reads."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np

from telemetry.lab.usage import UsageError
from telemetry.report.errors import UnusableError
from telemetry.report.read.evidence import evidence_of
from telemetry.report.read.lines import source_of
from telemetry.report.read.requests import Join

MILLISECONDS_FROM: Final = 1e11
"""A number from here on is Unix milliseconds; as seconds it would be of the year 5138."""


def recorded_times(path: Path) -> list[float]:
    """Return when the requests of a file arrived, in seconds since the first one.

    A file of time stamps has one a line, in any order: ISO 8601, Unix seconds or milliseconds, or seconds
    since any moment.

    Raises:
        UsageError: It holds neither time stamps nor records of requests that tell when each came.
    """
    times = _time_stamps(path)
    found = np.sort(np.asarray(_of_records(path) if times is None else times))
    if not len(found):
        raise UsageError(f"--arrivals {path}: no request is in it")
    elapsed: list[float] = (found - found[0]).tolist()
    return elapsed


def _time_stamps(path: Path) -> list[float] | None:
    """Read a file of time stamps; None where it holds something else."""
    try:
        with path.open(encoding="ascii") as file:
            return list(_seconds(file))
    except OSError as error:
        raise UsageError(f"--arrivals {path}: {error.strerror}") from error
    except ValueError:  # what is no number, no time, or no text
        return None


def _seconds(lines: Iterator[str]) -> Iterator[float]:
    for line in filter(None, map(str.strip, lines)):
        try:
            number = float(line)
        except ValueError:
            yield _moment(line).timestamp()
            continue
        if not math.isfinite(number):
            raise ValueError(line)
        yield number / 1000 if abs(number) >= MILLISECONDS_FROM else number


def _moment(text: str) -> datetime:
    """Read ISO 8601; a time without an offset is UTC, as in AWS's logs."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _of_records(path: Path) -> list[float]:
    """Return when requests came: where INIT was waited for, its beginning."""
    try:
        ledger = evidence_of([source_of(str(path))]).ledger
    except UnusableError as error:
        raise UsageError(f"--arrivals {path}: neither time stamps nor records: {error}") from error
    if ledger.batching:
        raise UsageError(
            f"--arrivals {path}: with LIFESPAN_WRITE_EVERY above 1, records do not hold the time of each "
            "request"
        )
    parts = [part.rows["at"] - np.nan_to_num(part.init_ms) for part in Join(ledger).parts()]
    at = np.concatenate(parts) / 1000
    times: list[float] = at[np.isfinite(at)].tolist()
    return times
