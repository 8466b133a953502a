"""The plan of a run: events read from files, drawn by weight, for environments in random order."""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, product
from pathlib import Path
from typing import Any, Final

from adapter.placement import Placement
from telemetry.lab.run.settings import Settings
from telemetry.lab.usage import UsageError

GET_ROOT: Final[Mapping[str, Any]] = {
    "version": "2.0",
    "routeKey": "$default",
    "rawPath": "/",
    "rawQueryString": "",
    "headers": {"accept": "*/*", "host": "lab.execute-api.us-east-1.amazonaws.com", "user-agent": "lab"},
    "requestContext": {
        "accountId": "123456789012",
        "apiId": "lab",
        "domainName": "lab.execute-api.us-east-1.amazonaws.com",
        "domainPrefix": "lab",
        "http": {
            "method": "GET",
            "path": "/",
            "protocol": "HTTP/1.1",
            "sourceIp": "127.0.0.1",
            "userAgent": "lab",
        },
        "requestId": "",
        "routeKey": "$default",
        "stage": "$default",
        "time": "",
        "timeEpoch": 0,
    },
    "isBase64Encoded": False,
}
"""The event without `--event`: `GET /` of an API Gateway HTTP API, payload version 2.0."""
UNASSIGNED: Final = "assigned"
"""The records' name of an arm that is not known yet, or never will be: the experiment assigns it."""


@dataclass(frozen=True, slots=True)
class EventSource:
    """An event, and how often it is drawn in comparison with the others."""

    event: Mapping[str, Any]
    weight: float = 1


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
    draw = random.Random(f"{settings.seed} events")  # noqa: S311 # repeatable on purpose, keeps no secret
    shuffle = random.Random(f"{settings.seed} order")  # noqa: S311 # as above
    placements = settings.placements if settings.experiment is None else (None,)
    arms = tuple(product(placements, settings.memory_mb))
    weights = [source.weight for source in sources]
    environments: list[PlannedEnvironment] = []
    for block in range(1, settings.environments + 1):
        drawn = draw.choices(sources, weights, k=settings.invocations.most)
        events = tuple(source.event for source in drawn)
        environments += [
            PlannedEnvironment(block, placement, memory, events[: settings.invocations.of(placement)])
            for placement, memory in shuffle.sample(arms, k=len(arms))
        ]
    return tuple(environments)


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


def read_sources(arguments: Sequence[str]) -> tuple[EventSource, ...]:
    """Read the values of `--event`, `FILE` or `FILE=WEIGHT`; without any, the event is `GET_ROOT`.

    Raises:
        UsageError: A file or a weight cannot be used.
    """
    return tuple(map(_source, arguments)) or (EventSource(GET_ROOT),)


def _source(argument: str) -> EventSource:
    name, equals, weight = argument.rpartition("=")
    if not equals or Path(argument).is_file():
        name, weight = argument, "1"
    try:
        event = json.loads(Path(name).read_text(encoding="utf-8"))
        source = EventSource(event, float(weight))
    except OSError as error:
        raise UsageError(f"--event {name}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"--event {name}: the file is not UTF-8 text") from error
    except json.JSONDecodeError as error:
        raise UsageError(f"--event {name}: the file is not valid JSON: {error}") from error
    except ValueError as error:
        raise UsageError(f"--event {argument}: the weight {weight!r} is not a number") from error
    if not isinstance(event, dict):
        raise UsageError(f"--event {name}: an event must be a JSON object")
    if not 0 < source.weight < float("inf"):
        raise UsageError(f"--event {argument}: a weight must be greater than 0 and finite")
    return source
