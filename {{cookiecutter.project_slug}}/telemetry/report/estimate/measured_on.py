"""Where and when it was measured."""

from dataclasses import dataclass
from typing import Literal

from telemetry.report.estimate.startup.upper_bound import at_full_speed
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.mixtures import functions_of
from telemetry.report.read.names import printable, told_apart
from telemetry.report.read.records import SNAP_START, Host, LabLoad, Place, place_of
from telemetry.report.read.strata import Strata
from telemetry.report.read.totals import Totals


@dataclass(frozen=True, slots=True)
class MeasuredOn:
    """Where and when it was measured."""

    where: Place
    service: str | None
    host: Host | None
    cpu: Literal["lambda", "full"] | None
    """In a lab run: whether requests had the CPU share of their memory, or as much as INIT."""
    python: list[str]
    memory_mb: float | None
    function: str | None
    memory_sizes_mb: list[float]
    versions: list[str]
    first_at: float | None
    """Unix milliseconds of the first request; so the last."""
    last_at: float | None
    complete: bool
    """No lab run was cut short."""
    lab_run: bool
    """A run of the lab sent the requests, whatever answered them."""
    restore_left_out: bool
    """A lab ran the hooks of SnapStart, and restored nothing."""
    load: LabLoad | None = None
    """In a lab run: the traffic that it made; None where it sent each environment a number of requests."""


def measured_on_of(ledger: Ledger, totals: Totals, memory_mb: float | None, strata: Strata) -> MeasuredOn:
    """Say where; a lab's record says it, and without one it was on Lambda."""
    told = totals.first_at <= totals.last_at
    return MeasuredOn(
        where=place_of(ledger.labs),
        service=printable(ledger.service or next(iter(ledger.services), "")) or None,
        host=ledger.labs[0].host if place_of(ledger.labs) == "lab" else None,
        cpu=("full" if at_full_speed(ledger.labs) else "lambda") if place_of(ledger.labs) == "lab" else None,
        python=sorted(ledger.pythons),
        memory_mb=memory_mb,
        function=printable(ledger.function or next(iter(functions_of(ledger)), "")) or None,
        memory_sizes_mb=sorted({one.memory_mb for one in strata.found if one.memory_mb is not None}),
        versions=told_apart(dict.fromkeys(one.version for one in strata.found if one.version is not None)),
        first_at=totals.first_at if told else None,
        last_at=totals.last_at if told else None,
        complete=all(lab.complete for lab in ledger.labs),
        restore_left_out=place_of(ledger.labs) == "lab"
        and any(lab.init_type == SNAP_START for lab in ledger.labs),
        lab_run=bool(ledger.labs),
        load=next((lab.load for lab in ledger.labs if lab.load is not None), None),
    )
