"""Where the numbers come from: a local machine, or Lambda."""

from datetime import UTC, datetime

from telemetry.report.ledger import Ledger, printable
from telemetry.report.model import MeasuredOn
from telemetry.report.records import Host
from telemetry.report.totals import Totals
from telemetry.report.wording import counted


def measured_on(ledger: Ledger, totals: Totals, memory_mb: float | None) -> MeasuredOn:
    """Name the place; a lab record makes it a lab run, and nothing else does."""
    host = ledger.labs[0].host if ledger.labs else None
    span = (totals.first_at, totals.last_at) if totals.first_at <= totals.last_at else None
    pythons = sorted(ledger.pythons)
    return MeasuredOn(
        where="lab" if host else "lambda",
        text=_lab(host, pythons) if host else _lambda(pythons, memory_mb, span),
        service=printable(ledger.service or next(iter(ledger.services), "")) or None,
        host=host,
        python=pythons,
        memory_mb=memory_mb,
        first_at=span[0] if span else None,
        last_at=span[1] if span else None,
        complete=all(lab.complete for lab in ledger.labs),
    )


def _lab(host: Host, pythons: list[str]) -> str:
    python = host.python or ", ".join(pythons)
    cores = None if host.cores is None else counted(host.cores, "core")
    parts = [host.cpu or host.system, cores, f"Python {python}" if python else None]
    return f"measured on this machine ({', '.join(filter(None, parts))}), not on Lambda"


def _lambda(pythons: list[str], memory_mb: float | None, span: tuple[float, float] | None) -> str:
    parts = [
        None if memory_mb is None else f"{memory_mb:.0f} MB",
        f"Python {', '.join(pythons)}" if pythons else None,
        None if span is None else " to ".join(dict.fromkeys(map(_day, span))),
        "no lab record in the input",
    ]
    return f"measured on Lambda ({'; '.join(filter(None, parts))})"


def _day(at: float) -> str:
    try:
        return datetime.fromtimestamp(at / 1000, UTC).date().isoformat()
    except (OverflowError, OSError, ValueError):
        return "a time out of range"
