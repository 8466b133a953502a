"""What the platform's own lines tell of a log, whatever adapter the function has: none is needed.

A log stream is an environment, and the unit of the intervals. An export that does not tell the streams gives
means alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from telemetry.report.estimate.intervals import Estimate, estimate
from telemetry.report.estimate.jackknife import LEVEL, ratio
from telemetry.report.read.columns import Numbers, Vector
from telemetry.report.read.joining.attempts import distinct_reports
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.streams import NO_STREAM


@dataclass(frozen=True, slots=True)
class PlatformNumbers:
    """Means of all requests that the platform reported."""

    requests: int
    failed: int
    """Of them, those that crashed or timed out; an answer with a status of 500 is none of these."""
    environments: int | None
    """Log streams; None where the export does not tell them."""
    memory_mb: list[float]
    """Sizes that the platform said."""
    estimates: dict[str, Estimate]
    """By what was measured, ms."""


def platform_numbers(ledger: Ledger) -> PlatformNumbers | None:
    """Estimate from `platform.report` lines alone; None where there are none."""
    table = ledger.reports
    parts = [distinct_reports(table.part(number, table.parts))[0] for number in range(table.parts)]
    rows = np.concatenate(parts)
    if not len(rows):
        return None
    told = bool((rows["stream"] != NO_STREAM).all())
    streams = np.unique(rows["stream"], return_inverse=True)[1] if told else np.arange(len(rows))
    return PlatformNumbers(
        requests=len(rows),
        failed=int((rows["outcome"] > 0).sum()),
        environments=int(streams.max()) + 1 if told else None,
        memory_mb=sorted(set(rows["memory"][~np.isnan(rows["memory"])].tolist())),
        estimates={
            what: _mean(values, streams, told=told)
            for what, values in _numbers(rows)
            if not np.isnan(values).all()
        },
    )


def _numbers(rows: NDArray[Any]) -> Iterator[tuple[str, Vector]]:
    """Yield what is compared, of each request; NaN where it has none."""
    yield "request", rows["ms"] + np.nan_to_num(rows["init"]) + np.nan_to_num(rows["restore"])
    yield "request, without INIT", rows["ms"]
    yield "billed", rows["billed"]
    yield "INIT", rows["init"]


def _mean(values: Vector, streams: Numbers, *, told: bool) -> Estimate:
    known = ~np.isnan(values)
    n, ms = np.bincount(streams[known]), np.bincount(streams[known], values[known])
    found = ratio(ms.astype(np.float64), n.astype(np.float64))
    return estimate(found) if told else Estimate(found.value, None, None, LEVEL)
