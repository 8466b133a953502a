"""What startup and shutdown take, which stock Mangum would repeat, where only the kept lifespan was recorded.

It is no estimate of what stock Mangum costs, and no bound on it. A first startup pays imports and caches that
a repeat does not. But a client that is made anew may connect, or log in, only when it is first used: that
cost is in a request, and in no startup. Only an arm that repeats tells what a repeat costs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from telemetry.memory_size import ONE_CORE_MB, SMALLEST_MB
from telemetry.report.estimate.intervals import Estimate, estimate, known, more_needed, ratios
from telemetry.report.estimate.jackknife import LEVEL
from telemetry.report.read.columns import Numbers, Vector
from telemetry.report.read.environments import shutdowns_of
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.records import Lab
from telemetry.report.read.strata import memory_sizes
from telemetry.report.read.sums import Sums


@dataclass(frozen=True, slots=True)
class UpperBound:
    """Startup and shutdown, were they repeated in each request that does not wait for INIT."""

    at_most_ms: float
    """Per request, as slow as they may be there; what a first use costs later is not in it."""
    low: float | None
    high: float | None
    level: float
    df: float | None
    k: float
    """How much slower CPU work may run in an invocation than in INIT; 1 in a lab run at full speed."""
    with_shutdown: bool
    g_eff: float
    n_environments: int
    n_requests: int
    more_environments: int
    """How many more `init` needs at least before it can be told; 0 when it has enough."""
    startup_and_shutdown_ms: Estimate
    """Mean of both together in an environment, as they were measured."""


def slowdown(ledger: Ledger) -> float:
    """Return how many times as long CPU work may take in an invocation as in INIT: the upper end of k.

    A cost moved from INIT into an invocation is (wall - cpu) + cpu * k with k between 1 and
    max(1, 1769 / memory): INIT runs with a CPU boost. A lab run at full speed has no boost, so k = 1. Where
    records do not tell the memory, the smallest size is assumed.
    """
    return 1.0 if at_full_speed(ledger.labs) else slowdown_on_lambda(ledger)


def at_full_speed(labs: Sequence[Lab]) -> bool:
    """Whether requests had as much CPU as INIT, in a lab run at least, which Lambda does not give them."""
    return any(lab.where == "lab" and lab.cpu.mode != "lambda" for lab in labs)


def slowdown_on_lambda(ledger: Ledger) -> float:
    """Return what `slowdown` is on Lambda, with the memory size that the records tell."""
    return slowdown_at(min(memory_sizes(ledger), default=SMALLEST_MB))


def slowdown_at(memory_mb: float) -> float:
    """Return what `slowdown` is on Lambda with a memory size."""
    return max(1.0, ONE_CORE_MB / memory_mb)


def upper_bound(ledger: Ledger, sums: Sums) -> UpperBound | None:
    """Return what repeating startup and shutdown takes in the `init` arm; None if no startup was recorded."""
    k = slowdown(ledger)
    startup, shutdown = _first_startups(ledger, k), _shutdowns(ledger)
    mine = sums.in_arm("init") & ~np.isnan(startup)
    paying = np.where(mine, sums.n - sums.waited, 0.0)
    repeat = np.nan_to_num(startup) + np.nan_to_num(shutdown)
    found = ratios(sums, paying * repeat, np.where(mine, sums.n, 0.0))["init"]
    if not found.environments:
        return None
    as_measured = np.nan_to_num(_first_startups(ledger, 1.0)) + np.nan_to_num(shutdown)
    alone = np.where(mine & (sums.n > 0), 1.0, 0.0)
    both = ratios(sums, as_measured * alone, alone)["init"]
    shown, startup_and_shutdown = (
        Estimate(one.value, None, None, LEVEL) if _copies(ledger) else estimate(one) for one in (found, both)
    )
    return UpperBound(
        at_most_ms=found.value,
        low=shown.low,
        high=shown.high,
        level=LEVEL,
        df=known(found.df) if shown.low is not None else None,
        k=k,
        with_shutdown=not np.isnan(shutdown).all(),
        g_eff=found.g_eff,
        n_environments=found.environments,
        n_requests=found.n,
        more_environments=more_needed(found),
        startup_and_shutdown_ms=startup_and_shutdown,
    )


def _copies(ledger: Ledger) -> bool:
    """Whether environments share the startup of a snapshot, so that nothing tells how much startups vary."""
    return len(set(ledger.restored.values())) < len(ledger.restored)


def _first_startups(ledger: Ledger, k: float) -> Vector:
    """Mean first startup of each unit, as it would take in an invocation; NaN where none was recorded."""
    rows = ledger.of_judged(ledger.startups.deduplicated("key")[0])
    rows = rows[rows["complete"] == 1]
    cpu = np.where(np.isnan(rows["cpu"]), rows["wall"], rows["cpu"])
    slower = rows["wall"] + cpu * (k - 1)
    found = _mean_by_unit(ledger, rows["process"], slower)
    return _with_snapshots(ledger, found, dict(zip(rows["process"].tolist(), slower.tolist(), strict=True)))


def _with_snapshots(ledger: Ledger, found: Vector, by_process: dict[int, float]) -> Vector:
    """Give restored environments the startup of their snapshot, or the mean of all snapshots' startups."""
    stored = {
        name: by_process[process]
        for name, process in ledger.startup_processes.items()
        if process in by_process
    }
    mean = sum(stored.values()) / len(stored) if stored else np.nan
    for process, startup in ledger.restored.items():
        unit = ledger.process_units[process]
        if np.isnan(found[unit]):
            found[unit] = stored.get(startup, mean)
    return found


def _shutdowns(ledger: Ledger) -> Vector:
    """Mean shutdown of each unit at its end; the mean of all where it has none, NaN where none has."""
    rows = shutdowns_of(ledger)
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
