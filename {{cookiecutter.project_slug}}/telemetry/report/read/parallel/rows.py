"""Rows of many requests at once, made column by column: a row by itself takes twice as long."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from telemetry.report.read.columns import Numbers, SpillingTable, Vector
from telemetry.report.read.keys import key_of, keys_of
from telemetry.report.read.origin import Origin
from telemetry.report.read.platform.events import PlatformReport
from telemetry.report.read.platform.json_lines import Report
from telemetry.report.read.records import Invocation, Record, Warm
from telemetry.report.read.units import AT_ONCE_MS, OUTCOME_CODES, PROACTIVE_MS, START_CODES

NAN: Final = float("nan")
MOST_COUNTED: Final = 2**31 - 1
FAILED: Final = 500
"""The least status that tells of a failure."""
NumberTouched: TypeAlias = Callable[[Iterable[str]], int]
Known: TypeAlias = Callable[[tuple[str, str]], int | None]
"""Returns the number of a process, by environment and process; None if it was not seen before."""
Take: TypeAlias = Callable[[Record, Origin | None], int | None]
"""Takes what a record says beside the row of a request, and returns the process that served one."""
Add: TypeAlias = Callable[[Sequence[Invocation], Sequence[int]], None]
"""Adds the rows of requests, which these processes served."""


def enter_in_turn(
    records: Iterable[tuple[Record, Origin | None]], known: Known, take: Take, add: Add
) -> None:
    """Enter records as if one by one; what most requests say, that they were served, is only added."""
    rows, processes = list[Invocation](), list[int]()
    service = function = None
    for record, origin in records:
        if type(record) is not Invocation:  # `isinstance` takes longer to say no
            if type(record) is Warm and rows:  # its requests come after these
                add(rows, processes)
                rows, processes = [], []
            take(record, origin)
            continue
        process = known((record.environment, record.process))
        if (
            process is None or record.start != "warm" or record.n == 1 or record.ping
            or record.service != service or record.function != function
        ):  # fmt: skip
            process = take(record, origin)
            if process is None:
                continue
            service, function = record.service, record.function
        rows.append(record)
        processes.append(process)
    if rows:
        add(rows, processes)


def invocation_rows(
    dtype: "np.dtype[Any]",
    records: Sequence[Invocation],
    processes: Sequence[int],
    number_touched: NumberTouched,
) -> NDArray[Any]:
    """Return the rows of some requests.

    Args:
        dtype: As `tables.invocations` has it.
        records: In the order of the rows.
        processes: The number of each record's process.
        number_touched: Returns the number of a set of state keys.
    """
    rows = np.empty(len(records), dtype)
    rows["key"] = keys_of([record.request_id for record in records])
    rows["process"] = _integers(processes)
    rows["touched"] = _touched(records, number_touched)
    rows["n"] = _counted([record.n for record in records])
    rows["start"] = _integers([START_CODES[record.start] for record in records])
    rows["failed"] = _integers([record.status is None or record.status >= FAILED for record in records])
    rows["doubtful"] = _integers([record.gap_ms is not None and _is_doubtful(record) for record in records])
    rows["ms"] = _floats([record.duration_ms for record in records])
    rows["startup"] = _floats([record.startup_ms for record in records])
    rows["shutdown"] = _floats([record.shutdown_ms for record in records])
    rows["at"] = _floats([record.at for record in records])
    return rows


def report_rows(dtype: "np.dtype[Any]", reports: Sequence[Report], stream: int, at: float) -> NDArray[Any]:
    """Return the rows of some reports, which are all in one log stream and of one time.

    Args:
        dtype: As `tables.reports` has it.
        reports: In the order of the rows.
        stream: The number of the log stream.
        at: When their lines were written.
    """
    rows = np.empty(len(reports), dtype)
    metrics = [report.metrics for report in reports]
    rows["key"] = keys_of([report.request_id for report in reports])
    rows["stream"] = stream
    rows["outcome"] = _integers([OUTCOME_CODES[report.status] for report in reports])
    rows["ms"] = _floats([figures.duration_ms for figures in metrics])
    rows["billed"] = _floats([figures.billed_ms for figures in metrics])
    rows["init"] = _floats([figures.init_ms for figures in metrics])
    rows["restore"] = _floats(
        [figures.hooks_ms if figures.restore_ms is None else figures.restore_ms for figures in metrics]
    )
    rows["used"] = _floats([figures.used_mb for figures in metrics])
    rows["memory"] = _floats([figures.memory_mb for figures in metrics])
    rows["at"] = at
    return rows


def add_report(table: SpillingTable, event: PlatformReport, stream: int, at: float) -> None:
    """Add the row of one report."""
    billed, init, restore = event.billed_ms, event.init_ms, event.restore_ms
    used, memory = event.used_mb, event.memory_mb
    table.append(  # spelt out, as calls would take as long as the rest
        key_of(event.request_id), stream, OUTCOME_CODES[event.status], event.duration_ms,
        NAN if billed is None else billed, NAN if init is None else init,
        NAN if restore is None else restore, NAN if used is None else used,
        NAN if memory is None else memory, at,
    )  # fmt: skip


def _touched(records: Sequence[Invocation], number_touched: NumberTouched) -> Numbers:
    """Number the sets of state keys; each set is looked at once."""
    keys = [tuple(record.touched) for record in records]
    numbers = {some: number_touched(some) for some in dict.fromkeys(keys)}
    return _integers([numbers[some] for some in keys])


def _counted(values: Sequence[int]) -> Numbers:
    """Return whole numbers as far as the table counts; JSON may hold any."""
    try:
        return np.minimum(_integers(values), MOST_COUNTED)
    except OverflowError:
        return _integers([min(value, MOST_COUNTED) for value in values])


def _is_doubtful(record: Invocation) -> bool:
    """Whether the gap does not tell if a cold start waited for INIT."""
    return record.start == "cold" and record.gap_ms is not None and AT_ONCE_MS < record.gap_ms <= PROACTIVE_MS


def _integers(values: Sequence[int]) -> Numbers:
    return np.fromiter(values, np.int64, len(values))


def _floats(values: Sequence[float | None]) -> Vector:
    """Return numbers; NaN where there is none."""
    return np.fromiter(values, np.float64, len(values))
