"""Where the time goes: what users waited for, split into INIT and its parts, first requests, and warm ones.

INIT is the runtime's own start, then imports, then the app's startup. Lambda says how long all of it took,
the startup's record how long the process had run before it (`init_ms`) and how long the startup took. What
is left is the platform's: before the process started, and after the startup. In an arm that starts up later,
all of INIT is runtime and imports. Shares are of all that the arm's users waited.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np

from adapter.placement import PLACEMENTS, Placement
from telemetry.report.read.columns import Flags, Vector
from telemetry.report.read.environments import stream_units
from telemetry.report.read.first_requests import FirstRequests
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.loads import Loads
from telemetry.report.read.names import told_apart
from telemetry.report.read.totals import Totals

Kind: TypeAlias = Literal["INIT", "imports", "startup", "resource", "rest of INIT", "first request", "warm"]
IN_INIT: Final[frozenset[Kind]] = frozenset({"imports", "startup", "rest of INIT"})
"""Together they are INIT; resources are parts of the startup."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the time, each mean over the environments or requests that it is known of."""

    kind: Kind
    name: str | None
    """Of a resource."""
    ms: float | None
    """Mean; None where it is not known."""
    known: int
    """Environments that it is the mean of; of `first request` and `warm`, requests."""
    share: float | None
    """Of what the arm's users waited; None where it is not known."""


@dataclass(frozen=True, slots=True)
class TimeSplit:
    """The parts of one arm, in the order in which they happen."""

    placement: Placement
    environments: int
    waited_for_init: int
    """Environments whose first request waited for INIT."""
    parts: list[Part]


def time_splits(ledger: Ledger, totals: Totals, loads: Loads) -> list[TimeSplit]:
    """Split the time of every arm that served a request."""
    arms = {placement: _Arm(placement, ledger, totals, loads) for placement in PLACEMENTS}
    return [
        TimeSplit(
            placement=placement,
            environments=int(arm.mine.sum()),
            waited_for_init=int((arm.mine & (totals.sums.waited > 0)).sum()),
            parts=list(_parts(arm)),
        )
        for placement, arm in arms.items()
        if arm.mine.any()
    ]


class _Arm:
    """One arm's figures by unit, NaN where they are not known."""

    def __init__(self, placement: Placement, ledger: Ledger, totals: Totals, loads: Loads) -> None:
        mine: Flags = totals.sums.in_arm(placement) & (totals.sums.n > 0)
        self.mine, self.sums, self.loads, self.ledger = mine, totals.sums, loads, ledger
        self.firsts: FirstRequests | None = totals.firsts
        units = len(ledger.units)
        rows = loads.startups["in_init"] == 1
        of = loads.startup_units[rows]
        self.imports, self.startup = (np.full(units, np.nan) for _ in range(2))
        self.imports[of] = loads.startups["init"][rows]
        self.startup[of] = loads.startups["wall"][rows]
        self.init = _platform_init(ledger, totals)
        self.starts_up_in_init = placement == "init" or bool((mine & ~np.isnan(self.startup)).any())
        if not self.starts_up_in_init:
            self.imports = self.init
        self.warm_weight = totals.warm_weights.get(placement, 1.0)
        self.waited_ms = float(totals.even().user[mine].sum())


def _platform_init(ledger: Ledger, totals: Totals) -> Vector:
    """INIT of each unit, or the restore of its snapshot, as its first request or else the platform has it."""
    found, _ = ledger.streams.init_by_unit(stream_units(ledger), len(ledger.units), cut_only=False)
    if totals.firsts is not None:
        return np.where(totals.firsts.init > 0, totals.firsts.init, found)
    return np.where(totals.sums.waited > 0, totals.sums.init / np.maximum(totals.sums.waited, 1), found)


def _parts(arm: _Arm) -> Iterator[Part]:
    init_share = _share(float(arm.sums.init[arm.mine].sum()), arm)
    yield _mean("INIT", arm.init, arm, init_share)
    whole = _value(arm.init, arm.mine)
    yield _mean("imports", arm.imports, arm, _scaled(init_share, arm.imports, whole, arm))
    if arm.starts_up_in_init:
        yield _mean("startup", arm.startup, arm, _scaled(init_share, arm.startup, whole, arm))
        yield from _resources(arm, init_share, whole)
        rest = np.maximum(arm.init - arm.imports - arm.startup, 0.0)
        yield _mean("rest of INIT", rest, arm, _scaled(init_share, rest, whole, arm))
    yield from _requests(arm)


def _resources(arm: _Arm, init_share: float | None, whole: float | None) -> Iterator[Part]:
    """Split the startup; overlapping resources are left out, since their times are not their own."""
    rows, loads = arm.loads.resources, arm.loads
    names = arm.ledger.resource_names
    for name, code in zip(told_apart(names), names.values(), strict=True):
        own = (rows["name"] == code) & (rows["failed"] == 0) & (rows["overlapped"] == 0)
        own &= loads.resource_in_init
        ms: Vector = np.full(len(arm.mine), np.nan)
        ms[loads.resource_units[own]] = rows["wall"][own]
        if not np.isnan(ms[arm.mine]).all():
            yield _mean("resource", ms, arm, _scaled(init_share, ms, whole, arm), name)


def _requests(arm: _Arm) -> Iterator[Part]:
    """First requests without INIT, then warm ones."""
    firsts = arm.firsts
    if firsts is None:
        return
    own = firsts.ms - firsts.init
    timed = arm.mine & firsts.timed
    yield _mean("first request", own, arm, _share(float(own[timed].sum()), arm))
    total, n = firsts.warm()
    requests = int(n[arm.mine].sum())
    ms = float(total[arm.mine].sum()) / requests if requests else None
    yield Part("warm", None, ms, requests, _share(arm.warm_weight * float(total[arm.mine].sum()), arm))


def _mean(kind: Kind, ms: Vector, arm: _Arm, share: float | None, name: str | None = None) -> Part:
    known = int((arm.mine & ~np.isnan(ms)).sum())
    value = _value(ms, arm.mine)
    return Part(kind, name, value, known, None if value is None else share)


def _value(ms: Vector, mine: Flags) -> float | None:
    known = ms[mine & ~np.isnan(ms)]
    return float(known.mean()) if len(known) else None


def _share(ms: float, arm: _Arm) -> float | None:
    return ms / arm.waited_ms if arm.waited_ms > 0 else None


def _scaled(init_share: float | None, ms: Vector, whole: float | None, arm: _Arm) -> float | None:
    """Share of a part of INIT: as much of INIT's share as it is of INIT."""
    value = _value(ms, arm.mine)
    if init_share is None or value is None or not whole:
        return None
    return init_share * min(value / whole, 1.0)
