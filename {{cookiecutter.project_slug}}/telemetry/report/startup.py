"""What startup costs, as a whole and by resource. First is not repeat: they are never averaged together."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from telemetry.report.findings import Load, Spread, StartupCost
from telemetry.report.jackknife import LEVEL, Vector, ratio
from telemetry.report.ledger import Ledger
from telemetry.report.proportions import median_interval
from telemetry.report.requests import Flags, Numbers, Requests
from telemetry.report.wording import known


@dataclass(frozen=True, slots=True)
class Loads:
    """Deduplicated rows of startups and resources, with the unit of each."""

    startups: NDArray[Any]
    startup_units: Numbers
    resources: NDArray[Any]
    resource_units: Numbers
    resource_in_init: Flags
    """The first startup of the resource's process was in INIT."""
    duplicates: int


@dataclass(frozen=True, slots=True)
class When:
    """Of each row: is it of a first startup, and was the process's first startup in INIT?"""

    first: Flags
    in_init: Flags


def loads_of(ledger: Ledger) -> Loads:
    """Take the rows out of the ledger, each startup and resource once."""
    startups, twice = ledger.startups.once("key")
    resources, again = ledger.resources.once("key")
    units = np.asarray(ledger.process_units, np.int64)
    in_init = np.zeros(len(units), np.bool_)
    in_init[startups["process"][(startups["ordinal"] == 1) & (startups["in_init"] == 1)]] = True
    return Loads(
        startups, units[startups["process"]], resources, units[resources["process"]],
        in_init[resources["process"]], twice + again,
    )  # fmt: skip


def startup_cost(ledger: Ledger, loads: Loads, requests: Requests) -> StartupCost:
    """Describe startups, repeats with their shutdown, and resources in the order they were first seen."""
    rows, done = loads.startups, loads.startups["complete"] == 1
    when = When(rows["ordinal"] == 1, rows["in_init"] == 1)
    again = (requests.startup_ms > 0) & ~requests.first
    ends, _ = ledger.shutdowns.once("key")
    ends = ends[ends["in_invocation"] == 0]
    return StartupCost(
        whole=Load("startup", *_spreads(loads.startup_units, rows["wall"], done, when)),
        repeat_with_shutdown=spread(
            requests.unit[again], requests.startup_ms[again] + requests.shutdown_ms[again]
        ),
        shutdown=spread(np.asarray(ledger.process_units, np.int64)[ends["process"]], ends["ms"]),
        failed=int((~done).sum()),
        resources=[_resource(loads, name, code) for name, code in ledger.resource_names.items()],
    )


def _resource(loads: Loads, name: str, code: int) -> Load:
    rows = loads.resources
    mine = (rows["name"] == code) & (rows["failed"] == 0)
    when = When(rows["ordinal"] == 1, loads.resource_in_init)
    return Load(name, *_spreads(loads.resource_units, rows["wall"], mine, when))


def _spreads(units: Numbers, ms: Vector, mine: Flags, when: When) -> list[Spread | None]:
    """First in INIT, first in an invocation, repeats."""
    picks = (mine & when.first & when.in_init, mine & when.first & ~when.in_init, mine & ~when.first)
    return [spread(units[pick], ms[pick]) for pick in picks]


def spread(units: Numbers, ms: Vector) -> Spread | None:
    """Mean (ratio over environments, jackknife) and median (over environments' medians) of some durations."""
    if not len(ms):
        return None
    numbers, at, n = np.unique(units, return_inverse=True, return_counts=True)
    mean = ratio(np.bincount(at, weights=ms).astype(np.float64), np.bincount(at).astype(np.float64))
    low, high = mean.interval()
    parts = np.split(ms[np.argsort(at, kind="stable")], np.cumsum(n)[:-1])
    medians = np.array([np.median(part) for part in parts])
    median_low, median_high = median_interval(medians)
    return Spread(
        n=len(ms), n_environments=len(numbers), mean=mean.value, mean_low=known(low), mean_high=known(high),
        median=float(np.median(medians)), median_low=known(median_low), median_high=known(median_high),
        level=LEVEL,
    )  # fmt: skip
