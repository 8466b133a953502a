"""What startup costs, as a whole and by resource. First is not repeat: they are never averaged together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from telemetry.report.estimate.intervals import known
from telemetry.report.estimate.jackknife import LEVEL, ratio
from telemetry.report.estimate.proportions import median_interval
from telemetry.report.read.columns import Flags, Numbers, SpillingTable, Vector
from telemetry.report.read.environments import shutdowns_of
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.loads import Loads, Part, part_of
from telemetry.report.read.names import told_apart
from telemetry.report.read.tables import WHOLE


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean and median duration, with intervals whose unit is the environment."""

    n: int
    n_environments: int
    mean: float
    mean_low: float | None
    mean_high: float | None
    median: float
    """Over environments, of each environment's median."""
    median_low: float | None
    median_high: float | None
    level: float


Firsts: TypeAlias = tuple[Spread | None, Spread | None]
"""Of first loads in INIT, and of those in an invocation."""


@dataclass(frozen=True, slots=True)
class Load:
    """Durations of one thing that loads: first and repeat are never mixed."""

    name: str
    first_in_init: Spread | None
    first_in_invocation: Spread | None
    repeat: Spread | None


@dataclass(frozen=True, slots=True)
class StartupCost:
    """The whole startup, what comes with repeating it, and its resources."""

    whole: Load
    repeat_with_shutdown: Spread | None
    """Startup and shutdown inside one invocation, in processes that had started before."""
    shutdown: Spread | None
    """At the end of an environment."""
    failed: int
    resources: list[Load]


def startup_cost(ledger: Ledger, loads: Loads, repeats: SpillingTable) -> StartupCost:
    """Describe startups, repeats with their shutdown, and resources in the order they were first seen.

    Args:
        ledger: Tells the resources, and the shutdowns at the end of a process.
        loads: Startups and resources.
        repeats: Startup and shutdown inside one invocation together, by unit.
    """
    done = loads.startups["complete"] == 1
    units, ms, in_init = loads.startup_units, loads.startups["wall"], loads.startups["in_init"] == 1
    ends = shutdowns_of(ledger)
    names = ledger.resource_names
    parts = (repeats.part(number, repeats.parts) for number in range(repeats.parts))
    return StartupCost(
        whole=Load("startup", *_firsts(units, ms, done, in_init), spread_of(loads.repeats.get(WHOLE, []))),
        repeat_with_shutdown=spread_of([part_of(part["unit"], part["ms"]) for part in parts]),
        shutdown=spread(np.asarray(ledger.process_units, np.int64)[ends["process"]], ends["ms"]),
        failed=int((~done).sum()) + loads.failed_repeats,
        resources=[
            _resource(loads, name, code) for name, code in zip(told_apart(names), names.values(), strict=True)
        ],
    )


def _resource(loads: Loads, name: str, code: int) -> Load:
    rows = loads.resources
    mine = (rows["name"] == code) & (rows["failed"] == 0)
    firsts = _firsts(loads.resource_units, rows["wall"], mine, loads.resource_in_init)
    return Load(name, *firsts, spread_of(loads.repeats.get(code, [])))


def _firsts(units: Numbers, ms: Vector, mine: Flags, in_init: Flags) -> Firsts:
    """Describe first loads in INIT, and those in an invocation."""
    within, later = mine & in_init, mine & ~in_init
    return spread(units[within], ms[within]), spread(units[later], ms[later])


def spread(units: Numbers, ms: Vector) -> Spread | None:
    """Mean (ratio over environments, jackknife) and median (over environments' medians) of some durations."""
    return spread_of([part_of(units, ms)])


def spread_of(parts: Sequence[Part]) -> Spread | None:
    """Describe durations from their sums by unit; None without any."""
    if not any(len(part.n) for part in parts):
        return None
    n, total, medians = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("n", "total", "median")
    )
    mean = ratio(total, n)
    low, high = mean.interval()
    median_low, median_high = median_interval(medians)
    return Spread(
        n=mean.n, n_environments=len(n), mean=mean.value, mean_low=known(low), mean_high=known(high),
        median=float(np.median(medians)), median_low=known(median_low), median_high=known(median_high),
        level=LEVEL,
    )  # fmt: skip
