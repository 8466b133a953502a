"""Lines into a ledger: every line is entered, or counted with the reason why not."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

import msgspec

from telemetry import schema
from telemetry.report.errors import UnusableError
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.lines import Line
from telemetry.report.read.names import printable
from telemetry.report.read.origin import Message, Origin
from telemetry.report.read.platform import PlatformEvent
from telemetry.report.read.platform_json import KINDS_OF_EVENTS, MARK, UNREADABLE, event_from_json
from telemetry.report.read.platform_text import event_from_text
from telemetry.report.read.records import KINDS, OWN_NAME, Record
from telemetry.report.read.shapes.sniffing import is_behind_prefix
from telemetry.report.read.skipped import BY_APP, PREFIXED, TEXT, Skip, reason_for

NAMES: Final[Mapping[type[msgspec.Struct], str]] = {
    **{kind: name for name, kind in KINDS.items()},
    **KINDS_OF_EVENTS,
}

METRICS: Final = b'{"_aws":'
"""How records with metrics begin, and no event of the platform does."""
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
        self._record = msgspec.json.Decoder(Record)

    @property
    def records(self) -> Counter[str]:
        """Records and platform events that were entered, by kind."""
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

    def read(self, lines: Iterable[Line]) -> None:
        """Enter all lines; memory grows by what the ledger keeps, not by what was read."""
        decode, kinds, version = self._record.decode, self._kinds, schema.VERSION
        enter, enter_platform = self._ledger.enter, self._ledger.enter_platform
        for line in lines:
            if type(line) is not bytes:
                self._other(line)
            elif not line.startswith(METRICS) and MARK in line and (event := event_from_json(line)):
                kinds[type(event)] += 1
                enter_platform(event, None)
            else:
                try:
                    record = decode(line)
                except UNREADABLE:
                    self._second_look(line.strip(), None)
                    continue
                if record.v > version:
                    self._count(reason_for(line))
                    continue
                kinds[type(record)] += 1
                enter(record)

    @property
    def lines(self) -> int:
        """How many were read, blank ones left out; each was entered, or counted with its reason."""
        return self._kinds.total() + self.malformed.total() + self.others.total()

    @contextmanager
    def noting(self, name: str) -> Iterator[None]:
        """Remember a source by its name if nothing of it was entered meanwhile."""
        entered, skipped = self._kinds.total(), self.malformed + self.others
        yield
        if self._kinds.total() == entered:
            found = self.malformed + self.others - skipped
            self.silent[name] = _listed(found) if found else "no lines"

    def must_have_read(self, sources: Sequence[str]) -> None:
        """Refuse to go on without records of exactly one service, and of one app in the lab.

        Raises:
            UnusableError: There are none, or several services and none chosen, or lab runs of several apps.
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
        must_hold_one_service(self._ledger, where)
        apps = dict.fromkeys(printable(lab.app) for lab in self._ledger.labs if lab.app is not None)
        if len(apps) > 1:
            raise UnusableError(
                f"{where}: lab runs of {' and '.join(apps)}. Their environments cannot be told apart: give "
                "the report the runs of one app only."
            )

    def _other(self, line: Line) -> None:
        """Enter a line that came out of an export."""
        if isinstance(line, Skip):
            self._count(line)
        elif isinstance(line, Message):
            self._message(line.text.strip(), line)

    def _message(self, text: bytes, message: Message) -> None:
        event = event_from_json(text) if MARK in text else None
        if event and not message.by_app:
            self._enter_event(event, message.origin)
            return
        try:
            record = self._record.decode(text)
        except UNREADABLE:
            self._second_look(text, message.origin, by_app=message.by_app)
            return
        if record.v > schema.VERSION:
            self._count(reason_for(text))
            return
        self._kinds[type(record)] += 1
        self._ledger.enter(record, message.origin)

    def _enter_event(self, event: PlatformEvent, origin: Origin | None) -> None:
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
            self._count(PREFIXED if skip is TEXT and is_behind_prefix(line) else skip)

    def _count(self, skip: Skip) -> None:
        (self.malformed if skip.malformed else self.others)[skip.reason] += 1


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{reason} ({count})" for reason, count in counts.items())


def must_hold_one_service(ledger: Ledger, where: str) -> None:
    """Refuse to go on with several services, or without the one that was chosen; `where` names the input.

    Raises:
        UnusableError: One service has to be chosen among those that were read.
    """
    services, chosen = ledger.services, ledger.service
    if (chosen is None and len(services) > 1) or (chosen is not None and chosen not in services):
        many = f"{len(services)} services, " if len(services) > 1 else "service "
        wanted = "" if chosen is None else f", none of service {printable(chosen)}"
        raise UnusableError(
            f"{where}: records of {many}{' and '.join(_described(ledger))}{wanted}. Choose one with "
            "--service NAME."
        )


def _described(ledger: Ledger) -> Iterator[str]:
    """Name each service, and say which ran in a lab, where the input tells it."""
    ran = {lab.function or OWN_NAME for lab in ledger.labs}
    for service, functions in ledger.services.items():
        if functions:
            place = "in a lab run on this machine" if functions <= ran else "on Lambda"
        yield printable(service) + (f" ({place})" if ran and functions else "")
