"""Records as traffic, as lives of environments, and as times by arm."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import repeat
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from adapter.placement import PLACEMENTS, Placement
from telemetry.report.choose.levels import Traffic
from telemetry.report.choose.lives import Served
from telemetry.report.choose.silences import together
from telemetry.report.choose.times import GROUPS, Times, times_of
from telemetry.report.errors import UnusableError
from telemetry.report.read.columns import Flags, Numbers, Vector
from telemetry.report.read.environments import shutdowns_of
from telemetry.report.read.evidence import Evidence
from telemetry.report.read.joining.attempts import distinct_records
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.records import Place, place_of
from telemetry.report.read.requests import Join
from telemetry.report.read.units import START_CODES

COLD, SNAPSTART, PROACTIVE, PROVISIONED = (
    START_CODES[start] for start in ("cold", "snapstart", "proactive", "provisioned")
)

DAY: Final = 86400.0
SHORTEST_MS, LONGEST_MS = 0.01, 1e6
"""How long an invocation may keep its environment busy: Lambda ends a request after 900 s."""


class Arm(NamedTuple):
    """What tells times apart: where the startup runs, memory in MB, and whether snapshots are restored."""

    placement: Placement
    memory_mb: float
    snapstart: bool = False


@dataclass(frozen=True, slots=True)
class ArmTimes:
    """What users of one arm wait: for requests that INIT or a restore held up, and for all others."""

    warm: Times
    held_up: Times
    extra: float
    """Seconds that a request that is held up takes longer, on average."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """All that is taken from one set of records."""

    traffic: Traffic
    on_demand: Flags
    """Requests that provisioned environments did not serve."""
    served: Served
    """Those alone."""
    proactive: float
    """Share of new environments whose INIT no request waited for."""
    arms: Mapping[Arm, ArmTimes]
    """Those with requests of both kinds; the one with most requests first."""
    place: Place
    """Where it was recorded."""
    experiment: bool
    unrecorded: int = 0
    """Invocations of which a number is missing: they left neither a record nor a line of the platform."""
    far: int = 0
    """Invocations that were left out, for their time is far from that of all others."""
    now: Arm | None = None
    """What ran at the end; None where provisioned environments did."""


class _Rows(NamedTuple):
    unit: Numbers
    at: Vector
    until: Vector
    user_ms: Vector
    billed_ms: Vector
    start: NDArray[np.int8]
    first: Flags
    ping: Flags
    """No request, but an invocation that keeps its environment alive."""

    @property
    def held_up(self) -> Flags:
        """Waited for INIT or for a restore."""
        found: Flags = np.isin(self.start, (COLD, SNAPSTART))
        return found

    def at_places(self, places: slice) -> "_Rows":
        """Return some of them, one after another."""
        return _Rows(
            self.unit[places], self.at[places], self.until[places], self.user_ms[places],
            self.billed_ms[places], self.start[places], self.first[places], self.ping[places],
        )  # fmt: skip


def recorded(evidence: Evidence, memory_mb: float | None) -> Recorded:
    """Take what is needed from records.

    Args:
        evidence: What was read.
        memory_mb: Of environments whose records do not say it.

    Raises:
        UnusableError: Records of several requests in one do not say when each came, nor do summed-up ones; or
            there is no request, or they are of two times.
    """
    ledger = evidence.ledger
    if evidence.aggregated or ledger.batching:
        raise UnusableError(
            "choose needs the time of each request. Records with LIFESPAN_WRITE_EVERY above 1, and sums by "
            "Logs Insights, do not hold it."
        )
    rows, unrecorded = _rows(ledger)
    rows, far = _of_one_time(rows)
    if rows.ping.all():
        raise UnusableError("no request in these records: there is no traffic to choose for.")
    begin = float(rows.at.min())
    provisioned_units = np.unique(rows.unit[rows.start == PROVISIONED])
    on_demand = ~np.isin(rows.unit, provisioned_units)
    born = rows.first & on_demand & (rows.held_up | (rows.start == PROACTIVE))
    arms, versions = _arms(ledger, rows, memory_mb), _versions(ledger)
    return Recorded(
        _traffic(rows, begin, versions), on_demand, _served(ledger, rows, on_demand, begin, versions),
        float((rows.start[born] == PROACTIVE).mean()) if born.any() else 0.0,
        arms, place_of(ledger.labs), any(unit.experiment for unit in ledger.units), unrecorded, far,
        _now(ledger, rows, on_demand, memory_mb),
    )  # fmt: skip


def _now(ledger: Ledger, rows: _Rows, on_demand: Flags, memory_mb: float | None) -> Arm | None:
    """Return the arm that the last environment was of, if none was provisioned on the last day."""
    unit = ledger.units[int(rows.unit[-1])]
    memory = unit.memory_mb or memory_mb
    if memory is None or not on_demand[rows.at > rows.at[-1] - DAY].all():
        return None
    restored = bool((rows.start[rows.unit == unit.number] == SNAPSTART).any())
    return Arm(unit.placement, memory, restored)


def _rows(ledger: Ledger) -> tuple[_Rows, int]:
    """Collect invocations in the order of their arrival, and count those that are known by number alone."""
    join, without_record = Join(ledger), 0
    columns: list[tuple[NDArray[np.generic], ...]] = []
    for part in join.parts():
        waited = np.nan_to_num(part.init_ms)
        at = (part.rows["at"] - waited) / 1000
        took = np.where(np.isnan(part.user_ms), part.rows["ms"] + waited, part.user_ms)
        took = np.clip(took, SHORTEST_MS, LONGEST_MS)
        without_record += 0 if part.recorded else len(at)
        columns.append((
            part.unit, at, at + took / 1000, part.user_ms, part.billed_ms,
            part.rows["start"], part.first, np.zeros(len(at), np.bool_),
        ))  # fmt: skip
    columns += map(_pings, repeat(ledger), range(ledger.pings.parts))
    whole = [np.concatenate(column) for column in zip(*columns, strict=True)]
    known = np.flatnonzero(np.isfinite(whole[1]))
    order = known[np.argsort(whole[1][known], kind="stable")]
    missing = int(join.missing().numbered.sum())
    return _Rows(*(column[order] for column in whole)), max(0, missing - without_record)


def _of_one_time(rows: _Rows) -> tuple[_Rows, int]:
    """Leave out what is far from all other invocations, and count it."""
    if not len(rows.at):
        return rows, 0
    kept = together(rows.at)
    return rows.at_places(kept), len(rows.at) - (kept.stop - kept.start)


def _pings(ledger: Ledger, number: int) -> tuple[NDArray[np.generic], ...]:
    """Return the columns of one part of the pings; nobody waits for them, so they have no times."""
    found, _ = distinct_records(ledger.pings.part(number, ledger.pings.parts))
    unit = np.asarray(ledger.process_units, np.int64)[found["process"]]
    mine = ledger.judged()[unit]
    found, unit, at = found[mine], unit[mine], found["at"][mine] / 1000
    first = found["n"] == 1
    cold = first & np.isin(found["process"], list(ledger.cold_pings))
    start = np.where(cold, COLD, START_CODES["warm"]).astype(np.int8)
    nothing = np.full(len(at), np.nan)
    return (
        unit, at, at + np.clip(found["ms"], SHORTEST_MS, LONGEST_MS) / 1000, nothing, nothing, start, first,
        np.ones(len(at), np.bool_),
    )  # fmt: skip


def _versions(ledger: Ledger) -> Numbers:
    """Number the versions of the units."""
    _, found = np.unique([unit.version or "" for unit in ledger.units], return_inverse=True)
    return np.asarray(found, np.int64)


def _traffic(rows: _Rows, begin: float, versions: Numbers) -> Traffic:
    """Give requests that were held up the service time of another one; whoever replays adds INIT."""
    service, held_up = rows.until - rows.at, rows.held_up & ~rows.ping
    warm = service[~rows.held_up & ~rows.ping]
    if len(warm):
        random = np.random.default_rng(len(service))
        service = service.copy()
        service[held_up] = random.choice(warm, int(held_up.sum()))
    end = float(rows.until.max()) - begin
    _, version = np.unique(versions[rows.unit], return_inverse=True)
    return Traffic(
        rows.at - begin, service, 0.0, max(end, 1.0), version if version.any() else None, begin,
        rows.ping if rows.ping.any() else None,
    )  # fmt: skip


def _served(ledger: Ledger, rows: _Rows, on_demand: Flags, begin: float, versions: Numbers) -> Served:
    units, environment = np.unique(rows.unit[on_demand], return_inverse=True)
    return Served(
        environment, rows.at[on_demand] - begin, rows.until[on_demand] - begin, rows.held_up[on_demand],
        _ended(ledger, rows, versions)[units] - begin, versions[units],
    )  # fmt: skip


def _ended(ledger: Ledger, rows: _Rows, versions: Numbers) -> Vector:
    """Return when each unit said that it was being ended, Unix seconds; NaN if a new version ended it."""
    ends = shutdowns_of(ledger)
    unit = np.asarray(ledger.process_units, np.int64)[ends["process"]]
    ended = np.full(len(ledger.units), np.nan)
    ended[unit] = ends["at"] / 1000
    newest = np.full(len(ledger.units), -np.inf)
    np.maximum.at(newest, rows.unit, rows.at)
    for number in np.unique(versions):
        others = versions[rows.unit] != number
        other = np.append(rows.at[others], np.inf)  # in the order of arrival
        mine = versions == number
        replaced = other[np.searchsorted(other, newest[mine])] < ended[mine]
        ended[np.flatnonzero(mine)[replaced]] = np.nan
    return ended


LEAST_REQUESTS: Final = 5
"""Of each kind in an arm; fewer are no distribution."""


def _arms(ledger: Ledger, rows: _Rows, memory_mb: float | None) -> dict[Arm, ArmTimes]:
    """Sort times by arm."""
    restored = np.zeros(len(ledger.units), np.bool_)
    restored[np.unique(rows.unit[rows.start == SNAPSTART])] = True
    provisioned = np.zeros(len(ledger.units), np.bool_)
    provisioned[np.unique(rows.unit[rows.start == PROVISIONED])] = True
    counts = np.bincount(rows.unit, minlength=len(ledger.units))
    keys: dict[Arm, list[int]] = {}
    for unit in ledger.units:
        memory = unit.memory_mb or memory_mb
        if not counts[unit.number]:
            continue
        if restored[unit.number] and place_of(ledger.labs) != "lambda":
            continue  # what Lambda takes to restore a snapshot, no lab can tell
        if ledger.labs and provisioned[unit.number]:
            continue  # it would pass for one on demand, beside which it was measured
        if memory is not None:
            keys.setdefault(Arm(unit.placement, memory, bool(restored[unit.number])), []).append(unit.number)
    found: dict[Arm, ArmTimes] = {}
    for arm in sorted(keys, key=lambda arm: (-int(counts[keys[arm]].sum()), PLACEMENTS.index(arm.placement))):
        times = _arm(rows, np.asarray(keys[arm], np.int64))
        if times is not None:
            found[arm] = times
    return found


def _arm(rows: _Rows, units: Numbers) -> ArmTimes | None:
    mine = np.isin(rows.unit, units) & ~np.isnan(rows.user_ms)
    groups = min(len(units), GROUPS)
    group = np.searchsorted(units, rows.unit[mine]) % groups
    late = rows.held_up[mine]
    if late.sum() < LEAST_REQUESTS or (~late).sum() < LEAST_REQUESTS:
        return None
    ms, billed = rows.user_ms[mine], rows.billed_ms[mine]
    warm, waited = (times_of(group[kind], ms[kind], billed[kind], groups) for kind in (~late, late))
    return ArmTimes(warm, waited, max(0.0, float(ms[late].mean() - ms[~late].mean())) / 1000)
