"""How many requests met which kind of start, how long they took, and how many an environment served."""

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np

from adapter.placement import PLACEMENTS, Placement
from telemetry import schema
from telemetry.report.model import Invocations, Latency, Starts
from telemetry.report.records import Lab
from telemetry.report.sums import Sums
from telemetry.report.totals import Totals

Counts: TypeAlias = dict[str, dict[str, int]]
PERCENTILES = (5, 25, 50, 75, 90, 95, 99)


def starts_of(totals: Totals, labs: list[Lab]) -> Starts:
    """Count start classes by arm, beside what the lab says it sent."""
    recorded: dict[Placement, dict[str, int]] = {}
    for placement, counts in zip(PLACEMENTS, totals.starts, strict=True):
        if counts.sum():
            recorded[placement] = _present(dict(zip(schema.STARTS, map(int, counts), strict=True)))
    # A lab that was killed has not told what it sent.
    told = all(any(sent.starts for sent in lab.sent.values()) for lab in labs)
    sent = _sent(labs) if labs and told else None
    return Starts(recorded, sent, [] if sent is None else _mismatches(recorded, sent))


def same_wait(starts: Starts) -> bool:
    """Did the first request of every environment wait for INIT, in both arms that start up once?"""
    both: tuple[Placement, ...] = ("init", "first_invocation")
    return all(starts.recorded.get(arm, {"": 0}).keys() <= {"cold", "warm"} for arm in both)


def _sent(labs: list[Lab]) -> Counts:
    total: Counts = {}
    for lab in labs:
        for placement, sent in lab.sent.items():
            counts = total.setdefault(placement, {})
            for start, count in sent.starts.items():
                counts[start] = counts.get(start, 0) + count
    return {placement: _present(counts) for placement, counts in total.items()}


def _present(counts: dict[str, int]) -> dict[str, int]:
    return {start: count for start, count in counts.items() if count}


def _mismatches(recorded: Mapping[Placement, dict[str, int]], sent: Counts) -> list[str]:
    found = []
    seen: Counts = {str(placement): counts for placement, counts in recorded.items()}
    for placement in dict.fromkeys([*sent, *seen]):
        there, expected = seen.get(placement, {}), sent.get(placement, {})
        found += [
            f"{placement}: {there.get(start, 0)} {start} recorded, {expected.get(start, 0)} sent"
            for start in dict.fromkeys([*expected, *there])
            if there.get(start, 0) != expected.get(start, 0)
        ]
    return found


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
