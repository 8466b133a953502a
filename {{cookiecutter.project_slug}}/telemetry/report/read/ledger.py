"""Everything that is kept of the records: environments in their arms, and tables of numbers."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from adapter.placement import Placement
from telemetry import schema
from telemetry.report.read.columns import SpillingTable, Table
from telemetry.report.read.origin import Origin
from telemetry.report.read.platform import PlatformEvent, PlatformReport
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

START_CODES: Mapping[str, int] = {start: code for code, start in enumerate(schema.STARTS)}
NAN = math.nan
LONGEST_NAME = 60
WHOLE = -1
"""In the place of a resource: the startup as a whole."""


class Unit:
    """One execution environment in one arm: what an interval counts as one observation."""

    __slots__ = ("experiment", "fell_back", "number", "placement")

    def __init__(self, number: int, placement: Placement) -> None:
        self.number = number
        self.placement: Placement = placement
        self.fell_back = False
        self.experiment: str | None = None
        """The experiment that assigned it, as declared."""


class Ledger:
    """Takes records in any order. A request, startup or resource that comes twice is kept once.

    Memory grows with environments, not with requests. Keys are 64-bit hashes: two of a million different ones
    meet with a chance of 3e-8.
    """

    def __init__(self, service: str | None = None) -> None:
        self.units: list[Unit] = []
        self.process_units: list[int] = []
        """Number of the unit of each process; rows name processes by number."""
        self.invocations = SpillingTable(
            "key", key="i8", process="i4", touched="i4", start="i1", first="i1", failed="i1", ms="f8",
            startup="f8", shutdown="f8", at="f8",
        )  # fmt: skip
        self.reports = SpillingTable(
            "key", key="i8", ms="f8", billed="f8", init="f8", restore="f8", used="f8", memory="f8"
        )
        self.startups = Table(
            key="i8", process="i4", in_init="i1", complete="i1", wall="f8", cpu="f8", init="f8", state="f8",
            share="f8", rss="f8", native="f8", blocks="f8", at="f8",
        )  # fmt: skip
        """First ones of their process; so the next."""
        self.resources = Table(
            key="i8", process="i4", name="i4", overlapped="i1", failed="i1", wall="f8", cpu="f8", rss="f8",
            native="f8", blocks="f8",
        )  # fmt: skip
        self.repeats = SpillingTable("process", key="i8", process="i4", name="i4", complete="i1", wall="f8")
        """Startups and resources that are not the first of their process; a startup's name is `WHOLE`."""
        self.shutdowns = Table(key="i8", process="i4", ms="f8")
        """At the end of a process."""
        self.resource_names: dict[str, int] = {}
        self.touched_sets: dict[frozenset[str], int] = {}
        """Sets of state keys that a request read, and the number that stands for each in the rows."""
        self.state_keys: set[str] = set()
        self.services: dict[str, None] = {}
        """The services seen, in that order."""
        self.memory_mb: Counter[float] = Counter()
        self.pythons: Counter[str] = Counter()
        self.state_methods: Counter[str] = Counter()
        self.planned: set[int] = set()
        """Environments in every arm, as the experiments declared it."""
        self.labs: list[Lab] = []
        self.service = service
        self._units: dict[tuple[str, Placement], Unit] = {}
        self._processes: dict[tuple[str, str], int] = {}
        self._enter: dict[type, Callable[[Any], None]] = {
            Invocation: self._invocation,
            Warm: self._warm,
            Assigned: self._assigned,
            Startup: self._startup,
            Resource: self._resource,
            Shutdown: self._shutdown,
            Fallback: self._fallback,
        }

    def enter(self, record: Record, origin: Origin | None = None) -> None:  # noqa: ARG002
        """Take one record; those that carry no number are known to the reader's count only."""
        if isinstance(record, Lab):
            begun = [lab for lab in self.labs if lab.run != record.run or not lab.run]
            self.labs = [*begun, record]
            return
        service = record.service
        if service not in self.services:
            self.services[service] = None
        enter = self._enter.get(type(record))
        if enter and (self.service is None or service == self.service):
            enter(record)

    def enter_platform(self, event: PlatformEvent, origin: Origin | None) -> None:  # noqa: ARG002
        """Take the platform's figures for one request; joined with its invocation later, by request id."""
        if not isinstance(event, PlatformReport):
            return
        self.reports.append(
            hash(event.request_id), event.duration_ms, _number(event.billed_ms), _number(event.init_ms),
            _number(event.restore_ms), _number(event.used_mb), _number(event.memory_mb),
        )  # fmt: skip

    def _invocation(self, record: Invocation) -> None:
        failed = record.status is None or record.status >= 500
        self.invocations.append(
            hash(record.request_id), self._process(record, record.placement), self._touched(record.touched),
            START_CODES[record.start], record.n == 1, failed, record.duration_ms, record.startup_ms,
            record.shutdown_ms, record.at,
        )  # fmt: skip

    def _warm(self, record: Warm) -> None:
        """Take each request of a batch, which tells how many of them read a key; only the number is used."""
        process = self._process(record, record.placement)
        for number, (request_id, ms) in enumerate(zip(record.request_ids, record.durations_ms, strict=True)):
            touched = self._touched(key for key, count in record.touched.items() if number < count)
            self.invocations.append(
                hash(request_id), process, touched, START_CODES["warm"], False, False, ms, 0.0, 0.0, record.at
            )  # fmt: skip

    def _touched(self, keys: Iterable[str]) -> int:
        return self.touched_sets.setdefault(frozenset(keys), len(self.touched_sets))

    def _assigned(self, record: Assigned) -> None:
        unit = self.units[self.process_units[self._process(record, record.placement)]]
        unit.experiment = record.experiment
        if record.planned is not None:
            self.planned.add(record.planned)

    def _startup(self, record: Startup) -> None:
        key = hash((record.environment, record.process, record.ordinal))
        process, complete = self._process(record, record.placement), record.outcome == "complete"
        if record.ordinal > 1:
            self.repeats.append(key, process, WHOLE, complete, record.duration_ms)
            return
        self.startups.append(
            key, process, record.phase == "init", complete, record.duration_ms, _number(record.cpu_ms),
            _number(record.init_ms), _number(record.state_bytes), _number(record.state_share),
            _number(record.rss_bytes), _number(record.native_bytes), _number(record.py_blocks), record.at,
        )  # fmt: skip
        self.state_keys.update(map(printable, record.state_keys))
        self._describe(record)

    def _describe(self, record: Startup) -> None:
        if record.memory_mb is not None:
            self.memory_mb[record.memory_mb] += 1
        if record.python is not None:
            self.pythons[printable(record.python)] += 1
        if record.state_method is not None:
            self.state_methods[printable(record.state_method)] += 1

    def _resource(self, record: Resource) -> None:
        name = self.resource_names.setdefault(printable(record.resource), len(self.resource_names))
        key = hash((record.environment, record.process, record.ordinal, record.resource))
        process = self._process(record, record.placement)
        if record.ordinal > 1:
            self.repeats.append(key, process, name, record.error is None, record.duration_ms)
            return
        self.resources.append(
            key, process, name, record.overlapped, record.error is not None, record.duration_ms,
            _number(record.cpu_ms), _number(record.rss_bytes), _number(record.native_bytes),
            _number(record.py_blocks),
        )  # fmt: skip

    def _shutdown(self, record: Shutdown) -> None:
        process = self._processes.get((record.environment, record.process))
        if process is not None and record.phase == "shutdown":
            key = hash((record.environment, record.process, record.ordinal))
            self.shutdowns.append(key, process, record.duration_ms)

    def _fallback(self, record: Fallback) -> None:
        self.units[self.process_units[self._process(record, record.placement)]].fell_back = True

    def _process(self, record: Common, placement: Placement) -> int:
        """Return the number of the record's process, in the arm that it was first seen in."""
        identity = (record.environment, record.process)
        number = self._processes.get(identity)
        if number is None:
            unit = self._units.get((record.environment, placement))
            if unit is None:
                unit = self._units[record.environment, placement] = Unit(len(self.units), placement)
                self.units.append(unit)
            number = self._processes[identity] = len(self.process_units)
            self.process_units.append(unit.number)
        return number


def printable(name: str) -> str:
    """Make a name from the records safe to print: no control characters, no endless ones."""
    shown = name if name.isprintable() else "".join(c if c.isprintable() else "?" for c in name)
    return shown if len(shown) <= LONGEST_NAME else shown[: LONGEST_NAME - 3] + "..."


def _number(value: float | None) -> float:
    return NAN if value is None else value
