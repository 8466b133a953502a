"""What a verdict rests on, wherever it was read from."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from telemetry import schema
from telemetry.report.read.joining.known_arms import tell_arms
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.lines import Source
from telemetry.report.read.loads import Loads, loads_of
from telemetry.report.read.mixtures import Held, must_be_one_function, must_be_one_place
from telemetry.report.read.parallel.processes import ALONE, Readers, read_source
from telemetry.report.read.reader import Reader
from telemetry.report.read.totals import Totals, totals_of


@dataclass(frozen=True, slots=True)
class Input:
    """What was read, and what was not entered and why."""

    sources: list[str]
    lines: int
    records: dict[str, int]
    malformed: dict[str, int]
    others: dict[str, int]
    duplicates: dict[str, int]
    requests_without_report: int
    reports_without_request: int
    reports_of_others: int = 0
    """Of them, those of other services and functions, as far as their log streams tell."""
    reports_without_billed: int = 0
    """Reports of requests that do not say what was billed."""
    cut_inits_of_no_environment: int = 0
    """INITs that failed or timed out, in lines whose log stream is not known."""
    batched_environments: int = 0
    """Environments whose warm requests share records."""
    silent: dict[str, str] = field(default_factory=dict)
    """Sources that held nothing to enter, and what they held instead."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that was read, summed up in one pass."""

    ledger: Ledger
    totals: Totals
    loads: Loads
    read: Input
    aggregated: bool = False
    """Logs Insights summed up the requests; no single record was read."""
    unsummed_requests: int = 0
    """Warm requests that share a record and are in no sum; only where `aggregated`."""


def evidence_of(
    sources: Iterable[Source],
    service: str | None = None,
    function: str | None = None,
    readers: Readers = ALONE,
) -> Evidence:
    """Read lines, and sum up what they hold.

    Args:
        sources: Read one after the other, as if they were one.
        service: Take the records of this service only; None where all are of one service.
        function: Judge the environments of this function only; None where all are of one.
        readers: Processes that may read pieces of a large file.

    Raises:
        UnusableError: A source cannot be read, no record is in them, or they hold several services or
            functions, or a lab run and others.
    """
    return evidence_in(entered(sources, Ledger(service, function), readers))


class Entered(NamedTuple):
    """Lines that were read, and what each source held."""

    ledger: Ledger
    reader: Reader
    held: list[Held]


def entered(sources: Iterable[Source], ledger: Ledger, readers: Readers = ALONE) -> Entered:
    """Read lines into a ledger.

    Raises:
        UnusableError: A source cannot be read.
    """
    reader, held = Reader(ledger), []
    for source in sources:
        labs, units = ledger.labs, len(ledger.units)
        read_source(ledger, reader, source, readers)
        held.append(Held(source.name, lab=ledger.labs is not labs, environments=len(ledger.units) > units))
    return Entered(ledger, reader, held)


def evidence_in(of: Entered) -> Evidence:
    """Sum up what was read.

    Raises:
        UnusableError: See `evidence_of`.
    """
    names = [one.name for one in of.held]
    of.reader.must_have_read(names)
    must_be_one_place(of.ledger, of.held)
    must_be_one_function(of.ledger, ", ".join(names))
    return summed(of.ledger, of.reader, names)


def summed(ledger: Ledger, reader: Reader, names: list[str]) -> Evidence:
    """Sum up what a reader has entered into a ledger."""
    totals, loads = totals_of(ledger), loads_of(ledger)
    tell_arms(ledger, totals)
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
        reports_of_others=totals.unplaced.elsewhere,
        reports_without_billed=totals.unbilled,
        cut_inits_of_no_environment=ledger.streams.unplaced_cuts,
        batched_environments=len({ledger.process_units[process] for process in ledger.batching}),
        silent=reader.silent,
    )
    return Evidence(ledger, totals, loads, read)
