"""Two runs beside each other: two commits, or before and after. No experiment, so nothing is decided."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from telemetry.report.estimate.intervals import Estimate
from telemetry.report.estimate.jackknife import LEVEL
from telemetry.report.estimate.platform_lines import platform_numbers
from telemetry.report.estimate.results import Results
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.records import place_of

Finding: TypeAlias = Literal["slower", "faster", "no difference seen", "cannot tell"]


@dataclass(frozen=True, slots=True)
class Change:
    """One number of both runs, and how it changed: second minus first, ms."""

    what: str
    before: Estimate
    after: Estimate
    difference: Estimate
    """Without an interval where the machines differ, or one of the two has none."""

    @property
    def finding(self) -> Finding:
        """What the interval says of the second run."""
        low, high = self.difference.low, self.difference.high
        if low is None or high is None:
            return "cannot tell"
        return "slower" if low > 0 else "faster" if high < 0 else "no difference seen"


@dataclass(frozen=True, slots=True)
class Failed:
    """How many requests failed in each run: a fast error makes a run look faster."""

    what: str
    """The arm; `all` by the platform's lines, which do not tell arms apart."""
    before: int
    before_requests: int
    after: int
    after_requests: int


@dataclass(frozen=True, slots=True)
class TwoRuns:
    """What changed between two runs."""

    changes: list[Change]
    failures: list[Failed]
    """Of what both runs have."""
    not_in_figures: tuple[int, int]
    """Requests of each run of which nothing tells the arm, or the environment."""
    same_machine: bool
    """Both were measured on one kind of machine: intervals of their difference mean something."""
    by: Literal["records", "platform lines"] = "records"
    """What the numbers are from: the platform's lines alone where one of the two logs holds no records."""


def two_runs(before: Results, after: Results) -> TwoRuns:
    """Compare the numbers that both runs have."""
    same = _machine(before) == _machine(after)
    numbers = dict(_numbers(before))
    changes = [
        Change(what, numbers[what], found, _difference(numbers[what], found, bounded=same))
        for what, found in _numbers(after)
        if what in numbers
    ]
    return TwoRuns(changes, list(_failed(before, after)), (_left_out(before), _left_out(after)), same)


def two_logs(before: Ledger, after: Ledger) -> TwoRuns | None:
    """Compare two logs by the platform's lines alone; None where one has none."""
    first, second = platform_numbers(before), platform_numbers(after)
    if first is None or second is None:
        return None
    same = place_of(before.labs) == place_of(after.labs) and first.memory_mb == second.memory_mb
    changes = [
        Change(what, one, second.estimates[what], _difference(one, second.estimates[what], bounded=same))
        for what, one in first.estimates.items()
        if what in second.estimates
    ]
    failed = Failed("all", first.failed, first.requests, second.failed, second.requests)
    return TwoRuns(changes, [failed], (0, 0), same, "platform lines")


def _failed(before: Results, after: Results) -> Iterator[Failed]:
    shares = {one.placement: one for one in before.failures}
    for one in after.failures:
        if one.placement in shares:
            first = shares[one.placement]
            yield Failed(one.placement, first.failed, first.requests, one.failed, one.requests)


def _left_out(of: Results) -> int:
    return sum(one.ended_well + one.failed + one.timed_out for one in of.unrecorded if not one.in_figures)


def _machine(of: Results) -> tuple[object, ...]:
    """Return what has to be alike: place, processor, Python, memory."""
    place, host = of.measured_on, of.measured_on.host
    kind = None if host is None else (host.cpu, host.cores, host.system)
    return place.where, kind, tuple(place.python), place.memory_mb


def _numbers(of: Results) -> Iterator[tuple[str, Estimate]]:
    """Yield what a change of code may change, first what users wait for."""
    for arm in of.arms:
        if arm.environments:
            yield f"request, {arm.placement}", arm.user_visible_ms
            if arm.billed_ms is not None:
                yield f"billed, {arm.placement}", arm.billed_ms
    yield from _loads(of)
    for split in of.time_split:
        for part in split.parts:
            if part.kind in {"INIT", "imports"} and part.ms is not None:
                yield f"{part.kind}, {split.placement}", Estimate(part.ms, None, None, LEVEL)


def _loads(of: Results) -> Iterator[tuple[str, Estimate]]:
    whole = of.startup.whole
    for name, load in (("startup in INIT", whole.first_in_init), ("startup, repeated", whole.repeat)):
        if load is not None:
            yield name, Estimate(load.mean, load.mean_low, load.mean_high, load.level)
    for resource in of.resources:
        if resource.load_ms is not None:
            yield f"resource {resource.name}", resource.load_ms


def _difference(before: Estimate, after: Estimate, *, bounded: bool) -> Estimate:
    """Put both intervals together, each side by itself (Zou and Donner, Statistics in Medicine 27, 2008)."""
    value = after.value - before.value
    ends = (before.low, before.high, after.low, after.high)
    if not bounded or any(end is None for end in ends):
        return Estimate(value, None, None, after.level)
    low, high, after_low, after_high = (0.0 if end is None else end for end in ends)
    down = math.hypot(after.value - after_low, high - before.value)
    up = math.hypot(after_high - after.value, before.value - low)
    return Estimate(value, value - down, value + up, after.level)
