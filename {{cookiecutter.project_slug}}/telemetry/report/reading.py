"""Lines into a ledger: every line is entered, or counted with the reason why not."""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from telemetry import schema
from telemetry.report.errors import UnusableError
from telemetry.report.ledger import Ledger, printable
from telemetry.report.platform_text import REPORT, report_from
from telemetry.report.reasons import NOT_JSON, TEXT, reason_for
from telemetry.report.records import PlatformReport, Record
from telemetry.report.wording import listed

PLATFORM = b'"platform.report"'
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Reader:
    """Enters what it reads into one ledger, however many sources there are."""

    def __init__(self, ledger: Ledger) -> None:
        self.lines = 0
        """Blank ones left out."""
        self._kinds: Counter[type[msgspec.Struct]] = Counter()
        self.others: Counter[str] = Counter()
        self.malformed: Counter[str] = Counter()
        self._ledger = ledger
        self._record = msgspec.json.Decoder(Record)
        self._platform = msgspec.json.Decoder(PlatformReport)

    @property
    def records(self) -> Counter[str]:
        """Records and platform.report lines that were entered, by kind."""
        return Counter({str(kind.__struct_config__.tag): count for kind, count in self._kinds.items()})

    def read(self, lines: Iterable[bytes]) -> None:
        """Enter all lines; memory grows by what the ledger keeps, not by what was read."""
        for line in lines:
            if self._entered(line):
                self.lines += 1
            elif stripped := line.strip():
                self.lines += 1
                self._second_look(stripped)

    def must_have_read(self, sources: Sequence[str]) -> None:
        """Refuse to go on without records of exactly one service, and of one app in the lab.

        Raises:
            UnusableError: There are none, or several services and none chosen, or lab runs of several apps.
        """
        where, services = ", ".join(sources), self._ledger.services
        if not services:
            found = listed(self.records + self.malformed + self.others)
            raise UnusableError(
                f"no records in {where}: {found or 'no lines'}. Records are the JSON lines that the function "
                "writes to stdout; `python -m telemetry.lab --out records.jsonl` makes some."
            )
        chosen = self._ledger.service
        if (chosen is None and len(services) > 1) or (chosen is not None and chosen not in services):
            raise UnusableError(
                f"{where}: records of {', '.join(map(printable, services))}. Choose one with --service NAME."
            )

        apps = dict.fromkeys(printable(lab.app) for lab in self._ledger.labs if lab.app is not None)
        if len(apps) > 1:
            raise UnusableError(
                f"{where}: lab runs of {' and '.join(apps)}. They cannot be told apart: judge each alone."
            )

    def _entered(self, line: bytes) -> bool:
        """Enter the line if it is a record that this report reads."""
        if PLATFORM in line and self._reported(line):
            return True
        try:
            record = self._record.decode(line)
        except UNREADABLE:
            return False
        if record.v > schema.VERSION:
            return False
        self._kinds[type(record)] += 1
        self._ledger.enter(record)
        return True

    def _reported(self, line: bytes) -> bool:
        try:
            report = self._platform.decode(line)
        except UNREADABLE:
            return False
        self._enter_report(report)
        return True

    def _enter_report(self, report: PlatformReport) -> None:
        self._kinds[PlatformReport] += 1
        self._ledger.enter_report(report.record)

    def _second_look(self, line: bytes) -> None:
        """Try what log exports put around a record: a timestamp before it, or Lambda's text format."""
        if REPORT in line and (report := report_from(line)):
            self._enter_report(report)
            return
        skip = reason_for(line)
        inner = line[line.find(b"{") :]
        if skip is TEXT and inner.startswith(b"{"):
            if self._entered(inner):
                return
            found = reason_for(inner)
            skip = found if found.malformed and found is not NOT_JSON else TEXT
        (self.malformed if skip.malformed else self.others)[skip.reason] += 1
