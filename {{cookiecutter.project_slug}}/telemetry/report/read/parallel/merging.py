"""What one process read, in a file for another: tables as they are, and all else that a ledger keeps.

Merged in the order of the log, ledgers of its pieces are the ledger of the whole log, row by row: numbers are
given in the order in which names were first seen, and a number of a piece becomes that of the whole.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from io import BufferedIOBase
from typing import IO, Any, Final, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from adapter.placement import Placement
from telemetry.report.read.columns import Numbers, SpillingTable, Table
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.reader import Counts, Reader
from telemetry.report.read.records import Lab
from telemetry.report.read.tables import WHOLE
from telemetry.report.read.units import Description

TABLES: Final = (
    "invocations", "pings", "reports", "versions", "requests_of_others", "startups", "resources", "repeats",
    "shutdowns",
)  # fmt: skip
BATCH: Final = 2**22
"""Bytes of rows that are copied at once."""
Renumber: TypeAlias = Callable[[Numbers], Numbers]


class Portion(msgspec.Struct, frozen=True):
    """A ledger and the counts of its reader, without the rows of its tables.

    Of a plain file of lines, which names no log streams.
    """

    rows: dict[str, int]
    """How many each table has; they follow, table by table."""
    counts: Counts
    processes: list[tuple[str, str, Placement]]
    """Environment, process and arm, by number."""
    descriptions: list[tuple[int, Description]]
    cold_pings: list[int]
    batching: list[int]
    startup_processes: list[tuple[str, int]]
    restored: list[tuple[int, str]]
    births: list[tuple[int, float]]
    ended: list[tuple[str, str]]
    touched_sets: list[list[str]]
    resource_names: list[str]
    version_names: list[str]
    state_keys: list[str]
    services: dict[str, list[str]]
    pythons: dict[str, int]
    state_methods: dict[str, int]
    planned: list[int]
    others: list[str]
    labs: list[Lab]
    unplaced_cuts: int


def write_portion(ledger: Ledger, reader: Reader, file: IO[bytes]) -> None:
    """Write what was read."""
    tables: Mapping[str, Table | SpillingTable] = {name: getattr(ledger, name) for name in TABLES}
    arms = [ledger.units[unit].placement for unit in ledger.process_units]
    portion = Portion(
        rows={name: sum(map(len, batches(table))) for name, table in tables.items()},
        counts=reader.counts(),
        processes=[(*identity, arms[number]) for identity, number in ledger.processes.items()],
        descriptions=list(ledger.descriptions),
        cold_pings=sorted(ledger.cold_pings),
        batching=sorted(ledger.batching),
        startup_processes=list(ledger.startup_processes.items()),
        restored=list(ledger.restored.items()),
        births=list(ledger.births.items()),
        ended=list(ledger.ended),
        touched_sets=list(map(sorted, ledger.touched_sets)),
        resource_names=list(ledger.resource_names),
        version_names=list(ledger.version_names),
        state_keys=sorted(ledger.state_keys),
        services={name: sorted(functions) for name, functions in ledger.services.items()},
        pythons=dict(ledger.pythons),
        state_methods=dict(ledger.state_methods),
        planned=sorted(ledger.planned),
        others=sorted(ledger.others),
        labs=ledger.labs,
        unplaced_cuts=ledger.streams.unplaced_cuts,
    )
    head = msgspec.msgpack.encode(portion)
    file.write(len(head).to_bytes(8, "little"))
    file.write(head)
    for table in tables.values():
        for rows in batches(table):
            file.write(rows.data)


def merge(ledger: Ledger, reader: Reader, file: BufferedIOBase) -> None:
    """Take what `write_portion` wrote, as if the ledger and its reader had read it now."""
    size = int.from_bytes(file.read(8), "little")
    portion = msgspec.msgpack.decode(file.read(size), type=Portion)
    reader.add(portion.counts)
    process = [ledger.process(*identity) for identity in portion.processes]
    _merge_processes(ledger, portion, process)
    _merge_names(ledger, portion)
    columns: dict[str, Renumber] = {
        "process": _by(process),
        "touched": _by(_numbers(ledger.touched_sets, map(frozenset, portion.touched_sets))),
        "name": _by(_numbers(ledger.resource_names, portion.resource_names), WHOLE),
        "version": _by(_numbers(ledger.version_names, portion.version_names)),
        "ended": _by(_numbers(ledger.ended, portion.ended)),
    }
    for name in TABLES:
        table: Table | SpillingTable = getattr(ledger, name)
        for rows in _read(file, table.dtype, portion.rows[name]):
            for column in columns.keys() & set(table.dtype.names or ()):
                rows[column] = columns[column](rows[column])
            table.extend(rows)


def _merge_processes(ledger: Ledger, portion: Portion, process: list[int]) -> None:
    for number, said in portion.descriptions:
        ledger.describe(process[number], said)
    for number, at in portion.births:
        ledger.saw_first(process[number], at)
    ledger.cold_pings.update(process[number] for number in portion.cold_pings)
    ledger.batching.update(process[number] for number in portion.batching)
    ledger.startup_processes.update((name, process[number]) for name, number in portion.startup_processes)
    ledger.restored.update((process[number], name) for number, name in portion.restored)


def _merge_names(ledger: Ledger, portion: Portion) -> None:
    ledger.state_keys.update(portion.state_keys)
    for service, functions in portion.services.items():
        ledger.services.setdefault(service, set()).update(functions)
    ledger.pythons.update(portion.pythons)
    ledger.state_methods.update(portion.state_methods)
    ledger.planned.update(portion.planned)
    ledger.others.update(portion.others)
    ledger.streams.unplaced_cuts += portion.unplaced_cuts
    for lab in portion.labs:
        ledger.enter_lab(lab)


def _numbers(known: dict[Any, int], names: Iterable[Any]) -> list[int]:
    """Number names as if they were seen now; return the number of each."""
    return [known.setdefault(name, len(known)) for name in names]


def _by(numbers: list[int], *beyond: int) -> Renumber:
    """Return what replaces numbers of a piece; the last of `beyond` is what stands for -1."""
    table = np.asarray([*numbers, *beyond], np.int64)
    return table.__getitem__


def batches(table: Table | SpillingTable) -> Iterator[NDArray[Any]]:
    """Yield all rows of a table."""
    if isinstance(table, SpillingTable):
        yield from table.batches()
    else:
        yield table.array()


def _read(file: BufferedIOBase, of: "np.dtype[Any]", rows: int) -> Iterator[NDArray[Any]]:
    """Yield rows, a few megabytes at a time; they can be written to."""
    most = BATCH // of.itemsize
    for begin in range(0, rows, most):
        found = np.empty(min(most, rows - begin), of)
        if file.readinto(found.data) != found.nbytes:
            raise OSError("the rows of a piece end too early")
        yield found
