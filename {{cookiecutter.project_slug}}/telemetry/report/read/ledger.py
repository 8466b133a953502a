"""Everything that is kept of the records: environments in their arms, and tables of numbers."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adapter.placement import Placement
from telemetry.report.read import tables
from telemetry.report.read.columns import Flags
from telemetry.report.read.keys import key_of, key_of_all
from telemetry.report.read.names import printable
from telemetry.report.read.origin import Origin
from telemetry.report.read.parallel import rows
from telemetry.report.read.platform.events import PlatformEvent, PlatformInit, PlatformReport, PlatformStart
from telemetry.report.read.platform.json_lines import Report
from telemetry.report.read.records import (
    SNAP_START,
    Assigned,
    Common,
    End,
    Fallback,
    Invocation,
    Lab,
    Record,
    Resource,
    Shutdown,
    Startup,
    Warm,
    request_ids_of,
)
from telemetry.report.read.streams import NO_STREAM, Streams, at_of
from telemetry.report.read.tables import WHOLE
from telemetry.report.read.units import START_CODES, Description, Unit, said_by


class Ledger:
    """Takes records in any order. A request, startup or resource that comes twice is kept once.

    Memory grows with environments, not with requests. What is entered here can be merged with what another
    ledger was given (`merging`): a new field has to be merged there.
    """

    def __init__(self, service: str | None = None, function: str | None = None) -> None:
        self.units: list[Unit] = []
        self.processes: dict[tuple[str, str], int] = {}
        """Number of each process, by environment and process."""
        self.process_units: list[int] = []
        """Number of the unit of each process; rows name processes by number."""
        self.invocations = tables.invocations()
        self.pings = tables.pings()
        self.reports = tables.reports()
        self.versions = tables.versions()
        self.requests_of_others = tables.requests_of_others()
        self.startups = tables.startups()
        self.resources = tables.resources()
        self.repeats = tables.repeats()
        self.shutdowns = tables.shutdowns()
        self.ended: dict[tuple[str, str], int] = {}
        """Environment and process of each shutdown and last record; they need not have other records."""
        self.births: dict[int, float] = {}
        """Unix milliseconds of the earliest of the first records of a process: see `Unit.born`."""
        self.resource_names: dict[str, int] = {}
        """As they were recorded, whatever they hold."""
        self.version_names: dict[str, int] = {}
        self.streams = Streams()
        self.cold_pings: set[int] = set()
        """Processes whose INIT went to a ping."""
        self.batching: set[int] = set()
        """Processes of which several requests share a record."""
        self.startup_processes: dict[str, int] = {}
        """The process of each startup that went into a snapshot."""
        self.restored: dict[int, str] = {}
        """The startup that each restored process has from its snapshot; empty where none is named."""
        self.descriptions: dict[tuple[int, Description], None] = {}
        """What was said of environments, by process and in that order."""
        self.touched_sets: dict[frozenset[str], int] = {}
        """Sets of state keys that a request read, and the number that stands for each in the rows."""
        self.state_keys: set[str] = set()
        self.services: dict[str, set[str]] = {}
        """The services seen, in that order, and the functions that their records name."""
        self.pythons: Counter[str] = Counter()
        self.state_methods: Counter[str] = Counter()
        self.planned: set[int] = set()
        """Environments in every arm, as the experiments declared it."""
        self.labs: list[Lab] = []
        self.service = service
        self.function = function
        """Judge the environments of this function alone; None where all are of one."""
        self.others: set[str] = set()
        """Environments of the other services."""
        self._touched_rows: dict[tuple[str, ...], int] = {}
        self._units: dict[tuple[str, Placement], Unit] = {}
        self._enter: dict[type, Callable[[Any, Origin | None], int | None]] = {
            Invocation: self._invocation,
            Warm: self._warm,
            Assigned: self._assigned,
            Startup: self._startup,
            Resource: self._resource,
            Shutdown: self._shutdown,
            Fallback: self._fallback,
            End: self._end,
        }

    def enter(self, record: Record, origin: Origin | None = None) -> None:
        """Take one record."""
        self.enter_all([record], [origin])

    def enter_all(self, records: Iterable[Record], origins: Iterable[Origin | None] = repeat(None)) -> None:
        """Take records in a row, and where each came from: that takes less time than one by one."""
        rows.enter_in_turn(zip(records, origins, strict=False), self.processes.get, self._take, self._add)

    def _add(self, records: Sequence[Invocation], processes: Sequence[int]) -> None:
        table = self.invocations
        table.extend(rows.invocation_rows(table.dtype, records, processes, self._touched))

    def _take(self, record: Record, origin: Origin | None) -> int | None:
        """Take all that a record says beside the row of a request; return the process that the row is of.

        Records that carry no number are known to the reader's count only.
        """
        if type(record) is Lab:
            self.enter_lab(record)
            return None
        service = record.service
        functions = self.services.get(service) or self.services.setdefault(service, set())
        if function := getattr(record, "function", None):  # some kinds have no such field
            functions.add(function)
        enter = self._enter.get(type(record))
        if self.service is None or service == self.service:
            return None if enter is None else enter(record, origin)
        if enter is not None and isinstance(record, Common):
            self.others.add(record.environment)
            for request_id in request_ids_of(record):
                self.requests_of_others.append(key_of(request_id))
        return None

    def enter_lab(self, record: Lab) -> None:
        """Take what a lab says of a run, in the place of what it said when the run began."""
        self.labs = [*(lab for lab in self.labs if lab.run != record.run or not lab.run), record]

    def enter_platform(self, event: PlatformEvent, origin: Origin | None = None) -> None:
        """Take what the platform says; joined with the records later, by request id and by log stream."""
        if isinstance(event, PlatformReport):
            rows.add_report(self.reports, event, self.streams.number(origin), at_of(origin))
        elif isinstance(event, PlatformInit):
            self.streams.enter(event, origin)
        elif isinstance(event, PlatformStart) and event.version and (origin is None or origin.stream is None):
            number = self.version_names.setdefault(event.version, len(self.version_names))
            self.versions.append(key_of(event.request_id), number)

    def enter_reports(self, reports: Sequence[Report]) -> None:
        """Take what the platform says of requests, in lines of which no export says where they came from."""
        self.reports.extend(rows.report_rows(self.reports.dtype, reports, NO_STREAM, np.nan))

    def _invocation(self, record: Invocation, origin: Origin | None) -> int | None:
        """Return the process that served a request; None of a ping."""
        process = self._process(record, record.placement, origin)
        if record.n == 1 or record.start != "warm":
            self.describe(process, said_by(record))
            self.saw_first(process, record.at)
            if record.start == "snapstart":
                self.restored[process] = record.startup_id or ""
        if not record.ping:
            return process
        self.pings.append(key_of(record.request_id), process, record.n, record.duration_ms, record.at)
        if record.start != "warm":
            self.cold_pings.add(process)
        return None

    def _warm(self, record: Warm, origin: Origin | None) -> None:
        """Take each request of a batch, which tells how many of them read a key; only the number is used."""
        process = self._process(record, record.placement, origin)
        self.batching.add(process)
        for number, (request_id, ms) in enumerate(zip(record.request_ids, record.durations_ms, strict=True)):
            touched = self._touched(key for key, count in record.touched.items() if number < count)
            self.invocations.append(
                key_of(request_id), process, touched, 0, START_CODES["warm"], False, False, ms, 0.0, 0.0,
                record.at,
            )  # fmt: skip

    def _touched(self, keys: Iterable[str]) -> int:
        row = tuple(keys)
        number = self._touched_rows.get(row)  # a set is made once, not for each request
        if number is None:
            number = self.touched_sets.setdefault(frozenset(row), len(self.touched_sets))
            self._touched_rows[row] = number
        return number

    def _assigned(self, record: Assigned, origin: Origin | None) -> None:
        process = self._process(record, record.placement, origin)
        self.describe(process, said_by(record))
        self.saw_first(process, record.at)
        if record.planned is not None:
            self.planned.add(record.planned)

    def _startup(self, record: Startup, origin: Origin | None) -> None:
        key = key_of_all(record.environment, record.process, str(record.ordinal))
        process, complete = self._process(record, record.placement, origin), record.outcome == "complete"
        self.describe(process, said_by(record))
        self.saw_first(process, record.at)
        if record.init_type == SNAP_START and complete:
            self.startup_processes[record.startup_id or f"{record.process}-{record.ordinal}"] = process
        if record.ordinal > 1:
            self.repeats.append(key, process, WHOLE, complete, record.duration_ms)
            return
        self.startups.append(
            key, process, record.phase == "init" and not record.reinit, record.reinit, complete,
            record.duration_ms, _number(record.cpu_ms), _number(record.init_ms), _number(record.state_bytes),
            _number(record.state_share), _number(record.rss_bytes), _number(record.native_bytes),
            _number(record.py_blocks), record.at,
        )  # fmt: skip
        self.state_keys.update(record.state_keys)
        if self.function in {None, self.units[self.process_units[process]].function}:
            self._describe(record)

    def _describe(self, record: Startup) -> None:
        if record.python is not None:
            self.pythons[printable(record.python)] += 1
        if record.state_method is not None:
            self.state_methods[printable(record.state_method)] += 1

    def _resource(self, record: Resource, origin: Origin | None) -> None:
        name = self.resource_names.setdefault(record.resource, len(self.resource_names))
        key = key_of_all(record.environment, record.process, str(record.ordinal), record.resource)
        process = self._process(record, record.placement, origin)
        if record.ordinal > 1:
            self.repeats.append(key, process, name, record.error is None, record.duration_ms)
            return
        self.resources.append(
            key, process, name, record.overlapped, record.error is not None, record.duration_ms,
            _number(record.cpu_ms), _number(record.rss_bytes), _number(record.native_bytes),
            _number(record.py_blocks), _number(record.modules), record.at,
        )  # fmt: skip

    def _shutdown(self, record: Shutdown, _origin: Origin | None) -> None:
        if record.phase == "shutdown":
            number = self.ended.setdefault((record.environment, record.process), len(self.ended))
            key = key_of_all(record.environment, record.process, str(record.ordinal))
            self.shutdowns.append(key, number, record.duration_ms, record.at)

    def _end(self, record: End, _origin: Origin | None) -> None:
        self.ended.setdefault((record.environment, record.process), len(self.ended))

    def _fallback(self, record: Fallback, origin: Origin | None) -> None:
        self.describe(self._process(record, record.placement, origin), Description(fell_back=True))

    def describe(self, process: int, said: Description) -> None:
        """Take what a record of a process says of its environment."""
        if (process, said) not in self.descriptions:
            self.descriptions[process, said] = None
            self.units[self.process_units[process]].describe(said)

    def saw_first(self, process: int, at: float) -> None:
        """Take when one of the first records of a process was written, in Unix milliseconds."""
        if not self.births.get(process, math.inf) <= at:
            self.births[process] = at
            unit = self.units[self.process_units[process]]
            unit.born = at if unit.born is None else min(unit.born, at)

    def judged(self) -> Flags:
        """Say which units are of the function that is judged."""
        return np.asarray([self.function in {None, unit.function} for unit in self.units], np.bool_)

    def of_judged(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Leave out the rows of processes that are of another function than the one that is judged."""
        if self.function is None:
            return rows
        of_process: Flags = self.judged()[np.asarray(self.process_units, np.int64)]
        mine: NDArray[Any] = rows[of_process[rows["process"]]]
        return mine

    def process(self, environment: str, process: str, placement: Placement) -> int:
        """Return the number of a process, in the arm that it was first seen in."""
        identity = (environment, process)
        number = self.processes.get(identity)
        if number is None:
            unit = self._units.get((environment, placement))
            if unit is None:
                unit = Unit(len(self.units), placement, environment)
                self._units[environment, placement] = unit
                self.units.append(unit)
            number = self.processes[identity] = len(self.process_units)
            self.process_units.append(unit.number)
        return number

    def _process(self, record: Common, placement: Placement, origin: Origin | None) -> int:
        """Return the number of the record's process."""
        if (record.environment, record.process) not in self.processes:
            self.streams.saw(origin, record.environment)
        return self.process(record.environment, record.process, placement)


def _number(value: float | None) -> float:
    return np.nan if value is None else value
