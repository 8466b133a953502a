"""Everything that is kept of the records: environments in their arms, and tables of numbers."""

import math
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adapter.placement import Placement
from telemetry.report.read.columns import Flags, Numbers, SpillingTable, Table
from telemetry.report.read.names import printable
from telemetry.report.read.origin import Origin
from telemetry.report.read.platform import PlatformEvent, PlatformInit, PlatformReport, PlatformStart
from telemetry.report.read.records import (
    Assigned,
    Common,
    Fallback,
    Invocation,
    Lab,
    Record,
    Resource,
    Shutdown,
    Startup,
    Warm,
)
from telemetry.report.read.streams import Streams, at_of
from telemetry.report.read.units import OUTCOME_CODES, START_CODES, Unit

NAN = math.nan
AT_ONCE_MS, PROACTIVE_MS = 100.0, 10_000.0
"""Between these two, the gap between INIT and the first request does not tell whether the request waited."""
SNAP_START = "snap-start"
MOST_COUNTED = 2**31 - 1
WHOLE = -1
"""In the place of a resource: the startup as a whole."""


class Ledger:
    """Takes records in any order. A request, startup or resource that comes twice is kept once.

    Memory grows with environments, not with requests. Keys are 64-bit hashes: two of a million different ones
    meet with a chance of 3e-8.
    """

    def __init__(self, service: str | None = None, function: str | None = None) -> None:
        self.units: list[Unit] = []
        self.process_units: list[int] = []
        """Number of the unit of each process; rows name processes by number."""
        self.invocations = SpillingTable(
            "key", key="i8", process="i4", touched="i4", n="i4", start="i1", failed="i1", doubtful="i1",
            ms="f8", startup="f8", shutdown="f8", at="f8",
        )  # fmt: skip
        """`n` counts the invocations of a process from 1, and is 0 in a batch; `doubtful` are cold starts
        after a gap that does not tell whether INIT was waited for.
        """
        self.pings = SpillingTable("key", key="i8", process="i4", n="i4", ms="f8", at="f8")
        """Invocations that were no requests."""
        self.reports = SpillingTable(
            "key", key="i8", stream="i4", outcome="i1", ms="f8", billed="f8", init="f8", restore="f8",
            used="f8", memory="f8", at="f8",
        )  # fmt: skip
        self.versions = SpillingTable("key", key="i8", version="i4")
        """What the platform said of the version as a request began; only of streams that are not known."""
        self.startups = Table(
            key="i8", process="i4", in_init="i1", again="i1", complete="i1", wall="f8", cpu="f8", init="f8",
            state="f8", share="f8", rss="f8", native="f8", blocks="f8", at="f8",
        )  # fmt: skip
        """First ones of their process; so the next. `again` are those of an INIT that ran a second time,
        inside a request.
        """
        self.resources = Table(
            key="i8", process="i4", name="i4", overlapped="i1", failed="i1", wall="f8", cpu="f8", rss="f8",
            native="f8", blocks="f8",
        )  # fmt: skip
        self.repeats = SpillingTable("process", key="i8", process="i4", name="i4", complete="i1", wall="f8")
        """Startups and resources that are not the first of their process; a startup's name is `WHOLE`."""
        self.shutdowns = Table(key="i8", process="i4", ms="f8")
        """At the end of a process."""
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
        self._units: dict[tuple[str, Placement], Unit] = {}
        self._processes: dict[tuple[str, str], int] = {}
        self._enter: dict[type, Callable[[Any, Origin | None], None]] = {
            Invocation: self._invocation,
            Warm: self._warm,
            Assigned: self._assigned,
            Startup: self._startup,
            Resource: self._resource,
            Shutdown: self._shutdown,
            Fallback: self._fallback,
        }

    def enter(self, record: Record, origin: Origin | None = None) -> None:
        """Take one record; those that carry no number are known to the reader's count only."""
        if isinstance(record, Lab):
            begun = [lab for lab in self.labs if lab.run != record.run or not lab.run]
            self.labs = [*begun, record]
            return
        service = record.service
        functions = self.services.setdefault(service, set())
        if isinstance(record, Assigned | Startup | Invocation) and record.function is not None:
            functions.add(record.function)
        enter = self._enter.get(type(record))
        if enter is None:
            return
        if self.service is None or service == self.service:
            enter(record, origin)
        elif isinstance(record, Common):
            self.others.add(record.environment)

    def enter_platform(self, event: PlatformEvent, origin: Origin | None = None) -> None:
        """Take what the platform says; joined with the records later, by request id and by log stream."""
        if isinstance(event, PlatformReport):
            self.reports.append(
                hash(event.request_id), self.streams.number(origin), OUTCOME_CODES[event.status],
                event.duration_ms, _number(event.billed_ms), _number(event.init_ms),
                _number(event.restore_ms), _number(event.used_mb), _number(event.memory_mb), at_of(origin),
            )  # fmt: skip
        elif isinstance(event, PlatformInit):
            self.streams.enter(event, origin)
        elif isinstance(event, PlatformStart) and event.version and (origin is None or origin.stream is None):
            number = self.version_names.setdefault(event.version, len(self.version_names))
            self.versions.append(hash(event.request_id), number)

    def _invocation(self, record: Invocation, origin: Origin | None) -> None:
        process = self._process(record, record.placement, origin)
        if record.n == 1 or record.start != "warm":
            self.units[self.process_units[process]].describe(record)
            if record.start == "snapstart":
                self.restored[process] = record.startup_id or ""
        if record.ping:
            self.pings.append(hash(record.request_id), process, record.n, record.duration_ms, record.at)
            if record.start != "warm":
                self.cold_pings.add(process)
            return
        failed = record.status is None or record.status >= 500
        gap = record.gap_ms
        doubtful = gap is not None and record.start == "cold" and AT_ONCE_MS < gap <= PROACTIVE_MS
        self.invocations.append(
            hash(record.request_id), process, self._touched(record.touched), min(record.n, MOST_COUNTED),
            START_CODES[record.start], failed, doubtful, record.duration_ms, record.startup_ms,
            record.shutdown_ms, record.at,
        )  # fmt: skip

    def _warm(self, record: Warm, origin: Origin | None) -> None:
        """Take each request of a batch, which tells how many of them read a key; only the number is used."""
        process = self._process(record, record.placement, origin)
        self.batching.add(process)
        for number, (request_id, ms) in enumerate(zip(record.request_ids, record.durations_ms, strict=True)):
            touched = self._touched(key for key, count in record.touched.items() if number < count)
            self.invocations.append(
                hash(request_id), process, touched, 0, START_CODES["warm"], False, False, ms, 0.0, 0.0,
                record.at,
            )  # fmt: skip

    def _touched(self, keys: Iterable[str]) -> int:
        return self.touched_sets.setdefault(frozenset(keys), len(self.touched_sets))

    def _assigned(self, record: Assigned, origin: Origin | None) -> None:
        unit = self.units[self.process_units[self._process(record, record.placement, origin)]]
        unit.experiment = record.experiment
        unit.describe(record)
        if record.planned is not None:
            self.planned.add(record.planned)

    def _startup(self, record: Startup, origin: Origin | None) -> None:
        key = hash((record.environment, record.process, record.ordinal))
        process, complete = self._process(record, record.placement, origin), record.outcome == "complete"
        self.units[self.process_units[process]].describe(record)
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
        key = hash((record.environment, record.process, record.ordinal, record.resource))
        process = self._process(record, record.placement, origin)
        if record.ordinal > 1:
            self.repeats.append(key, process, name, record.error is None, record.duration_ms)
            return
        self.resources.append(
            key, process, name, record.overlapped, record.error is not None, record.duration_ms,
            _number(record.cpu_ms), _number(record.rss_bytes), _number(record.native_bytes),
            _number(record.py_blocks),
        )  # fmt: skip

    def _shutdown(self, record: Shutdown, _origin: Origin | None) -> None:
        process = self._processes.get((record.environment, record.process))
        if process is not None and record.phase == "shutdown":
            key = hash((record.environment, record.process, record.ordinal))
            self.shutdowns.append(key, process, record.duration_ms)

    def _fallback(self, record: Fallback, origin: Origin | None) -> None:
        self.units[self.process_units[self._process(record, record.placement, origin)]].fell_back = True

    def stream_units(self) -> Numbers:
        """Return the unit that wrote each log stream, by the stream's number: see `Streams.units`."""
        judged, others = self.judged(), set(self.others)
        units: dict[str, list[int]] = {}
        for unit in self.units:
            if judged[unit.number]:
                units.setdefault(unit.environment, []).append(unit.number)
            else:
                others.add(unit.environment)
        return self.streams.units(units, others.__contains__)

    def judged(self) -> Flags:
        """Say which units are of the function that is judged."""
        return np.asarray([self.function in {None, unit.function} for unit in self.units], np.bool_)

    def functions(self) -> list[str]:
        """List the functions that the records name."""
        return sorted({unit.function for unit in self.units if unit.function is not None})

    def memory_sizes(self) -> Counter[float]:
        """Count the environments that are judged by the memory size that their records tell."""
        judged = (unit for unit in self.units if self.function in {None, unit.function})
        return Counter(unit.memory_mb for unit in judged if unit.memory_mb is not None)

    def of_judged(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Leave out the rows of processes that are of another function than the one that is judged."""
        if self.function is None:
            return rows
        of_process: Flags = self.judged()[np.asarray(self.process_units, np.int64)]
        mine: NDArray[Any] = rows[of_process[rows["process"]]]
        return mine

    def _process(self, record: Common, placement: Placement, origin: Origin | None) -> int:
        """Return the number of the record's process, in the arm that it was first seen in."""
        identity = (record.environment, record.process)
        number = self._processes.get(identity)
        if number is None:
            unit = self._units.get((record.environment, placement))
            if unit is None:
                unit = Unit(len(self.units), placement, record.environment)
                self._units[record.environment, placement] = unit
                self.units.append(unit)
            self.streams.saw(origin, record.environment)
            number = self._processes[identity] = len(self.process_units)
            self.process_units.append(unit.number)
        return number


def _number(value: float | None) -> float:
    return NAN if value is None else value
