"""A verdict from lines, without a file: what most tests look at."""

from collections.abc import Iterable

from telemetry.report.assignment import Weights
from telemetry.report.ledger import Ledger
from telemetry.report.model import Verdict
from telemetry.report.reading import Reader
from telemetry.report.verdict import judge


def verdict_from(lines: Iterable[str], weights: Weights | None = None) -> Verdict:
    ledger = Ledger()
    reader = Reader(ledger)
    reader.read(line.encode() + b"\n" for line in lines)
    return judge(ledger, reader, ["test"], weights)
