"""Requests with what users waited and paid for: records joined with the platform's own figures."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from telemetry.report.read.columns import Flags, Numbers, Vector, deduplicated, parts_of
from telemetry.report.read.ledger import START_CODES, Ledger


@dataclass(frozen=True, slots=True)
class Requests:
    """One row per request, as arrays: a part of all requests, none of which is in two parts."""

    rows: NDArray[Any]
    """As the ledger keeps invocations."""
    unit: Numbers
    init_ms: Vector
    """INIT, or the restore of a snapshot, where it was on the request path; else 0."""
    user_ms: Vector
    billed_ms: Vector
    """NaN without a platform.report line."""
    used_mb: Vector
    reported: Flags
    """Has a platform.report line."""

    @property
    def first(self) -> Flags:
        """First of its process."""
        first: NDArray[np.int8] = self.rows["first"]
        return np.equal(first, 1)

    @property
    def cold(self) -> Flags:
        """INIT was on the request path."""
        start: NDArray[np.int8] = self.rows["start"]
        return np.equal(start, START_CODES["cold"])


@dataclass(slots=True)
class Join:
    """Joins invocations with platform.report lines on the request id, part by part.

    User-visible ms is `durationMs`, plus `initDurationMs` when INIT was on the request path (start `cold`),
    plus `restoreDurationMs` after a snapshot. A request without a report falls back to the adapter's figures.
    """

    ledger: Ledger
    duplicates: int = 0
    duplicate_reports: int = 0
    reports_without_request: int = 0
    imports_counted: bool = False
    """Without platform.report lines only: the imports of every cold start are known, and part of its INIT."""

    def parts(self) -> Iterator[Requests]:
        """Yield all requests; the counts are complete after the last part."""
        count = parts_of(self.ledger.invocations, self.ledger.reports)
        unreported = []
        for number in range(count):
            rows, duplicates = deduplicated(self.ledger.invocations.part(number, count), "key")
            reports, duplicate_reports = deduplicated(self.ledger.reports.part(number, count), "key")
            self.duplicates += duplicates
            self.duplicate_reports += duplicate_reports
            found, reported = _match(rows["key"], reports)
            self.reports_without_request += len(reports) - int(reported.sum())
            alone = ~reported & (rows["start"] == START_CODES["cold"])
            unreported.append(rows[alone])
            yield self._requests(rows[~alone], found[~alone], reported[~alone], None)
        yield self._alone(np.concatenate(unreported))

    def _alone(self, rows: NDArray[Any]) -> Requests:
        """Return cold starts without a report; if their INIT holds the imports depends on all of them."""
        own_init, self.imports_counted = _own_init(self.ledger, rows["process"])
        found, reported = _match(rows["key"], np.zeros(0, self.ledger.reports.dtype))
        return self._requests(rows, found, reported, own_init)

    def _requests(
        self, rows: NDArray[Any], found: NDArray[Any], reported: Flags, own_init: Vector | None
    ) -> Requests:
        cold, restored = rows["start"] == START_CODES["cold"], rows["start"] == START_CODES["snapstart"]
        init = np.where(cold, np.nan_to_num(found["init"]), 0.0) if own_init is None else own_init
        init = init + np.where(restored & reported, np.nan_to_num(found["restore"]), 0.0)
        return Requests(
            rows=rows,
            unit=np.asarray(self.ledger.process_units, np.int64)[rows["process"]],
            init_ms=init,
            user_ms=np.where(reported, found["ms"], rows["ms"]) + init,
            billed_ms=np.where(reported, found["billed"], np.nan),
            used_mb=np.where(reported, found["used"], np.nan),
            reported=reported,
        )


def _match(keys: Numbers, reports: NDArray[Any]) -> tuple[NDArray[Any], Flags]:
    """Find each key's report; where there is none, any row stands in and the flag is false."""
    if not len(reports):
        return np.zeros(len(keys), reports.dtype), np.zeros(len(keys), np.bool_)
    ordered = reports[np.argsort(reports["key"])]
    at = np.minimum(np.searchsorted(ordered["key"], keys), len(ordered) - 1)
    return ordered[at], ordered["key"][at] == keys


def _own_init(ledger: Ledger, process: Numbers) -> tuple[Vector, bool]:
    """INIT of some processes as the adapter saw it: imports and the startup in INIT.

    Arms that start up later do not always say how long the imports took. Unless all do, imports are left out
    of every arm: they are the same code, so they cancel in the differences.
    """
    rows, _ = ledger.startups.deduplicated("key")
    rows = rows[rows["in_init"] == 1]
    startup, imports = np.zeros(len(ledger.process_units)), np.full(len(ledger.process_units), np.nan)
    startup[rows["process"]] = rows["wall"]
    imports[rows["process"]] = rows["init"]
    counted = len(process) > 0 and not np.isnan(imports[process]).any()
    whole = startup + np.nan_to_num(imports) if counted else startup
    return whole[process], bool(counted)
