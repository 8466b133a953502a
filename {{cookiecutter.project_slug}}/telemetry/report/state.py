"""The state's size after the first startup, against the memory that the function has."""

import numpy as np
from numpy.typing import NDArray

from telemetry.report.jackknife import Vector
from telemetry.report.ledger import Ledger
from telemetry.report.model import State
from telemetry.report.proportions import median_interval
from telemetry.report.startup import Loads
from telemetry.report.sums import Sums
from telemetry.report.wording import known


def state_of(ledger: Ledger, loads: Loads, sums: Sums) -> State:
    """Take medians over first startups; the three raw views are independent and stay apart."""
    rows = loads.startups[loads.startups["complete"] == 1]
    low, high = median_interval(_there(rows["state"]))
    used = _there(sums.used_mb)
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
    if ledger.memory_mb:
        return ledger.memory_mb.most_common(1)[0][0]
    return _median(ledger.reports.part(0, ledger.reports.parts)["memory"])


def _there(values: Vector) -> Vector:
    return np.extract(~np.isnan(values), values)


def _median(values: NDArray[np.float64]) -> float | None:
    return float(np.median(_there(values))) if len(_there(values)) else None
