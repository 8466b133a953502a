"""What a verdict rests on, wherever it was read from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from telemetry import schema
from telemetry.report.ledger import Ledger
from telemetry.report.model import Input
from telemetry.report.reading import Reader
from telemetry.report.startup import Loads, loads_of
from telemetry.report.totals import Totals, totals_of


@dataclass(frozen=True, slots=True)
class Source:
    """Lines, and the name that a person knows them by."""

    name: str
    lines: Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that was read, once over."""

    ledger: Ledger
    totals: Totals
    loads: Loads
    read: Input
    remarks: tuple[str, ...] = ()
    """What a reader must know of how it was read."""


def evidence_of(sources: Sequence[Source], service: str | None = None) -> Evidence:
    """Read lines.

    Raises:
        UnusableError: A source cannot be read, no record is in them, or they hold several services.
    """
    ledger = Ledger(service)
    reader = Reader(ledger)
    for source in sources:
        reader.read(source.lines)
    names = [source.name for source in sources]
    reader.must_have_read(names)
    return entered(ledger, reader, names)


def entered(ledger: Ledger, reader: Reader, names: list[str]) -> Evidence:
    """Sum up what a reader has entered into a ledger."""
    totals, loads = totals_of(ledger), loads_of(ledger)
    read = Input(
        sources=names,
        lines=reader.lines,
        records=dict(reader.records),
        malformed=dict(reader.malformed.most_common()),
        others=dict(reader.others.most_common()),
        duplicates={
            schema.INVOCATION: totals.duplicates,
            "startup or resource": loads.duplicates,
            schema.PLATFORM_REPORT: totals.duplicate_reports,
        },
        requests_without_report=totals.unreported,
        reports_without_request=totals.reports_without_request,
    )
    return Evidence(ledger, totals, loads, read)
