"""Requests with what users waited and paid for: records joined with the platform's own figures."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adapter.placement import PLACEMENTS
from telemetry.report.read.columns import Flags, Numbers, Vector, parts_of, together
from telemetry.report.read.environments import stream_units
from telemetry.report.read.joining.attempts import Recorded, distinct_records, distinct_reports, match
from telemetry.report.read.joining.gaps import Gaps, Missing
from telemetry.report.read.joining.init_waits import InitWaits
from telemetry.report.read.joining.version_arms import VersionArms
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.records import place_of
from telemetry.report.read.streams import ELSEWHERE, UNKNOWN
from telemetry.report.read.units import START_CODES

COLD, SNAPSTART = START_CODES["cold"], START_CODES["snapstart"]
OUTCOMES: Final = 3
"""Ended well, failed, timed out: the ledger's `OUTCOME_CODES`."""
NO_PROCESS: Final = -1


@dataclass(frozen=True, slots=True)
class Requests:
    """One row per request, as arrays: a part of all requests, none of which is in two parts."""

    rows: NDArray[Any]
    """As the ledger keeps invocations."""
    unit: Numbers
    first: Flags
    """First of its process; pings do not count."""
    init_ms: Vector
    """INIT, or the restore of a snapshot, where it was on the request path; else 0, or NaN if not known."""
    user_ms: Vector
    """NaN where it cannot be told."""
    billed_ms: Vector
    """NaN where the platform did not say it."""
    used_mb: Vector
    memory_mb: Vector
    outcome: NDArray[np.int8]
    """As the platform says: `OUTCOMES`."""
    failed: Flags
    """As the record or the platform says."""
    cut: Flags
    """Waited for an INIT that was cut."""
    reported: Flags
    """Has a platform.report line."""
    recorded: bool = True
    """Has a record."""

    @property
    def cold(self) -> Flags:
        """INIT was on the request path."""
        start: NDArray[np.int8] = self.rows["start"]
        return np.equal(start, COLD)


@dataclass(slots=True)
class Unplaced:
    """Reports without a record, by how the request ended (`OUTCOMES`), that are in no environment."""

    by_arm: Numbers = field(default_factory=lambda: np.zeros((len(PLACEMENTS) + 1, OUTCOMES), np.int64))
    """By position in `PLACEMENTS`, told by the version that served it; the last row is of no arm."""
    user_ms: Vector = field(default_factory=lambda: np.zeros((len(PLACEMENTS) + 1, OUTCOMES)))
    """What users waited for them in all; so the next."""
    billed_ms: Vector = field(default_factory=lambda: np.zeros((len(PLACEMENTS) + 1, OUTCOMES)))
    after_init: Vector = field(default_factory=lambda: np.zeros((3, OUTCOMES)))
    """Of those whose line has an INIT or a restore, in all arms: their number, user-visible and billed ms."""
    elsewhere: int = 0
    """Of other services or functions."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """Requests with their reports, before what INIT adds to them."""

    rows: NDArray[Any]
    unit: Numbers
    found: NDArray[Any]
    reported: Flags

    def __getitem__(self, mine: Flags) -> "_Rows":
        if mine.all():
            return self
        return _Rows(
            self.rows.compress(mine), self.unit[mine], self.found.compress(mine), self.reported[mine]
        )


class Join:
    """Joins invocations with platform.report lines on the request id, part by part.

    User-visible ms is `durationMs`, plus `initDurationMs` when INIT was on the request path (start `cold`),
    plus an INIT before it that was cut, plus `restoreDurationMs` after a snapshot. A request without a report
    falls back to the adapter's figures. A report without a record, in a log stream that is an environment's,
    is a request of that environment.
    """

    def __init__(self, ledger: Ledger) -> None:
        self.duplicates = 0
        self.duplicate_reports = 0
        self.reports_without_request = 0
        self.unplaced = Unplaced()
        self.pings = np.zeros(len(ledger.units), np.int64)
        """By unit."""
        self.imports_counted = False
        """Without platform.report lines only: imports of all cold starts are known, and in their INIT."""
        self._ledger = ledger
        self._judged = ledger.judged()
        self._unit_of = np.asarray(ledger.process_units, np.int64)
        self._wrote = np.append(stream_units(ledger), UNKNOWN)
        """By stream; the last is that of `NO_STREAM`."""
        self._waits = InitWaits(ledger, self._wrote)
        self._gaps = Gaps(ledger)
        self._first_n = _first_requests(ledger)
        self._version_arms = VersionArms(ledger, self._judged)

    def parts(self) -> Iterator[Requests]:
        """Yield all requests; the counts are complete after the last part."""
        ledger = self._ledger
        count = parts_of(
            ledger.invocations, ledger.pings, ledger.reports, ledger.versions, ledger.requests_of_others
        )
        later, lost = [], []
        for number in range(count):
            requests, unrecorded = self._joined(number, count)
            aside = self._aside(requests)
            later.append(requests[aside])
            lost.append(unrecorded)
            yield self._finished(requests[~aside], None)
        yield self._without_records(_together(lost))
        failed = int(self.unplaced.by_arm[:, 1:].sum())
        self._waits.ended_by_requests(self.missing().restarted(failed))
        yield self._finished(_together(later), self._waits)

    def missing(self) -> Missing:
        """Return what the records lack, by unit; complete after the last part."""
        return self._gaps.missing(self._judged)

    def _joined(self, number: int, count: int) -> tuple[_Rows, _Rows]:
        """Join one part: requests with records, and those that only the platform saw."""
        ledger = self._ledger
        rows, duplicates = distinct_records(ledger.invocations.part(number, count))
        pings, _ = distinct_records(ledger.pings.part(number, count))
        reports, copies = distinct_reports(ledger.reports.part(number, count))
        self.duplicates += duplicates
        self.duplicate_reports += copies
        unit, ping_unit = self._unit_of[rows["process"]], self._unit_of[pings["process"]]
        wrote = self._wrote[reports["stream"]]
        at, left = match(_recorded(rows, pings, np.concatenate((unit, ping_unit))), reports, wrote)
        self.pings += np.bincount(ping_unit[self._judged[ping_unit]], minlength=len(self.pings))
        self._waits.see(unit, rows["at"])
        self._waits.see(ping_unit, pings["at"])
        self._gaps.see(rows["process"], rows["n"])
        self._gaps.see(pings["process"], pings["n"])
        at = at[: len(rows)]
        found = together((reports, np.zeros(1, reports.dtype))).take(at)
        recorded = _Rows(rows, unit, found, at >= 0)[self._judged[unit]]
        versions = ledger.versions.part(number, count)
        reports, wrote = reports.compress(left), wrote[left]
        others = np.isin(reports["key"], ledger.requests_of_others.part(number, count)["key"])
        return recorded, self._unrecorded(reports, np.where(others, ELSEWHERE, wrote), versions)

    def _unrecorded(self, reports: NDArray[Any], wrote: Numbers, versions: NDArray[Any]) -> _Rows:
        """Return the requests that have a report alone and are an environment's; count the others."""
        elsewhere = wrote == ELSEWHERE
        self.unplaced.elsewhere += int(elsewhere.sum())
        self.reports_without_request += len(reports)
        unknown = reports.compress(wrote == UNKNOWN)
        if len(unknown):
            arms = self._version_arms.of(unknown["key"], versions)
            at = arms, unknown["outcome"]
            names = ("ms",) if self._waits.provisioned.all() else ("ms", "init", "restore")
            waited = sum(np.nan_to_num(unknown[name]) for name in names)
            np.add.at(self.unplaced.by_arm, at, 1)
            np.add.at(self.unplaced.user_ms, at, waited)
            billed = np.nan_to_num(unknown["billed"])
            np.add.at(self.unplaced.billed_ms, at, billed)
            first = ~(np.isnan(unknown["init"]) & np.isnan(unknown["restore"]))
            for into, ms in zip(self.unplaced.after_init, (first, waited, billed), strict=True):
                into += np.bincount(unknown["outcome"], ms * first, OUTCOMES)  # noqa: PLW2901  # in place
        placed = reports.compress(wrote >= 0)
        rows = np.zeros(len(placed), self._ledger.invocations.dtype)
        for name in ("key", "ms"):
            rows[name] = placed[name]
        rows["at"] = placed["at"] - placed["ms"]
        rows["process"], rows["touched"] = NO_PROCESS, -1
        rows["start"] = START_CODES["warm"]
        rows["start"][~np.isnan(placed["init"])] = COLD
        rows["start"][~np.isnan(placed["restore"])] = SNAPSTART
        unit = wrote[wrote >= 0]
        cold = rows["start"] == COLD
        proactive, provisioned = self._waits.ahead(unit, rows["at"] - placed["init"])
        rows["start"][cold & proactive] = START_CODES["proactive"]
        rows["start"][cold & provisioned] = START_CODES["provisioned"]
        self._waits.see(unit, rows["at"])
        return _Rows(rows, unit, placed, np.ones(len(placed), np.bool_))

    def _aside(self, of: _Rows) -> Flags:
        """Choose the requests whose INIT depends on all others."""
        aside: Flags = ~of.reported & (of.rows["start"] == COLD)
        return aside | self._waits.concerns(of.rows["process"], of.unit, self._first(of.rows))

    def _first(self, rows: NDArray[Any]) -> Flags:
        first: Flags = rows["n"] == self._first_n[rows["process"]]
        return first

    def _without_records(self, of: _Rows) -> Requests:
        """Finish requests that have a report alone: what the adapter would have measured is not known."""
        waited, doubtful = self._waits.cut_before(of.unit, of.rows["at"])
        of.rows["start"][waited > 0] = COLD
        of.rows["doubtful"] = doubtful
        init = np.where(of.rows["start"] == COLD, np.nan_to_num(of.found["init"]), 0.0) + np.nan_to_num(
            waited
        )
        init += np.where(of.rows["start"] == SNAPSTART, np.nan_to_num(of.found["restore"]), 0.0)
        first = of.rows["start"] != START_CODES["warm"]
        return _requests(of, first, init, np.nan_to_num(waited) > 0, recorded=False)

    def _restore(self, found: NDArray[Any], reported: Flags) -> Vector:
        """Return how long each restore took, as only Lambda tells it; a lab restores nothing."""
        took = np.where(reported, found["restore"], np.nan)
        return took if place_of(self._ledger.labs) == "lambda" else np.nan_to_num(took)

    def _finished(self, of: _Rows, waits: InitWaits | None) -> Requests:
        """Add INIT and restores; `waits` tells the INIT of those that `_aside` chose."""
        rows, found, reported = of.rows, of.found, of.reported
        if len(rows) and self._ledger.cold_pings:  # INIT went to a ping: the requests after it are warm
            pinged = np.isin(rows["process"], list(self._ledger.cold_pings))
            rows = rows.copy()
            rows["start"][pinged] = START_CODES["warm"]
        cold, first, cut_before = rows["start"] == COLD, self._first(rows), np.zeros(len(rows), np.bool_)
        init = np.where(cold & reported, found["init"], 0.0)
        if waits is not None:
            own, self.imports_counted = waits.own_init(rows["process"][cold & ~reported])
            init[cold & ~reported] = own
            cut, doubtful = waits.cut_before(of.unit, rows["at"])
            again = waits.ran_again(rows["process"])
            # A second INIT is a part of the request; whether a first one was lost is told by the log stream.
            init = np.where(again & reported & np.isnan(init), 0.0, init)
            unknown = again & np.isnan(cut) & waits.may_have_lost(of.unit, rows["at"])
            lost = np.where(unknown, np.nan, np.nan_to_num(cut))
            init += np.where(first & cold, lost, 0.0)
            cut_before = first & cold & (np.nan_to_num(cut) > 0)
            rows["doubtful"] |= (doubtful & first & cold).astype(np.int8)
        init += np.where(rows["start"] == SNAPSTART, self._restore(found, reported), 0.0)
        return _requests(_Rows(rows, of.unit, found, reported), first, init, cut_before)


def _requests(of: _Rows, first: Flags, init: Vector, cut: Flags, *, recorded: bool = True) -> Requests:
    told = {name: np.where(of.reported, of.found[name], np.nan) for name in ("billed", "used", "memory")}
    return Requests(
        rows=of.rows,
        unit=of.unit,
        first=first,
        init_ms=init,
        user_ms=np.where(of.reported, of.found["ms"], of.rows["ms"]) + init,
        billed_ms=told["billed"],
        used_mb=told["used"],
        memory_mb=told["memory"],
        outcome=of.found["outcome"],
        cut=cut,
        failed=(of.rows["failed"] == 1) | (of.reported & (of.found["outcome"] > 0)),
        reported=of.reported,
        recorded=recorded,
    )


def _recorded(rows: NDArray[Any], pings: NDArray[Any], units: Numbers) -> Recorded:
    """Return what records tell that decides which report is theirs: of requests, then of pings."""
    keys, at, ms = (np.concatenate((rows[name], pings[name])) for name in ("key", "at", "ms"))
    pinged = np.zeros(len(pings), np.bool_)  # no event that is tried again
    after_init = np.concatenate((rows["start"] != START_CODES["warm"], pinged))
    failed = np.concatenate((rows["failed"] == 1, pinged))
    return Recorded(keys, units, at, ms, after_init, failed)


def _together(parts: list[_Rows]) -> _Rows:
    return _Rows(*(np.concatenate([getattr(part, name) for part in parts]) for name in _Rows.__slots__))


def _first_requests(ledger: Ledger) -> Numbers:
    """Return the `n` of each process's first invocation that was no ping; the last is of no process."""
    first = np.ones(len(ledger.process_units) + 1, np.int64)
    first[NO_PROCESS] = -1
    pings = [ledger.pings.part(number, ledger.pings.parts) for number in range(ledger.pings.parts)]
    rows = np.concatenate([part[["process", "n"]] for part in pings])
    for process, n in np.unique(rows):  # in order of n
        first[process] += n == first[process]
    return first
