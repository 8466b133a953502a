"""How many requests met which kind of start, how long they took, and how many an environment served."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from adapter.placement import PLACEMENTS, Placement
from telemetry import schema
from telemetry.report.read.records import Lab
from telemetry.report.read.sums import Sums
from telemetry.report.read.totals import Totals, starts_once

Counts: TypeAlias = dict[str, dict[str, int]]
PERCENTILES: Final = (5, 25, 50, 75, 90, 95, 99)


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Requests of one arm and start class, of which the lab sent another number."""

    placement: str
    start: str
    recorded: int
    sent: int


@dataclass(frozen=True, slots=True)
class Starts:
    """Requests by start class."""

    recorded: dict[Placement, dict[str, int]]
    sent: dict[str, dict[str, int]] | None
    """What the lab says it sent; None without a lab record."""
    mismatches: list[Mismatch]

    @property
    def restored(self) -> bool:
        """Whether requests waited for snapshots to be restored: INIT ran before, when they were taken."""
        return any("snapstart" in counts for counts in self.recorded.values())


@dataclass(frozen=True, slots=True)
class Latency:
    """User-visible ms of one start class in one arm; descriptive only."""

    placement: Placement
    start: str
    requests: int
    mean: float
    percentiles: dict[str, float]


@dataclass(frozen=True, slots=True)
class Invocations:
    """How many requests an environment served, over the environments of one arm."""

    placement: Placement
    environments: int
    mean: float
    percentiles: dict[str, float]
    most: int


def starts_of(totals: Totals, labs: Sequence[Lab]) -> Starts:
    """Count start classes by arm, beside what the lab says it sent."""
    recorded: dict[Placement, dict[str, int]] = {}
    for placement, counts in zip(PLACEMENTS, totals.starts, strict=True):
        if counts.sum():
            recorded[placement] = _present(dict(zip(schema.STARTS, map(int, counts), strict=True)))
    # A lab that was killed did not record what it sent.
    complete = all(any(sent.starts for sent in lab.sent.values()) for lab in labs)
    sent = _sent(labs) if labs and complete else None
    return Starts(recorded, sent, [] if sent is None else list(_mismatches(recorded, sent)))


def same_wait(starts: Starts) -> bool:
    """Did the first request of every environment wait for INIT, in all arms that start up once?"""
    once = (placement for placement in PLACEMENTS if starts_once(placement))
    return all(starts.recorded.get(arm, {"": 0}).keys() <= {"cold", "warm"} for arm in once)


def _sent(labs: Sequence[Lab]) -> Counts:
    total: Counts = {}
    for lab in labs:
        for placement, sent in lab.sent.items():
            counts = total.setdefault(placement, {})
            for start, count in sent.starts.items():
                counts[start] = counts.get(start, 0) + count
    return {placement: _present(counts) for placement, counts in total.items()}


def _present(counts: dict[str, int]) -> dict[str, int]:
    return {start: count for start, count in counts.items() if count}


def _mismatches(recorded: Mapping[Placement, dict[str, int]], sent: Counts) -> Iterator[Mismatch]:
    actual: Counts = {str(placement): counts for placement, counts in recorded.items()}
    for placement in dict.fromkeys([*sent, *actual]):
        found, expected = actual.get(placement, {}), sent.get(placement, {})
        for start in dict.fromkeys([*expected, *found]):
            if found.get(start, 0) != expected.get(start, 0):
                yield Mismatch(placement, start, found.get(start, 0), expected.get(start, 0))


def latency_of(totals: Totals) -> list[Latency]:
    """Describe user-visible ms by arm and start class. Descriptive: the arm changes who is in which class."""
    found = []
    for placement in PLACEMENTS:
        for start in schema.STARTS:
            ms = totals.latencies.get((placement, start))
            if ms is not None:
                named = {f"p{percent}": ms.percentile(percent) for percent in PERCENTILES}
                found.append(Latency(placement, start, ms.n, ms.mean, named))
    return found


def invocations_of(sums: Sums) -> list[Invocations]:
    """Describe how many requests the environments of each arm served; those of none are left out."""
    found = []
    for placement in PLACEMENTS:
        n = sums.n[sums.in_arm(placement) & (sums.n > 0)]
        if len(n):
            values = np.percentile(n, PERCENTILES)
            named = {f"p{percent}": float(value) for percent, value in zip(PERCENTILES, values, strict=True)}
            found.append(Invocations(placement, len(n), float(n.mean()), named, int(n.max())))
    return found
