"""What startup costs, as a whole and by resource. First is not repeat: they are never averaged together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from telemetry.report.findings import Load, Spread, StartupCost
from telemetry.report.jackknife import LEVEL, Vector, ratio
from telemetry.report.ledger import WHOLE, Ledger
from telemetry.report.proportions import median_interval
from telemetry.report.requests import Flags, Numbers
from telemetry.report.rows import once
from telemetry.report.spill import Spill
from telemetry.report.wording import known

Firsts: TypeAlias = tuple[Spread | None, Spread | None]


@dataclass(frozen=True, slots=True)
class Loads:
    """First startups and resources, each once, with the unit of each; repeats only as sums."""

    startups: NDArray[Any]
    startup_units: Numbers
    resources: NDArray[Any]
    resource_units: Numbers
    resource_in_init: Flags
    """The first startup of the resource's process was in INIT."""
    repeats: dict[int, list["Part"]]
    """By resource number, or `WHOLE`."""
    failed_repeats: int
    duplicates: int


@dataclass(frozen=True, slots=True)
class Part:
    """Durations of some units, none of which is in another part; arrays by unit."""

    n: Vector
    total: Vector
    median: Vector


def loads_of(ledger: Ledger) -> Loads:
    """Take the rows out of the ledger, each startup and resource once."""
    startups, twice = ledger.startups.once("key")
    resources, again = ledger.resources.once("key")
    units = np.asarray(ledger.process_units, np.int64)
    in_init = np.zeros(len(units), np.bool_)
    in_init[startups["process"][startups["in_init"] == 1]] = True
    repeats: dict[int, list[Part]] = {}
    failed = 0
    for number in range(ledger.repeats.parts):
        rows, more = once(ledger.repeats.part(number, ledger.repeats.parts), "key")
        again += more
        failed += int(((rows["name"] == WHOLE) & (rows["complete"] == 0)).sum())
        for name in np.unique(rows["name"]):
            mine = rows[(rows["name"] == name) & (rows["complete"] == 1)]
            repeats.setdefault(int(name), []).append(part_of(units[mine["process"]], mine["wall"]))
    return Loads(
        startups=startups, startup_units=units[startups["process"]], resources=resources,
        resource_units=units[resources["process"]], resource_in_init=in_init[resources["process"]],
        repeats=repeats, failed_repeats=failed, duplicates=twice + again,
    )  # fmt: skip


def startup_cost(ledger: Ledger, loads: Loads, again: Spill) -> StartupCost:
    """Describe startups, repeats with their shutdown, and resources in the order they were first seen."""
    done = loads.startups["complete"] == 1
    units, ms, in_init = loads.startup_units, loads.startups["wall"], loads.startups["in_init"] == 1
    ends, _ = ledger.shutdowns.once("key")
    parts = (again.part(number, again.parts) for number in range(again.parts))
    return StartupCost(
        whole=Load("startup", *_firsts(units, ms, done, in_init), spread_of(loads.repeats.get(WHOLE, []))),
        repeat_with_shutdown=spread_of([part_of(part["unit"], part["ms"]) for part in parts]),
        shutdown=spread(np.asarray(ledger.process_units, np.int64)[ends["process"]], ends["ms"]),
        failed=int((~done).sum()) + loads.failed_repeats,
        resources=[_resource(loads, name, code) for name, code in ledger.resource_names.items()],
    )


def _resource(loads: Loads, name: str, code: int) -> Load:
    rows = loads.resources
    mine = (rows["name"] == code) & (rows["failed"] == 0)
    firsts = _firsts(loads.resource_units, rows["wall"], mine, loads.resource_in_init)
    return Load(name, *firsts, spread_of(loads.repeats.get(code, [])))


def _firsts(units: Numbers, ms: Vector, mine: Flags, in_init: Flags) -> Firsts:
    """In INIT, and in an invocation."""
    within, later = mine & in_init, mine & ~in_init
    return spread(units[within], ms[within]), spread(units[later], ms[later])


def spread(units: Numbers, ms: Vector) -> Spread | None:
    """Mean (ratio over environments, jackknife) and median (over environments' medians) of some durations."""
    return spread_of([part_of(units, ms)])


def part_of(units: Numbers, ms: Vector) -> Part:
    """Sum up durations by unit."""
    order = np.lexsort((ms, units))
    _, begins, n = np.unique(units[order], return_index=True, return_counts=True)
    ordered = ms[order]
    low, high = ordered[begins + (n - 1) // 2], ordered[begins + n // 2]
    total = np.add.reduceat(ordered, begins) if len(begins) else np.zeros(0)
    return Part(n.astype(np.float64), total, (low + high) / 2)


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
