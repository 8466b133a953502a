"""What loads: first startups and resources one by one, repeats as sums by environment."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from telemetry.report.read.columns import Flags, Numbers, Vector, deduplicated
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.tables import WHOLE


@dataclass(frozen=True, slots=True)
class Part:
    """Durations of some units, none of which is in another part; arrays by unit."""

    n: Vector
    total: Vector
    median: Vector


@dataclass(frozen=True, slots=True)
class Loads:
    """First startups and resources, each once, with the unit of each; repeats only as sums."""

    startups: NDArray[Any]
    startup_units: Numbers
    resources: NDArray[Any]
    resource_units: Numbers
    resource_in_init: Flags
    """The first startup of the resource's process was in INIT."""
    resource_followed: Flags
    """Another resource of the same process began to load later."""
    repeats: dict[int, list[Part]]
    """By resource number, or `WHOLE`."""
    failed_repeats: int
    duplicates: int


def loads_of(ledger: Ledger) -> Loads:
    """Take startups and resources out of a ledger, each once."""
    startups, duplicates = ledger.startups.deduplicated("key")
    resources, more = ledger.resources.deduplicated("key")
    startups, resources = ledger.of_judged(startups), ledger.of_judged(resources)
    units = np.asarray(ledger.process_units, np.int64)
    in_init = np.zeros(len(units), np.bool_)
    in_init[startups["process"][startups["in_init"] == 1]] = True
    latest = np.full(len(units), -np.inf)
    np.maximum.at(latest, resources["process"], resources["at"])
    repeats: dict[int, list[Part]] = {}
    failed = 0
    for number in range(ledger.repeats.parts):
        rows, repeated = deduplicated(ledger.repeats.part(number, ledger.repeats.parts), "key")
        rows = ledger.of_judged(rows)
        duplicates += repeated
        failed += int(((rows["name"] == WHOLE) & (rows["complete"] == 0)).sum())
        for name in np.unique(rows["name"]):
            mine = rows[(rows["name"] == name) & (rows["complete"] == 1)]
            repeats.setdefault(int(name), []).append(part_of(units[mine["process"]], mine["wall"]))
    return Loads(
        startups=startups, startup_units=units[startups["process"]], resources=resources,
        resource_units=units[resources["process"]], resource_in_init=in_init[resources["process"]],
        resource_followed=resources["at"] < latest[resources["process"]], repeats=repeats,
        failed_repeats=failed, duplicates=duplicates + more,
    )  # fmt: skip


def part_of(units: Numbers, ms: Vector) -> Part:
    """Sum up durations by unit."""
    order = np.lexsort((ms, units))
    _, begins, n = np.unique(units[order], return_index=True, return_counts=True)
    ordered = ms[order]
    low, high = ordered[begins + (n - 1) // 2], ordered[begins + n // 2]
    total = np.add.reduceat(ordered, begins) if len(begins) else np.zeros(0)
    return Part(n.astype(np.float64), total, (low + high) / 2)
