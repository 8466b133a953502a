"""What could be switched on, where its numbers come from, and what has to be measured first."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from adapter.placement import PLACEMENTS, Placement
from telemetry.memory_size import LARGEST_MB
from telemetry.report.choose.dynamics import Schedule
from telemetry.report.choose.recorded import Arm, ArmTimes, Recorded
from telemetry.report.estimate.configurations.cells import startup_name
from telemetry.report.estimate.startup.advice import ResourceAdvice
from telemetry.report.read.records import Place

Origin: TypeAlias = Literal["this traffic", "an experiment", "a Lambda run", "a lab run", "a loopback run"]
"""Of times. Where cold starts are counted from, the pool says."""
RUNS: Final[Mapping[Place, Origin]] = {
    "lab": "a lab run",
    "lambda": "a Lambda run",
    "loopback": "a loopback run",
}
NOTHING: Final[Schedule] = (0,)
AT_LAST: Final[tuple[Placement, ...]] = ("init", "first_invocation")
"""Placements that may be switched on; the third one is there to be compared with."""
"""Memory of a function at most: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html"""
STACK: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,100}")
"""Names that may be a stack's: a name from a log becomes part of a command that somebody pastes."""


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to switch on, with all that its forecast needs."""

    name: str
    source: Origin
    arm: Arm
    times: ArmTimes
    schedule: Schedule = NOTHING
    late: tuple[float, float] | None = None
    """Of lazily loaded resources: which share of environments loads them later, and for how many seconds."""
    error: tuple[float, float] = (0.0, 0.0)
    """Standard deviations of the logarithms of the ratios that a lab run told: of warm requests, and of those
    that are held up."""


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """One thing that could be switched on, and the command that measures it."""

    name: str
    command: str


def arm_name(arm: Arm, usual_mb: float) -> str:
    """Name an arm as an option on demand; its memory where it is not the usual one."""
    where = "SnapStart" if arm.snapstart else f"on demand, {startup_name(arm.placement)}"
    return where if arm.memory_mb == usual_mb else f"{where}, {arm.memory_mb:.0f} MB"


def options_of(traffic: Recorded | None, runs: list[Recorded]) -> tuple[list[Option], Arm]:
    """List the options on demand, the recorded ones first, and the arm that they are compared with.

    Args:
        traffic: Records of the traffic; None where it is made up.
        runs: Records that were measured for their times; those of Lambda first, if any are.
    """
    sources = ([] if traffic is None else [traffic]) + runs
    base = next(iter(sources[0].arms))
    told = sources[0] if sources[0] is traffic or sources[0].place == "lambda" else None
    found: dict[Arm, Option] = {}
    for source in sources:
        for option in _of(source, traffic, told, base):
            found.setdefault(option.arm, option)
    return list(found.values()), base


def _of(source: Recorded, traffic: Recorded | None, told: Recorded | None, base: Arm) -> Iterator[Option]:
    """List what one set of records tells; of a lab only how its arms compare, where `told` has ms."""
    for arm, times in source.arms.items():
        name = arm_name(arm, base.memory_mb)
        if source is traffic:
            origin: Origin = "an experiment" if source.experiment else "this traffic"
            yield Option(name, origin, arm, times)
        elif source.place == "lambda":
            yield Option(name, "a Lambda run", arm, times)
        elif told is None:
            yield Option(name, RUNS[source.place], arm, times)
        else:
            yield from _by_ratio(name, arm, source, told.arms)


def _by_ratio(name: str, arm: Arm, lab: Recorded, arms: Mapping[Arm, ArmTimes]) -> Iterator[Option]:
    """Take the ratio of two arms of a lab run, for the times of one that the traffic has.

    The other arm is one that differs in a single thing, so that the ratio is that of this thing.
    """
    for known, times in arms.items():
        if known in lab.arms and known != arm and _differ_by(known, arm) == 1:
            warm, held_up = (
                _mean(lab.arms[arm], kind) / _mean(lab.arms[known], kind) for kind in ("warm", "held_up")
            )
            scaled = ArmTimes(times.warm.scaled(warm), times.held_up.scaled(held_up), times.extra * held_up)
            origin = RUNS[lab.place]
            yield Option(name, origin, arm, scaled, error=_error(lab.arms[arm], lab.arms[known]))
            return


def _mean(times: ArmTimes, kind: Literal["warm", "held_up"]) -> float:
    return times.warm.mean_ms if kind == "warm" else times.held_up.mean_ms


def _error(one: ArmTimes, other: ArmTimes) -> tuple[float, float]:
    """Return the standard errors of the logarithms of the ratios of two means, by kind of request."""
    return (
        math.hypot(one.warm.relative_error, other.warm.relative_error),
        math.hypot(one.held_up.relative_error, other.held_up.relative_error),
    )


def _differ_by(one: Arm, other: Arm) -> int:
    return sum(mine != its for mine, its in zip(one, other, strict=True))


def provisioned(option: Option, schedule: Schedule, name: str) -> Option:
    """Return an option with provisioned environments beside it."""
    return replace(option, name=name, schedule=schedule)


def lazy_set(option: Option, advice: list[ResourceAdvice]) -> Option | None:
    """Return the option in which the resources that the advice names are loaded when they are first used.

    Then they are taken to load as slowly as they may there: a request has less CPU than INIT.
    """
    chosen = [one for one in advice if one.advice == "make lazy" and one.load_ms and one.touch_share]
    if not chosen:
        return None
    names = ", ".join(one.name for one in chosen)
    load = sum(one.load_ms.value for one in chosen if one.load_ms)
    later = sum(one.load_ms.value * one.k for one in chosen if one.load_ms)
    touched = sum(
        one.load_ms.value * one.k * one.touch_share.value for one in chosen if one.load_ms and one.touch_share
    )
    times = replace(
        option.times,
        held_up=option.times.held_up.longer(-load),
        extra=max(0.0, option.times.extra - load / 1000),
    )
    return replace(
        option, name=f"{option.name}, lazy: {names}", times=times, late=(touched / later, later / 1000)
    )


def unmeasured(options: list[Option], base: Arm, function: str | None) -> list[Unmeasured]:
    """List what has no source, with the command that measures it beside the arm that is known.

    A lab on this machine restores no snapshots: beside these everything is measured on Lambda.
    """
    known = {option.arm for option in options}
    here = f"python -m telemetry.lab --memory {base.memory_mb:.0f}"
    there = f"python -m telemetry lab --stack {_stack(function)}-measure"
    alone = f"--placement {base.placement}"
    found = []
    for placement in PLACEMENTS:
        arm = Arm(placement, base.memory_mb)
        if placement != "every_invocation" and arm not in known:
            both = f"--placement {' '.join(dict.fromkeys((base.placement, *AT_LAST)))}"
            command = (
                f"{there} {both} --out run.jsonl" if base.snapstart else f"{here} {both} --out lab.jsonl"
            )
            found.append(Unmeasured(arm_name(arm, base.memory_mb), command))
    if not any(arm.snapstart for arm in known):
        found.append(
            Unmeasured("SnapStart", f"{there} {alone} --init-type on-demand snap-start --out run.jsonl")
        )
    if len({arm.memory_mb for arm in known}) == 1:
        size = f"{_other_size(base.memory_mb):.0f}"
        command = (
            f"{there} {alone} --init-type snap-start --memory {base.memory_mb:.0f} {size} --out run.jsonl"
            if base.snapstart
            else f"{here} {size} {alone} --out lab.jsonl"
        )
        found.append(Unmeasured("other memory sizes", command))
    return found


def _stack(function: str | None) -> str:
    return function if function and STACK.fullmatch(function) else "NAME"


def _other_size(memory_mb: float) -> float:
    """Return twice the memory, or half of it where Lambda has no more."""
    return 2 * memory_mb if 2 * memory_mb <= LARGEST_MB else memory_mb // 2
