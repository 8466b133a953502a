"""Lines into a ledger: every line is entered, or counted with the reason why not."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from telemetry import schema
from telemetry.report.errors import UnusableError
from telemetry.report.read import platform
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.names import printable
from telemetry.report.read.records import PlatformMetrics, PlatformRecord, PlatformReport, Record
from telemetry.report.read.skipped import NOT_JSON, TEXT, reason_for

PLATFORM: Final = b'"platform.report"'
REPORT: Final = b"REPORT RequestId:"
REQUEST_ID: Final = re.compile(r"REPORT RequestId: (\S+)")
FIGURE: Final = re.compile(r"\b((?:[A-Z][a-z]+ )*Duration|Memory Size|Max Memory Used): ([\d.]+) (?:ms|MB)")
UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


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
        where = ", ".join(sources)
        if not self._ledger.services:
            counts = self.records + self.malformed + self.others
            found = ", ".join(f"{reason} ({count})" for reason, count in counts.items())
            raise UnusableError(
                f"no records in {where}: {found or 'no lines'}. Records are the JSON lines that the function "
                "writes to stdout; `python -m telemetry.lab --out records.jsonl` makes some."
            )
        must_hold_one_service(self._ledger, where)
        apps = dict.fromkeys(printable(lab.app) for lab in self._ledger.labs if lab.app is not None)
        if len(apps) > 1:
            raise UnusableError(
                f"{where}: lab runs of {' and '.join(apps)}. Their environments cannot be told apart: give "
                "the report the runs of one app only."
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
        of = report.record
        figures = {name: getattr(of.metrics, name) for name in of.metrics.__struct_fields__}
        self._ledger.enter_platform(platform.PlatformReport(of.request_id, **figures))

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


def must_hold_one_service(ledger: Ledger, where: str) -> None:
    """Refuse to go on with several services, or without the one that was chosen; `where` names the input.

    Raises:
        UnusableError: One service has to be chosen among those that were read.
    """
    services, chosen = ledger.services, ledger.service
    if (chosen is None and len(services) > 1) or (chosen is not None and chosen not in services):
        raise UnusableError(
            f"{where}: records of {', '.join(map(printable, services))}. Choose one with --service NAME."
        )


def report_from(line: bytes) -> PlatformReport | None:
    """Read a REPORT line of the text log format, whatever stands before it; None when it lacks a duration."""
    text = line.decode("utf-8", "replace")
    request = REQUEST_ID.search(text)
    figures = {name: float(value) for name, value in FIGURE.findall(text)}
    if request is None or not {"Duration", "Billed Duration"} <= figures.keys():
        return None
    metrics = PlatformMetrics(
        duration_ms=figures["Duration"],
        billed_ms=figures["Billed Duration"],
        memory_mb=figures.get("Memory Size"),
        used_mb=figures.get("Max Memory Used"),
        init_ms=figures.get("Init Duration"),
        restore_ms=figures.get("Restore Duration"),
    )
    return PlatformReport(PlatformRecord(request[1], metrics))
