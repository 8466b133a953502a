"""Environments that started and served no request: they are nobody's latency, and are billed all the same."""

from dataclasses import dataclass

import numpy as np

from adapter.placement import PLACEMENTS, Placement
from telemetry.report.read.columns import Flags, Vector
from telemetry.report.read.environments import snapshot_units, stream_units
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.loads import Loads
from telemetry.report.read.records import place_of
from telemetry.report.read.totals import Totals


@dataclass(frozen=True, slots=True)
class Unused:
    """Environments of one arm without a request."""

    placement: Placement
    environments: int
    told: int
    """Of them, those whose INIT is known: by the platform, or else by the adapter (imports and startup)."""
    init_ms: float
    """INIT of those that are known, in all; it is billed since 2025-08."""


def unused_of(ledger: Ledger, totals: Totals, loads: Loads) -> list[Unused]:
    """Count unused environments by arm; in a lab there are none."""
    unused = unused_units(ledger, totals)
    init = _init(ledger, loads)
    found = []
    for placement in PLACEMENTS:
        mine = unused & totals.sums.in_arm(placement)
        known = mine & ~np.isnan(init)
        if mine.any():
            found.append(Unused(placement, int(mine.sum()), int(known.sum()), float(init[known].sum())))
    return found


def unused_units(ledger: Ledger, totals: Totals) -> Flags:
    """Say which environments served neither a request nor a ping; in a lab there are none."""
    if place_of(ledger.labs) == "lab":
        return np.zeros(len(ledger.units), np.bool_)
    unused: Flags = ledger.judged() & (totals.sums.n == 0) & ~_snapshots(ledger)
    return unused & (totals.pings == 0) if len(totals.pings) else unused


def _snapshots(ledger: Ledger) -> Flags:
    """Say which units are what a snapshot was taken of."""
    found = np.zeros(len(ledger.units), np.bool_)
    found[snapshot_units(ledger)] = True
    return found


def _init(ledger: Ledger, loads: Loads) -> Vector:
    init, _ = ledger.streams.init_by_unit(stream_units(ledger), len(ledger.units), cut_only=False)
    rows = loads.startups
    in_init = rows["in_init"] == 1
    units = loads.startup_units[in_init]
    own = rows["wall"][in_init] + np.nan_to_num(rows["init"][in_init])
    told: Vector = np.full(len(init), np.nan)
    told[units] = 0.0
    np.add.at(told, units, own)
    return np.where(np.isnan(init), told, init)
