"""What a run costs at worst, block by block, and what it has cost so far."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from telemetry.lab.aws.function import PATIENCE
from telemetry.lab.aws.settings import PROVISIONED, Deal, Settings
from telemetry.lab.aws.state import State
from telemetry.lab.aws.twin import Twin
from telemetry.lab.platform.function import SNAP_START
from telemetry.prices import Prices, Usage, dollars

INIT_S: Final = 10.0
"""The longest that Lambda bills for one INIT on demand; an environment that is crashed has another one."""
LONG_INIT_S: Final = 130.0
"""The same before a snapshot, or of provisioned environments, unless the time-out is longer."""
SNAPSHOT_S: Final = 3 * 3600.0
"""For which a snapshot is charged at least."""
PROVISIONED_S: Final = 300.0
"""In whole steps of which provisioned concurrency is charged."""
LOG_GB: Final = 1e-5
"""Of a request's lines; what an app itself logs beyond that nobody knows beforehand."""
TURN_S: Final = 20.0
"""What a block takes beside its requests, at a guess: update, version, records."""
SNAPSHOT_TURN_S: Final = 150.0
"""The same with a snapshot, or with provisioned environments."""
UNLUCKY: Final = 8
"""Blocks beyond twice the expected ones where placements are dealt: in few, chance may be uneven."""
REQUEST_S: Final = 0.5
"""What a request takes, at a guess."""


class Part(NamedTuple):
    """Something that is charged."""

    name: str
    usage: Usage


@dataclass(frozen=True, slots=True)
class Bill:
    """Dollars, and what they do not hold."""

    dollars: float
    unknown: frozenset[str] = frozenset()
    """Parts without a price."""

    def plus(self, other: "Bill") -> "Bill":
        """Return both together."""
        return Bill(self.dollars + other.dollars, self.unknown | other.unknown)


def bill(prices: Prices | None, parts: Iterator[Part]) -> Bill:
    """Add up what is charged."""
    total, unknown = 0.0, set()
    for part in parts:
        found = None if prices is None else dollars(prices, part.usage)
        if found is None:
            unknown.add(part.name)
        else:
            total += found
    return Bill(total, frozenset(unknown))


def worst(deal: Deal, environments: int, invocations: int, timeout_s: float) -> Iterator[Part]:
    """Yield what a block costs at worst: each request times out, and takes an environment with it.

    Args:
        deal: What it measures.
        environments: As many as are sent requests at once.
        invocations: Of each.
        timeout_s: Of the function.
    """
    requests = environments * invocations
    # No answer is waited for beyond the time-out, but environments that are started ahead of requests are.
    seconds = PATIENCE + invocations * timeout_s
    billed_s = [longest_s(timeout_s)] * requests
    return spent(deal, environments, billed_s, seconds, long_init_s(timeout_s))


def spent(
    deal: Deal, environments: int, billed_s: Sequence[float], seconds: float, init_s: float
) -> Iterator[Part]:
    """Yield what a block has cost.

    Args:
        deal: What it measured.
        environments: As many as were sent requests at once.
        billed_s: Of its requests.
        seconds: That it took.
        init_s: Of one INIT at most, where it comes before the first request.
    """
    memory_mb, init_type = deal.configuration
    gb = memory_mb / 1024
    if init_type == PROVISIONED:
        provisioned_s = math.ceil(seconds / PROVISIONED_S) * PROVISIONED_S * environments
        yield Part(
            "provisioned concurrency", Usage(0, environments * init_s, gb, provisioned_seconds=provisioned_s)
        )
    if init_type == SNAP_START:
        yield snapshot(gb, init_s)
    yield from served(deal, billed_s)


def served(deal: Deal, billed_s: Sequence[float]) -> Iterator[Part]:
    """Yield what requests of so many seconds cost, each in an environment of its own."""
    memory_mb, init_type = deal.configuration
    gb, requests = memory_mb / 1024, len(billed_s)
    if init_type == SNAP_START:
        yield Part("SnapStart", Usage(0, 0, gb, restores=requests))
    yield Part("requests and INIT", Usage(requests, sum(billed_s), gb))
    yield Part("logs", Usage(0, 0, gb, log_gb=requests * LOG_GB))


def snapshot(gb: float, init_s: float) -> Part:
    """Return what a version costs of which Lambda takes a snapshot."""
    return Part("SnapStart", Usage(0, init_s, gb, cached_seconds=SNAPSHOT_S))


def kept(original: State) -> Iterator[Part]:
    """Yield what the version costs at worst that holds the original configuration during a run."""
    if original.snap_start:
        yield snapshot(original.memory_mb / 1024, long_init_s(original.timeout_s))


def longest_s(timeout_s: float) -> float:
    """Return for how many seconds a request is billed at most, with the INIT before it."""
    return timeout_s + INIT_S


def long_init_s(timeout_s: float) -> float:
    """Return for how many seconds an INIT is billed at most that no request waits for."""
    return max(LONG_INIT_S, timeout_s)


class Blocks(NamedTuple):
    """Blocks of a deal."""

    expected: int
    """With as many environments as there are requests at once."""
    most: int
    """After which the run gives up: chance deals placements unevenly, and a quick function needs few."""


def blocks_of(deal: Deal, settings: Settings) -> Blocks:
    """Return how many blocks it takes."""
    expected = math.ceil(settings.environments * len(deal.placements) / settings.parallel)
    return Blocks(expected, 2 * expected + (2 if len(deal.placements) == 1 else UNLUCKY))


def at_once(deal: Deal, settings: Settings) -> int:
    """Return how many environments the first block of a deal sends requests to, and no other one more."""
    return min(settings.parallel, settings.environments * len(deal.placements) ** 2)


class Forecast(NamedTuple):
    """What a run takes."""

    calls: int
    """Where chance deals placements, unless it deals them unevenly."""
    most_calls: int
    versions: int
    most_versions: int
    seconds: float
    most_seconds: float
    bill: Bill
    """At worst."""
    least: float
    """Dollars of the cheapest block at worst."""


def forecast(settings: Settings, twin: Twin, prices: Prices | None) -> Forecast:
    """Add up all blocks of a run."""
    calls = most_calls = versions = most_versions = 0
    seconds = most_seconds = 0.0
    total = bill(prices, kept(twin.original))
    least, timeout = math.inf, twin.original.timeout_s
    for deal in settings.deals:
        blocks, environments = blocks_of(deal, settings), at_once(deal, settings)
        versions, most_versions = versions + blocks.expected, most_versions + blocks.most
        calls += settings.environments * len(deal.placements) * settings.invocations
        most_calls += blocks.most * environments * settings.invocations
        turn = TURN_S if deal.configuration.init_type == "on-demand" else SNAPSHOT_TURN_S
        seconds += blocks.expected * (turn + settings.invocations * REQUEST_S)
        most_seconds += blocks.most * (2 * turn + settings.invocations * longest_s(timeout))
        one = bill(prices, worst(deal, environments, settings.invocations, timeout))
        least = min(least, one.dollars)
        total = total.plus(Bill(blocks.most * one.dollars, one.unknown))
    return Forecast(calls, most_calls, versions, most_versions, seconds, most_seconds, total, least)
