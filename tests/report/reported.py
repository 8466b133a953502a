"""A verdict from lines, without a file: what most tests look at."""

from collections.abc import Iterable

from adapter.placement import Weights
from telemetry.report.evidence import Evidence, entered
from telemetry.report.ledger import Ledger
from telemetry.report.model import Verdict
from telemetry.report.reading import Reader
from telemetry.report.verdict import Declared, judge


def evidence_from(lines: Iterable[str]) -> Evidence:
    ledger = Ledger()
    reader = Reader(ledger)
    reader.read(line.encode() + b"\n" for line in lines)
    if reader.records:
        reader.must_have_read(["test"])
    return entered(ledger, reader, ["test"])


def verdict_from(lines: Iterable[str], weights: Weights | None = None, planned: int | None = None) -> Verdict:
    return judge(evidence_from(lines), Declared(weights, planned))
