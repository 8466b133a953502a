"""Lines into a ledger: every line is entered, or counted with the reason why not."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, repeat
from typing import Final

import msgspec

from telemetry.report.errors import UnusableError
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.lines import Lines
from telemetry.report.read.mixtures import must_be_one_app, must_hold_one_service, must_know_the_lab
from telemetry.report.read.origin import Message, Origin
from telemetry.report.read.platform.events import PlatformEvent, PlatformReport
from telemetry.report.read.platform.json_lines import (
    DECODER,
    KINDS_OF_EVENTS,
    MARK,
    UNREADABLE,
    Report,
    ReportLine,
    event_from_json,
)
from telemetry.report.read.platform.text_lines import event_from_text
from telemetry.report.read.records import KINDS, Invocation, Record
from telemetry.report.read.shapes.sniffing import behind_prefix
from telemetry.report.read.skipped import (
    BY_APP,
    OF_OTHERS,
    PREFIXED,
    TEXT,
    Skip,
    must_be_one_shape,
    reason_for,
)
from telemetry.report.read.writers import Writers

NAMES: Final[Mapping[type[msgspec.Struct], str]] = {
    **{kind: name for name, kind in KINDS.items()},
    **KINDS_OF_EVENTS,
}

LETTER: Final = len('{"')
"""Where the first name in an object begins."""
METRICS: Final = ord("_")
"""The first letter of that name in records with metrics: nearly all are of invocations, and no event is."""
TOGETHER: Final = 2**19
"""Bytes of lines, about, whose records wait to be entered at once."""

MOST_DOUBTFUL: Final = 10_000
"""Records that wait for what else is in their log streams; all of them, where snapshots are restored."""
MOST_SILENT: Final = 20
"""Sources that one message lists."""


class Counts(msgspec.Struct, frozen=True):
    """How many lines were entered by kind, and left out by reason."""

    records: dict[str, int]
    others: dict[str, int]
    malformed: dict[str, int]


class Reader:
    """Enters what it reads into one ledger, however many sources there are."""

    def __init__(self, ledger: Ledger) -> None:
        self._kinds: Counter[type[msgspec.Struct]] = Counter()
        self.others: Counter[str] = Counter()
        self.malformed: Counter[str] = Counter()
        self.silent: dict[str, str] = {}
        """Sources that held nothing to enter, and what they held instead."""
        self._ledger = ledger
        self._writers = Writers()
        self._doubtful: list[tuple[Record, Origin]] = []
        self._record = msgspec.json.Decoder(Record)
        self._invocation = msgspec.json.Decoder(Invocation)
        self._records: list[Record] = []
        """They wait to be entered at once."""
        self._origins: list[Origin | None] = []
        """Of the first of these records; no export says where the others came from."""
        self._reports: list[Report] = []
        """Of bare lines; they wait as well."""
        self._size = 0

    @property
    def records(self) -> Counter[str]:
        """Records and platform events that were entered, by kind, in the order in which they first came."""
        return Counter({NAMES[kind]: count for kind, count in self._kinds.items()})

    def counts(self) -> Counts:
        """Return what was read so far."""
        return Counts(dict(self.records), dict(self.others), dict(self.malformed))

    def add(self, counts: Counts) -> None:
        """Count what another reader has entered or left out."""
        kinds = {name: kind for kind, name in NAMES.items()}
        self._kinds.update({kinds[name]: count for name, count in counts.records.items()})
        self.others.update(counts.others)
        self.malformed.update(counts.malformed)

    def read(self, lines: Iterable[Lines]) -> None:
        """Enter all lines; memory grows by what the ledger keeps, not by what was read."""
        for found in lines:
            if isinstance(found, list):
                self._bare(found)
            elif isinstance(found, Message):
                self._message(found.text.strip(), found)
            else:
                self._count(found)
        self._settle()
        self._enter_waiting()

    def _bare(self, lines: list[bytes]) -> None:
        """Enter bare lines in their order; between those of other kinds, requests and reports together."""
        begin = 0
        for place in _of_other_kinds(lines):
            self._requests(lines[begin:place])
            self._alone(lines[place])
            begin = place + 1
        self._requests(lines[begin:])
        self._size += sum(map(len, lines))
        if self._size > TOGETHER:
            self._enter_waiting()

    def _requests(self, lines: list[bytes]) -> None:
        """Enter lines that look like records with metrics or like reports; one by one if some are not."""
        try:
            records = list(map(self._invocation.decode, [line for line in lines if line[LETTER] == METRICS]))
            events = list(map(DECODER.decode, [line for line in lines if line[LETTER] != METRICS]))
        except (*UNREADABLE, IndexError):
            records, events = [], []
        reports = [event.record for event in events if type(event) is ReportLine]
        known = (
            not reports or PlatformReport in self._kinds
        )  # kinds are counted in the order in which they came
        if known and len(records) + len(reports) == len(lines):
            self._records += records
            self._reports += reports
            return
        for line in lines:
            self._alone(line)

    def _alone(self, line: bytes) -> None:
        """Enter one bare line."""
        event = event_from_json(line) if line.find(MARK) >= 0 else None
        if event is not None:
            self._enter_event(event, None)
            return
        try:
            self._records.append(self._record.decode(line))
        except UNREADABLE:
            self._second_look(line.strip(), None)

    @property
    def lines(self) -> int:
        """How many were read, blank ones left out; each was entered, or counted with its reason."""
        return self._kinds.total() + self.malformed.total() + self.others.total()

    @contextmanager
    def noting(self, name: str) -> Iterator[None]:
        """Remember a source by its name if nothing of it was entered meanwhile.

        Raises:
            UnusableError: What was left out of it may be the log.
        """
        kinds, entered, skipped = self.records, self._kinds.total(), self.malformed + self.others
        yield
        must_be_one_shape(name, self.records - kinds, self.others - skipped)
        if self._kinds.total() == entered:
            found = self.malformed + self.others - skipped
            self.silent[name] = _listed(found) if found else "no lines"

    def must_have_read(self, sources: Sequence[str]) -> None:
        """Refuse to go on without records of exactly one service, and of one app in the lab.

        Raises:
            UnusableError: There are none, or several services and none chosen, or several apps of
                lab runs, or what a lab said cannot be read.
        """
        where = ", ".join(sources)
        if not self._ledger.services:
            counts = self.records + self.malformed + self.others
            found = self.silent if len(self.silent) > 1 else {}
            each = "; ".join(f"{name}: {held}" for name, held in list(found.items())[:MOST_SILENT])
            raise UnusableError(
                f"no records in {where}: {each or _listed(counts) or 'no lines'}. Records are the JSON lines "
                "that the function writes to stdout; `python -m telemetry.lab --out records.jsonl` makes "
                "some. --help lists the exports that are read."
            )
        must_know_the_lab(self._ledger, self.malformed, where)
        must_hold_one_service(self._ledger, where)
        must_be_one_app(self._ledger, where)

    def _message(self, text: bytes, message: Message) -> None:
        self._size += len(text)
        if self._size > TOGETHER:
            self._enter_waiting()
        event = event_from_json(text) if text.find(MARK) >= 0 else None
        if event and not message.by_app:
            self._enter_event(event, message.origin)
            return
        try:
            record = self._record.decode(text)
        except UNREADABLE:
            self._second_look(text, message.origin, by_app=message.by_app)
            return
        if self._writers.agree(record, message.origin):
            self._enter(record, message.origin)
        else:
            self._doubtful.append((record, message.origin))
            if len(self._doubtful) > MOST_DOUBTFUL:
                self._settle()

    def _enter(self, record: Record, origin: Origin) -> None:
        if bare := len(self._records) - len(self._origins):
            self._origins += repeat(None, bare)
        self._origins.append(origin)
        self._records.append(record)

    def _enter_waiting(self) -> None:
        """Enter what was read, the records in their order and the reports in theirs."""
        if self._records:
            self._kinds.update(map(type, self._records))
            self._ledger.enter_all(self._records, chain(self._origins, repeat(None)))
            self._records.clear()
            self._origins.clear()
        if self._reports:
            self._enter_reports()
        self._size = 0

    def _enter_reports(self) -> None:
        self._kinds[PlatformReport] += len(self._reports)
        self._ledger.enter_reports(self._reports)
        self._reports.clear()

    def _settle(self) -> None:
        """Enter the records whose log stream is that of no other environment, as far as was read."""
        for record, origin in self._doubtful:
            if self._writers.contradict(record, origin):
                self._count(OF_OTHERS)
            else:
                self._enter(record, origin)
        self._doubtful.clear()

    def _enter_event(self, event: PlatformEvent, origin: Origin | None) -> None:
        if type(event) not in self._kinds:
            self._enter_waiting()  # what came before is counted before
        elif self._reports:
            self._enter_reports()
        self._kinds[type(event)] += 1
        self._ledger.enter_platform(event, origin)

    def _second_look(self, line: bytes, origin: Origin | None, *, by_app: bool = False) -> None:
        """Try Lambda's text format; else count why the line was skipped."""
        if not line:
            return
        event = event_from_text(line)
        if event and not by_app:
            self._enter_event(event, origin)
        elif event or (by_app and MARK in line and event_from_json(line)):
            self._count(BY_APP)
        else:
            skip = reason_for(line)
            kind = behind_prefix(line) if skip is TEXT else None
            self._count(skip if kind is None else PREFIXED[kind])

    def _count(self, skip: Skip) -> None:
        (self.malformed if skip.malformed else self.others)[skip.reason] += 1


def _of_other_kinds(lines: Sequence[bytes]) -> Sequence[int]:
    """Return the places of lines that are neither records with metrics nor the platform's."""
    try:
        return [
            place
            for place, line in enumerate(lines)
            if line[LETTER] != METRICS and line.find(MARK) < 0  # `in` takes twice as long
        ]
    except IndexError:  # there are blank lines: all are looked at one by one
        return range(len(lines))


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{reason} ({count})" for reason, count in counts.items())
