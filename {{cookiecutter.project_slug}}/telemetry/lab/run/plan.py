"""Which execution environments run, in which order, on which events."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from telemetry.lab.run.events import EventSource
from telemetry.lab.run.settings import Settings


@dataclass(frozen=True, slots=True)
class PlannedEnvironment:
    """One execution environment to be."""

    block: int
    """From 1: there is one environment of each placement in a block."""
    placement: str
    events: tuple[Mapping[str, Any], ...]


def planned(settings: Settings, sources: Sequence[EventSource]) -> tuple[PlannedEnvironment, ...]:
    """Lay out a run; the same settings and seed give the same plan.

    The environments of a block get the same events, so that arms differ by placement only, and run in random
    order, so that what changes on the machine over time changes all arms alike.
    """
    draw = random.Random(f"{settings.seed} events")  # noqa: S311 # repeatable on purpose, keeps no secret
    shuffle = random.Random(f"{settings.seed} order")  # noqa: S311 # as above
    weights = [source.weight for source in sources]
    plan: list[PlannedEnvironment] = []
    for block in range(1, settings.environments + 1):
        drawn = draw.choices(sources, weights, k=settings.invocations)
        events = tuple(source.event for source in drawn)
        order = shuffle.sample(settings.placements, k=len(settings.placements))
        plan += [PlannedEnvironment(block, placement, events) for placement in order]
    return tuple(plan)
