"""Attempts at requests: which lines are copies of one, and which report belongs to which record.

A request that Lambda tries again has the id of the first attempt. Two reports of one id with different
figures are two attempts; the one that timed out has no record, as its process was ended.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from telemetry.report.read.columns import Flags, Numbers, Vector, together
from telemetry.report.read.streams import NO_STREAM
from telemetry.report.read.units import TIMED_OUT

FIGURES: Final = ("ms", "billed", "init", "restore", "used", "memory", "outcome")
SAME_LINE_MS: Final = 1000.0
"""Exports tell the time of a line in whole seconds, or not at all; another attempt comes later than that."""
MOST_PAIRS: Final = 4096
"""Of records and reports of one id that are all weighed; Lambda tries an event three times."""


def distinct_reports(rows: NDArray[Any]) -> tuple[NDArray[Any], int]:
    """Return each attempt's report once, and how many copies were left out."""
    if not _has_repetition(rows["key"]):
        return rows, 0
    alone, several = _by_repetition(rows["key"])
    more = rows.compress(several)
    figures = [np.nan_to_num(more[name], nan=-1.0) for name in FIGURES]
    more = more.take(np.lexsort((more["stream"], np.nan_to_num(more["at"], nan=-1.0), *figures, more["key"])))
    copies = np.ones(max(len(more) - 1, 0), np.bool_)
    for name in ("key", *FIGURES):
        before, after = more[name][:-1], more[name][1:]
        copies &= (before == after) | (np.isnan(before.astype(float)) & np.isnan(after.astype(float)))
    told = more["stream"] != NO_STREAM
    copies &= ~(told[:-1] & told[1:] & (more["stream"][:-1] != more["stream"][1:]))
    copies &= ~(np.diff(more["at"]) > SAME_LINE_MS)  # never where a time is NaN
    kept = np.concatenate((~copies, [True]))
    return together((rows.compress(alone), more.compress(kept))), int(copies.sum())


def distinct_records(rows: NDArray[Any]) -> tuple[NDArray[Any], int]:
    """Return each attempt's record once, in order, and how many copies were left out."""
    if not _has_repetition(rows["key"]):
        return rows, 0
    _, several = _by_repetition(rows["key"])
    at = np.flatnonzero(several)
    identity = [rows[name][at] for name in ("ms", "at", "process", "key")]
    order = np.lexsort((at, *identity))
    same = np.ones(max(len(at) - 1, 0), np.bool_)
    for values in identity:
        same &= values[order][:-1] == values[order][1:]
    dropped = at[order][1:][same]
    return np.delete(rows, dropped), len(dropped)


def _has_repetition(keys: Numbers) -> bool:
    """Say whether a key occurs several times; to say which takes far longer."""
    ordered = np.sort(keys)
    return bool((ordered[1:] == ordered[:-1]).any())


def _by_repetition(keys: Numbers) -> tuple[Flags, Flags]:
    """Say which keys occur once, and which several times."""
    _, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
    several: Flags = counts[inverse] > 1
    return ~several, several


class Recorded(NamedTuple):
    """What records tell of the attempts at requests."""

    keys: Numbers
    """By request id."""
    units: Numbers
    at: Vector
    """When the adapter began, in Unix milliseconds; NaN where that is not known."""
    ms: Vector
    """As the adapter measured."""
    after_init: Flags
    """First of a process: INIT or a restore came before it."""
    failed: Flags


def match(records: Recorded, reports: NDArray[Any], wrote: Numbers) -> tuple[Numbers, Flags]:
    """Find each record's report; -1 where there is none. Also say which reports are left.

    Args:
        records: Each once.
        reports: As the ledger keeps them, each once.
        wrote: The unit whose stream each report is in, or `UNKNOWN`.
    """
    keys, units = records.keys, records.units
    found = np.full(len(keys), -1, np.int64)
    left = np.ones(len(reports), np.bool_)
    if not len(reports) or not len(keys):
        return found, left
    order = np.argsort(reports["key"])
    ordered = reports["key"][order]
    repeated = bool((ordered[1:] == ordered[:-1]).any())
    if repeated:
        order = np.argsort(reports["key"], kind="stable")  # takes three times as long
    low = np.minimum(np.searchsorted(ordered, keys), len(order) - 1)
    same = ordered[low] == keys
    high = np.searchsorted(ordered, keys, side="right") if repeated else low + same
    times = np.bincount(low[same], minlength=len(order))  # that each key occurs among the records
    simple = same & (high - low == 1) & (times[low] == 1)
    simple_at = order[low[simple]]
    fits = (wrote[simple_at] < 0) | (wrote[simple_at] == units[simple])
    found[np.flatnonzero(simple)[fits]] = simple_at[fits]
    several = np.flatnonzero(same & ~simple)
    for group in _groups(several, low):
        candidates = order[low[group[0]] : high[group[0]]]
        for record, report in _pairs(_Weighed(records, reports, wrote), group, candidates):
            found[record] = report
    left[found[found >= 0]] = False
    return found, left


def _groups(rows: Numbers, by: Numbers) -> list[Numbers]:
    """Split rows whose value is the same into groups."""
    if not len(rows):
        return []
    rows = rows[np.argsort(by[rows], kind="stable")]
    return np.split(rows, np.flatnonzero(np.diff(by[rows])) + 1)


class _Weighed(NamedTuple):
    """What decides which record and report belong together."""

    records: Recorded
    reports: NDArray[Any]
    wrote: Numbers


def _pairs(of: _Weighed, group: Numbers, candidates: Numbers) -> Iterator[tuple[int, int]]:
    """Join records and reports of one id: by stream, how the attempt began and ended, time, and duration."""
    candidates = candidates[: max(1, MOST_PAIRS // len(group))]
    group = group[: MOST_PAIRS // len(candidates)]
    row, column = (axis.ravel() for axis in np.meshgrid(group, candidates, indexing="ij"))
    same_unit = of.wrote[column] == of.records.units[row]
    possible = same_unit | (of.wrote[column] < 0)
    order = np.lexsort((*_unlike(of.records, of.reports, row, column), ~same_unit))
    records, reports = set(group.tolist()), set(candidates.tolist())
    for pair in order[possible[order]].tolist():
        record, report = int(row[pair]), int(column[pair])
        if record in records and report in reports:
            records.remove(record)
            reports.remove(report)
            yield record, report


def _unlike(
    records: Recorded, reports: NDArray[Any], row: Numbers, column: Numbers
) -> Iterator[Vector | Flags]:
    """Yield in what records and reports are not alike, what tells least first.

    Attempts in one environment take nearly the same time, so how they began and ended comes before that.
    """
    report = reports.take(column)
    yield np.abs(report["ms"] - records.ms[row])
    apart = np.abs(report["at"] - records.at[row] - records.ms[row])
    yield np.zeros(len(apart)) if np.isnan(apart).any() else apart
    yield (report["outcome"] > 0) != records.failed[row]
    yield ~(np.isnan(report["init"]) & np.isnan(report["restore"])) != records.after_init[row]
    yield report["outcome"] == TIMED_OUT
