"""At most: what stock Mangum could cost when only the kept lifespan was recorded.

A first startup pays imports and caches that a repeat does not, so it bounds the repeat from above. It is
never the estimate: only an arm that repeats, or the lab, tells what a repeat costs.
"""

import numpy as np

from telemetry.report.comparison import estimate, more_needed
from telemetry.report.findings import Bound
from telemetry.report.jackknife import LEVEL, Vector
from telemetry.report.ledger import Ledger
from telemetry.report.requests import Numbers
from telemetry.report.sums import Sums
from telemetry.report.wording import COMPARATORS, known

ONE_CPU_MB = 1769
"""Memory at which Lambda gives one whole CPU; INIT has one at any memory size."""
SMALLEST_MB = 128


def slowdown(ledger: Ledger) -> float:
    """How much longer CPU work may take in an invocation than in INIT: the upper end of k.

    A cost moved from INIT into an invocation is (wall - cpu) + cpu * k with k between 1 and
    max(1, 1769 / memory): INIT runs with a CPU boost. The lab has no boost, so k = 1. Where records do not
    tell the memory, the smallest size is assumed.
    """
    return 1.0 if ledger.labs else on_lambda(ledger)


def on_lambda(ledger: Ledger) -> float:
    """Say what `slowdown` is on Lambda, with the memory size that the records tell."""
    return with_memory(min(ledger.memory_mb, default=SMALLEST_MB))


def with_memory(memory_mb: float) -> float:
    """Say how many times as long the same CPU work may take in a request as in INIT."""
    return max(1.0, ONE_CPU_MB / memory_mb)


def bound(ledger: Ledger, sums: Sums) -> Bound | None:
    """Bound the cost of stock Mangum per request of the `init` arm; None with nothing to go by."""
    k = slowdown(ledger)
    startup, shutdown = _first_startups(ledger, k), _shutdowns(ledger)
    mine = sums.in_arm("init") & ~np.isnan(startup)
    paying = np.where(mine, sums.n - sums.waited, 0.0)
    repeat = np.nan_to_num(startup) + np.nan_to_num(shutdown)
    found = sums.ratios(paying * repeat, np.where(mine, sums.n, 0.0))["init"]
    if not found.environments:
        return None
    shown = estimate(found)
    return Bound(
        comparator=COMPARATORS["every_invocation"],
        at_most_ms=found.value,
        low=shown.low,
        high=shown.high,
        level=LEVEL,
        df=known(found.df) if found.environments > 1 else None,
        k=k,
        with_shutdown=not np.isnan(shutdown).all(),
        g_eff=found.g_eff,
        n_environments=found.environments,
        n_requests=found.n,
        more_environments=more_needed(found),
    )


def _first_startups(ledger: Ledger, k: float) -> Vector:
    """Mean first startup of each unit, as it would take in an invocation; NaN where none was recorded."""
    rows, _ = ledger.startups.once("key")
    rows = rows[rows["complete"] == 1]
    cpu = np.where(np.isnan(rows["cpu"]), rows["wall"], rows["cpu"])
    return _mean_by_unit(ledger, rows["process"], rows["wall"] + cpu * (k - 1))


def _shutdowns(ledger: Ledger) -> Vector:
    """Mean shutdown of each unit at its end; the mean of all where it has none, NaN where none has."""
    rows, _ = ledger.shutdowns.once("key")
    own = _mean_by_unit(ledger, rows["process"], rows["ms"])
    own[np.isnan(own)] = rows["ms"].mean() if len(rows) else np.nan
    return own


def _mean_by_unit(ledger: Ledger, process: Numbers, ms: Vector) -> Vector:
    units = np.asarray(ledger.process_units, np.int64)[process]
    n = np.bincount(units, minlength=len(ledger.units))
    total = np.bincount(units, weights=ms, minlength=len(ledger.units))
    mean: Vector = np.full(len(n), np.nan)
    np.divide(total, n, out=mean, where=n > 0)
    return mean
