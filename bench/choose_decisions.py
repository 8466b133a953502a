"""Whether the recommended option is the best: simulated fleets, whose next days are known for each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

import numpy as np

from bench.choose_coverage import DAYS
from bench.choose_fleets import DAY, INIT, NAMES, Fleet, Policy, policy_of, shape_of, traffic_of
from telemetry.prices import MONTH, TABLE, Usage, dollars
from telemetry.report.choose.choice import Wanted
from telemetry.report.choose.dynamics import Schedule
from telemetry.report.choose.levels import Traffic
from telemetry.report.choose.lives import Served
from telemetry.report.choose.provisioned import HOURS, hours_of, spilled
from telemetry.report.choose.recorded import Arm, ArmTimes, Recorded
from telemetry.report.choose.study import Asked, Choice, Material, chosen
from telemetry.report.choose.times import GROUPS, times_of
from telemetry.report.estimate.configurations.preference import PREFERENCES, Preference
from telemetry.report.read.columns import Flags, Vector

NEAR: Final = 0.05
"""By which an option may be worse than the best one, and still be a good choice."""
MEMORY_MB: Final = 1024
IN_FAMILY: Final = NAMES[:3]
DOUBT: Final = "cannot be told from it"


@dataclass(frozen=True, slots=True)
class Decided:
    """One recommendation, held against what came."""

    prefer: Preference
    recommended: str | None
    """None where it was refused."""
    doubted: bool
    """Another option was named that cannot be told from it."""
    worse: float
    """Than the best option, as a share; of dollars, p99 or their product."""


def decided(name: str, seed: int) -> Iterator[Decided]:
    """Simulate one fleet, choose by its first half, and look at its second."""
    draw, random = Random(seed), np.random.default_rng(seed)  # noqa: S311  # a simulation
    traffic = traffic_of(shape_of(random), 2 * DAYS, random)
    policy = policy_of(name, draw)
    material = Material(_recorded(traffic, policy, seed))
    for prefer in PREFERENCES:
        choice = chosen(Asked(TABLE[0], Wanted(prefer)), material)
        yield _held_against(choice, prefer, _truth(choice, traffic, policy, seed))


def _held_against(choice: Choice, prefer: Preference, truth: dict[str, tuple[float, float]]) -> Decided:
    name = choice.recommendation.option
    if name is None:
        return Decided(prefer, None, doubted=False, worse=0.0)
    goals = {
        one: {"cost": bill, "p99": p99, "balanced": bill * p99}[prefer] for one, (bill, p99) in truth.items()
    }
    return Decided(
        prefer, name, DOUBT in choice.recommendation.reason, goals[name] / min(goals.values()) - 1
    )  # fmt: skip


def _recorded(traffic: Traffic, policy: Policy, seed: int) -> Recorded:
    """Return what the records of the first half tell."""
    middle = DAYS * DAY
    served = Fleet(policy, Random(seed)).served(traffic).before(middle)  # noqa: S311  # a simulation
    known = traffic.part(traffic.at < middle)
    environments = int(served.environment.max()) + 1
    arm = _times(served, min(environments, GROUPS))
    return Recorded(
        Traffic(known.at, known.service, 0.0, middle), np.ones(len(known.at), np.bool_), served, 0.0,
        {Arm("init", MEMORY_MB): arm}, "lambda", experiment=False,
    )  # fmt: skip


def _times(served: Served, groups: int) -> ArmTimes:
    ms = (served.until - served.at) * 1000
    group = served.environment % groups
    warm, held_up = (
        times_of(group[kind], ms[kind], np.ceil(ms[kind]), groups) for kind in (~served.cold, served.cold)
    )
    return ArmTimes(warm, held_up, INIT)


def _truth(choice: Choice, traffic: Traffic, policy: Policy, seed: int) -> dict[str, tuple[float, float]]:
    """Return dollars a month and p99 in ms of each option, in the second half."""
    return {one.option.name: _came(one.option.schedule, traffic, policy, seed) for one in choice.outcomes}


def _came(schedule: Schedule, traffic: Traffic, policy: Policy, seed: int) -> tuple[float, float]:
    count = np.asarray(schedule)[hours_of(traffic.at, traffic.epoch, HOURS) % len(schedule)]
    over = spilled(traffic.at, traffic.service, count) if any(schedule) else np.ones(len(count), np.bool_)
    ms = traffic.service * 1000
    cold = np.zeros(len(ms), np.bool_)
    if over.any():
        cold[over] = Fleet(policy, Random(seed)).served(traffic.part(over)).cold  # noqa: S311  # as above
    later = traffic.at >= DAYS * DAY
    waited = (ms + 1000 * INIT * cold)[later]
    return _bill(schedule, waited, over[later]), float(np.quantile(waited, 0.99))


def _bill(schedule: Schedule, ms: Vector, over: Flags) -> float:
    month, seconds = MONTH / (DAYS * DAY), np.ceil(ms) / 1000
    usage = Usage(
        requests=len(ms) * month, seconds=float(seconds[over].sum()) * month, gb=MEMORY_MB / 1024,
        provisioned_seconds=float(np.mean(schedule)) * MONTH,
        provisioned_busy_seconds=float(seconds[~over].sum()) * month,
    )  # fmt: skip
    return dollars(TABLE[0], usage) or 0.0


def table(found: Sequence[Decided]) -> Iterator[tuple[str, ...]]:
    """Yield a row for each preference."""
    for prefer in PREFERENCES:
        mine = [one for one in found if one.prefer == prefer]
        told = [one for one in mine if one.recommended is not None]
        wrong = [one for one in told if one.worse > NEAR]
        yield (
            prefer,
            f"{len(mine)}",
            f"{len(mine) - len(told)}",
            f"{sum(one.worse == 0 for one in told)} of {len(told)}",
            f"{len(told) - len(wrong)} of {len(told)}",
            f"{sum(not one.doubted for one in wrong)} of {len(told)}",
            f"{100 * max((one.worse for one in told), default=0.0):.1f} %",
        )
