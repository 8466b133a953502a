"""The state's size after the first startup, against the memory that the function has."""

from dataclasses import dataclass

import numpy as np

from telemetry.report.estimate.intervals import known
from telemetry.report.estimate.proportions import median_interval
from telemetry.report.read.columns import Vector
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.loads import Loads
from telemetry.report.read.strata import memory_sizes
from telemetry.report.read.sums import Sums


@dataclass(frozen=True, slots=True)
class State:
    """Size of the state after the first startups, against memory; medians over startups."""

    startups: int
    size_bytes: float | None
    size_low: float | None
    size_high: float | None
    methods: dict[str, int]
    rss_bytes: float | None
    native_bytes: float | None
    py_blocks: float | None
    share_of_memory: float | None
    """Percent."""
    memory_mb: float | None
    used_mb: float | None
    """Median over environments of the most that the platform saw in use."""
    used_most_mb: float | None


def state_of(ledger: Ledger, loads: Loads, sums: Sums) -> State:
    """Take medians over first startups; RSS, native memory and Python blocks are not added up."""
    rows = loads.startups[loads.startups["complete"] == 1]
    low, high = median_interval(_present(rows["state"]))
    used = _present(sums.used_mb)
    return State(
        startups=len(rows),
        size_bytes=_median(rows["state"]),
        size_low=known(low),
        size_high=known(high),
        methods=dict(ledger.state_methods.most_common()),
        rss_bytes=_median(rows["rss"]),
        native_bytes=_median(rows["native"]),
        py_blocks=_median(rows["blocks"]),
        share_of_memory=_median(rows["share"]),
        memory_mb=_memory(ledger),
        used_mb=_median(used),
        used_most_mb=float(used.max()) if len(used) else None,
    )


def _memory(ledger: Ledger) -> float | None:
    """Configured memory: as the startups say, else as the platform says."""
    if sizes := memory_sizes(ledger):
        return sizes.most_common(1)[0][0]
    return _median(ledger.reports.part(0, ledger.reports.parts)["memory"])


def _present(values: Vector) -> Vector:
    return np.extract(~np.isnan(values), values)


def _median(values: Vector) -> float | None:
    return float(np.median(_present(values))) if len(_present(values)) else None
