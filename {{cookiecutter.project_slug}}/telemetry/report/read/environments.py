"""What all records together tell of environments: which wrote which log stream, and how processes ended."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from telemetry.report.read.columns import Flags, Numbers, Vector
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.records import SNAP_START


def stream_units(ledger: Ledger) -> Numbers:
    """Return the unit that wrote each log stream, by the stream's number: see `Streams.units`."""
    judged, others = ledger.judged(), set(ledger.others)
    units: dict[str, list[int]] = {}
    for unit in ledger.units:
        if judged[unit.number]:
            units.setdefault(unit.environment, []).append(unit.number)
        else:
            others.add(unit.environment)
    return ledger.streams.units(units, others.__contains__)


def init_types(ledger: Ledger) -> list[str | None]:
    """Return how each unit was initialised, in the words of `AWS_LAMBDA_INITIALIZATION_TYPE`.

    One that left no startup is like all others of its version, or of its lab run; None where these differ.
    """
    copies = {ledger.process_units[process] for process in ledger.restored}
    own = [SNAP_START if unit.number in copies else unit.init_type for unit in ledger.units]
    of_version: dict[str | None, set[str]] = {}
    for unit, found in zip(ledger.units, own, strict=True):
        if found is not None:
            of_version.setdefault(unit.version, set()).add(found)
    run = {lab.init_type for lab in ledger.labs}
    of_run = next(iter(run)) if len(run) == 1 else None
    return [
        found or _only(of_version.get(unit.version, set())) or of_run
        for unit, found in zip(ledger.units, own, strict=True)
    ]


def _only(values: set[str]) -> str | None:
    return next(iter(values)) if len(values) == 1 else None


def ended_processes(ledger: Ledger) -> Numbers:
    """Return the processes of which a record says that they serve nothing any more."""
    numbers = _numbers(ledger)
    return numbers[numbers >= 0]


def shutdowns_of(ledger: Ledger) -> NDArray[Any]:
    """Return the shutdowns at the end of processes that are judged, each once: `process`, `ms` and `at`."""
    rows, _ = ledger.shutdowns.deduplicated("key")
    found = np.empty(len(rows), [("process", np.int64), ("ms", np.float64), ("at", np.float64)])
    found["process"], found["ms"], found["at"] = _numbers(ledger)[rows["ended"]], rows["ms"], rows["at"]
    return ledger.of_judged(found[found["process"] >= 0])


def _numbers(ledger: Ledger) -> Numbers:
    """Return the process of each ending; -1 where nothing else was recorded of it."""
    return np.asarray([ledger.processes.get(identity, -1) for identity in ledger.ended], np.int64)


def births_of_processes(ledger: Ledger) -> Vector:
    """Return when the first record of each process was written, in Unix milliseconds; the last is of none."""
    found: Vector = np.full(len(ledger.process_units) + 1, np.nan)
    found[list(ledger.births)] = list(ledger.births.values())
    return found


def cut_off_units(ledger: Ledger) -> Flags:
    """Say which units began before the log does: of a process of theirs the first records are not in it.

    A log may be a stretch of time, and environments that were alive at its beginning go on in it. Where no
    process has first records, as in sums of Logs Insights, nothing tells it.
    """
    found = np.zeros(len(ledger.units), np.bool_)
    if ledger.births:
        unknown = np.isnan(births_of_processes(ledger)[:-1])
        found[np.asarray(ledger.process_units, np.int64)[unknown]] = True
    return found


def snapshot_units(ledger: Ledger) -> list[int]:
    """Return the numbers of units that are no environments, but what a snapshot was taken of."""
    return [ledger.process_units[process] for process in ledger.startup_processes.values()]
