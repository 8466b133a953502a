"""Evidence, results and a verdict from lines, without a file: what most tests look at."""

from collections.abc import Iterable

from adapter.placement import Weights
from telemetry.report.estimate.results import Declared, Results, results_of
from telemetry.report.read.evidence import Evidence, summed
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.reader import Reader
from telemetry.report.show.section import TableSection
from telemetry.report.show.sections import sections
from telemetry.report.show.verdict import Verdict, verdict_of


def evidence_from(lines: Iterable[str]) -> Evidence:
    ledger = Ledger()
    reader = Reader(ledger)
    reader.read([[line.encode() + b"\n" for line in lines]])
    if reader.records:
        reader.must_have_read(["test"])
    return summed(ledger, reader, ["test"])


def results_from(
    lines: Iterable[str],
    weights: Weights | None = None,
    planned: int | None = None,
    timeout_s: float | None = None,
) -> Results:
    return results_of(evidence_from(lines), Declared(weights, planned, timeout_s))


def verdict_from(lines: Iterable[str], weights: Weights | None = None, planned: int | None = None) -> Verdict:
    return verdict_of(results_from(lines, weights, planned))


def tables_of(verdict: Verdict) -> dict[str, TableSection]:
    return {section.name: section for section in sections(verdict) if isinstance(section, TableSection)}
