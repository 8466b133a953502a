"""Requests that left no record, told by what the records of their environment lack.

A process counts its invocations, so a number that is missing was an invocation without a record. A process
that ended without a word, in an environment that went on with another one, was ended inside an invocation.
An export without log streams does not tell whose a report without a record is. Where it holds exactly as many
of them as records are missing, the gaps do.
"""

from dataclasses import dataclass

import numpy as np

from telemetry.report.read.columns import Flags, Numbers
from telemetry.report.read.environments import births_of_processes, cut_off_units, ended_processes
from telemetry.report.read.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Missing:
    """Invocations that left no record, by unit."""

    numbered: Numbers
    """Numbers that are missing among those of a process."""
    restarts: Numbers
    """Processes that ended without a word, and were followed by another one."""
    first: Flags
    """The first request of the unit is among them."""

    def explaining(self, reports: int) -> Numbers | None:
        """Return whose so many reports without a record are; None where the gaps do not add up to them."""
        for found in (self.numbered + self.restarts, self.numbered, self.restarts):
            if reports and int(found.sum()) == reports:
                return found
        return None

    def restarted(self, reports: int) -> Flags:
        """Say whose processes so many failed requests ended; nobody's where the gaps do not tell it."""
        whose = self.explaining(reports)
        return np.zeros(len(self.restarts), np.bool_) if whose is None else whose > self.numbered


class Gaps:
    """Sees all invocations, pings too, part by part."""

    def __init__(self, ledger: Ledger) -> None:
        processes = len(ledger.process_units)
        self._ledger = ledger
        self._last = np.zeros(processes, np.int64)
        self._seen = np.zeros(processes, np.int64)
        self._least = np.full(processes, np.iinfo(np.int64).max)

    def see(self, process: Numbers, n: Numbers) -> None:
        """Take the numbers of some invocations, each once."""
        process, n = process.astype(np.int64), n.astype(np.int64)  # `ufunc.at` converts them one by one
        np.maximum.at(self._last, process, n)
        np.minimum.at(self._least, process, n)
        self._seen += np.bincount(process, minlength=len(self._seen))

    def missing(self, judged: Flags) -> Missing:
        """Count by unit; `judged` says which units are of the function that is judged."""
        ledger = self._ledger
        units, unit_of = len(ledger.units), np.asarray(ledger.process_units, np.int64)
        begun = np.isnan(births_of_processes(ledger)[:-1]) & (self._seen > 0)  # before the log
        gaps = np.maximum(self._last - self._seen - np.where(begun, self._least - 1, 0), 0)
        gaps[list(ledger.batching)] = 0  # requests of a batch have no number
        numbered = np.bincount(unit_of, gaps, minlength=units).astype(np.int64)
        last = np.zeros(units, np.int64)
        np.maximum.at(last, unit_of, np.arange(len(unit_of)))
        silent = np.ones(len(unit_of), np.bool_)
        silent[ended_processes(ledger)] = False
        silent[last] = False  # it may be the one that lives
        restarts = np.bincount(unit_of, silent, minlength=units).astype(np.int64)
        earliest = np.unique(unit_of, return_index=True)[1]
        first = np.zeros(units, np.bool_)
        first[unit_of[earliest]] = self._least[earliest] > 1
        first &= (numbered + restarts > 0) & ~cut_off_units(ledger)
        return Missing(np.where(judged, numbered, 0), np.where(judged, restarts, 0), first & judged)
