"""The plan of a run: events drawn by weight, for environments in random order."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, product
from typing import Any, Final

from adapter.placement import Placement
from telemetry.lab.events import EventSource
from telemetry.lab.run.settings import Settings

UNASSIGNED: Final = "assigned"
"""The records' name of an arm that is not known yet, or never will be: the experiment assigns it."""


@dataclass(frozen=True, slots=True)
class PlannedEnvironment:
    """One execution environment to be."""

    block: int
    """From 1. A block has one environment of each placement and memory size; in an experiment, of each
    size."""
    placement: Placement | None
    """None where an experiment assigns it."""
    memory_mb: int
    events: tuple[Mapping[str, Any], ...]

    @property
    def arm(self) -> str:
        """Name of the arm, as far as it is known in advance."""
        return self.placement or UNASSIGNED


def plan(settings: Settings, sources: Sequence[EventSource]) -> tuple[PlannedEnvironment, ...]:
    """Lay out a run; the same settings and seed give the same plan.

    The environments of a block get the same events, or the first ones of them where their arm gets fewer, so
    that they differ only by what is compared. They run in random order, so that what changes on the machine
    over time changes all arms alike.
    """
    shuffle = random.Random(f"{settings.seed} order")  # noqa: S311 # repeatable on purpose, keeps no secret
    placements = settings.placements if settings.experiment is None else (None,)
    arms = tuple(product(placements, settings.memory_mb))
    environments: list[PlannedEnvironment] = []
    blocks = range(1, settings.environments + 1)
    for block, events in zip(
        blocks, sequences(sources, settings.seed, settings.invocations.most), strict=False
    ):
        environments += [
            PlannedEnvironment(block, placement, memory, events[: settings.invocations.of(placement)])
            for placement, memory in shuffle.sample(arms, k=len(arms))
        ]
    return tuple(environments)


def sequences(
    sources: Sequence[EventSource], seed: int, length: int
) -> Iterator[tuple[Mapping[str, Any], ...]]:
    """Draw the events of one block after the other, without end; the same seed draws the same."""
    draw = random.Random(f"{seed} events")  # noqa: S311 # as in `plan`
    weights = [source.weight for source in sources]
    while True:
        yield tuple(source.event for source in draw.choices(sources, weights, k=length))


def dealt(settings: Settings) -> Iterator[PlannedEnvironment]:
    """Deal environments to arms, without end: in random order, block by block, each of which has all arms.

    Nobody knows in advance how many will be needed, or which requests they will get.
    """
    shuffle = random.Random(f"{settings.seed} order")  # noqa: S311 # as in `plan`
    placements = settings.placements if settings.experiment is None else (None,)
    arms = tuple(product(placements, settings.memory_mb))
    numbers = count(1)
    while True:
        for placement, memory in shuffle.sample(arms, k=len(arms)):
            yield PlannedEnvironment(next(numbers), placement, memory, ())


def drawn(sources: Sequence[EventSource], seed: int, number: int) -> Sequence[Mapping[str, Any]]:
    """Draw as many events by their weights; the same seed draws the same."""
    draw = random.Random(f"{seed} events")  # noqa: S311 # as in `plan`
    weights = [source.weight for source in sources]
    return [source.event for source in draw.choices(sources, weights, k=number)]
