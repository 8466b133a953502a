"""Requests as the estimand sees them: records joined with the platform's own figures."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from telemetry.report.jackknife import Ratio, Vector, ratio
from telemetry.report.ledger import START_CODES, Ledger
from telemetry.report.records import PLACEMENTS, Placement

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Requests:
    """One row per request, as arrays; `unit_arms` is by unit."""

    unit: Numbers
    start: NDArray[np.int8]
    first: Flags
    """First of its process."""
    failed: Flags
    adapter_ms: Vector
    """The adapter's own measure of the invocation, startup and shutdown inside it included."""
    startup_ms: Vector
    shutdown_ms: Vector
    init_ms: Vector
    """INIT, or the restore of a snapshot, where it was on the request path; else 0."""
    user_ms: Vector
    billed_ms: Vector
    """NaN without a platform.report line."""
    used_mb: Vector
    reported: Flags
    """Has a platform.report line."""
    unit_arms: Numbers
    """Position in `PLACEMENTS`."""
    imports_counted: bool
    """Without platform.report lines only: `init_ms` is known for every cold start, and counted."""
    billed_without_init: int
    """Cold starts whose billed ms cannot hold INIT."""
    reports_without_request: int
    duplicate_reports: int

    @property
    def cold(self) -> Flags:
        """INIT was on the request path."""
        return np.equal(self.start, START_CODES["cold"])

    def in_arm(self, placement: Placement) -> Flags:
        """Which requests were assigned the placement."""
        return np.equal(self.unit_arms[self.unit], PLACEMENTS.index(placement))

    def ratios(self, values: Vector) -> dict[Placement, Ratio]:
        """Estimate the mean of a value over all requests of each arm; NaN values are left out."""
        there, units = ~np.isnan(values), len(self.unit_arms)
        ms = np.bincount(self.unit[there], weights=values[there], minlength=units)
        n = np.bincount(self.unit[there], minlength=units).astype(np.float64)
        arms = {arm: self.unit_arms == code for code, arm in enumerate(PLACEMENTS)}
        return {arm: ratio(ms[mine], n[mine]) for arm, mine in arms.items()}


def join(ledger: Ledger) -> Requests:
    """Join invocations with platform.report lines on the request id.

    User-visible ms is `durationMs`, plus `initDurationMs` when INIT was on the request path (start `cold`),
    plus `restoreDurationMs` after a snapshot. A request without a report falls back to the adapter's figures.
    """
    rows = ledger.invocations.array()
    reports, duplicates = ledger.reports.once("key")
    found, reported = _match(rows["key"], reports)
    cold, restored = rows["start"] == START_CODES["cold"], rows["start"] == START_CODES["snapstart"]
    own_init, imports_counted = _own_init(ledger, rows["process"], cold & ~reported)
    init = np.where(cold, np.where(reported, np.nan_to_num(found["init"]), own_init), 0.0)
    init += np.where(restored & reported, np.nan_to_num(found["restore"]), 0.0)
    user = np.where(reported, found["ms"], rows["ms"]) + init
    return Requests(
        unit=np.asarray(ledger.process_units, np.int64)[rows["process"]],
        start=rows["start"],
        first=rows["first"].astype(np.bool_),
        failed=rows["failed"].astype(np.bool_),
        adapter_ms=rows["ms"].copy(),
        startup_ms=rows["startup"].copy(),
        shutdown_ms=rows["shutdown"].copy(),
        init_ms=init,
        user_ms=user,
        billed_ms=np.where(reported, found["billed"], np.nan),
        used_mb=np.where(reported, found["used"], np.nan),
        reported=reported,
        unit_arms=np.asarray([PLACEMENTS.index(unit.placement) for unit in ledger.units], np.int64),
        imports_counted=imports_counted,
        billed_without_init=int((cold & reported & (found["billed"] + 1 < user)).sum()),
        reports_without_request=len(reports) - int(reported.sum()),
        duplicate_reports=duplicates,
    )


def _match(keys: Numbers, reports: NDArray[Any]) -> tuple[NDArray[Any], Flags]:
    """Find each key's report; where there is none, any row stands in and the flag is false."""
    if not len(reports):
        return np.zeros(len(keys), reports.dtype), np.zeros(len(keys), np.bool_)
    ordered = reports[np.argsort(reports["key"])]
    at = np.minimum(np.searchsorted(ordered["key"], keys), len(ordered) - 1)
    return ordered[at], ordered["key"][at] == keys


def _own_init(ledger: Ledger, process: Numbers, needed: Flags) -> tuple[Vector, bool]:
    """INIT as the adapter saw it: imports and the startup in INIT.

    Arms that start up later do not always say how long the imports took. Unless all do, imports are left out
    of every arm: they are the same code, so they cancel in the differences.
    """
    rows, _ = ledger.startups.once("key")
    rows = rows[(rows["ordinal"] == 1) & (rows["in_init"] == 1)]
    startup, imports = np.zeros(len(ledger.process_units)), np.full(len(ledger.process_units), np.nan)
    startup[rows["process"]] = rows["wall"]
    imports[rows["process"]] = rows["init"]
    counted = bool(needed.any()) and not np.isnan(imports[process[needed]]).any()
    whole = startup + np.nan_to_num(imports) if counted else startup
    return whole[process] if len(process) else np.zeros(0), counted
