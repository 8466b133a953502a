"""What a run has spent so far, as far as Lambda has reported it, and at worst beyond that."""

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from telemetry.lab.aws.collected import Collected
from telemetry.lab.aws.cost import Bill, bill, kept, long_init_s, longest_s, served, spent, worst
from telemetry.lab.aws.settings import Deal, Settings
from telemetry.lab.aws.state import State
from telemetry.prices import Prices


@dataclass(slots=True)
class Block:
    """One block, from its version's publication on."""

    deal: Deal
    number: int
    at_once: int
    """Requests; so many environments are provisioned for them."""
    began: float
    """By `time.monotonic`."""
    seconds: float = 0.0
    unanswered: int = 0
    """Requests that Lambda may have billed without an answer."""


@dataclass(slots=True)
class Spending:
    """The bill of a run's blocks; what is not reported of a request counts as if it had timed out."""

    settings: Settings
    original: State
    prices: Prices | None
    collected: Collected
    blocks: list[Block] = field(default_factory=list)

    def so_far(self) -> Bill:
        """Add up all blocks, the one included that is under way."""
        total = bill(self.prices, kept(self.original)) if self.blocks else Bill(0.0)
        billed = self._billed_s()
        for block in self.blocks:
            total = total.plus(self._bill(block, billed.get(block.number, [])))
        return total

    def left(self, deal: Deal, at_once: int) -> float:
        """Return the dollars of the budget that the worst case of a block would leave; negative if none."""
        if self.settings.budget is None:
            return math.inf
        return self.settings.budget - self.so_far().dollars - self.worst(deal, at_once)

    def worst(self, deal: Deal, at_once: int) -> float:
        """Return the dollars of a block at worst, unless requests are sent again that were billed."""
        parts = worst(deal, at_once, self.settings.invocations, self.original.timeout_s)
        return bill(self.prices, parts).dollars

    def repeatable(self, deal: Deal, at_once: int) -> int | None:
        """Return how many billed requests of a block the budget lets be sent again; None for any number."""
        left = self.left(deal, at_once)
        one = bill(self.prices, served(deal, [longest_s(self.original.timeout_s)])).dollars
        return None if math.isinf(left) or not one else max(0, int(left / one))

    def _bill(self, block: Block, billed_s: list[float]) -> Bill:
        timeout_s = self.original.timeout_s
        every = [*billed_s, *[longest_s(timeout_s)] * block.unanswered]
        init_s = min(long_init_s(timeout_s), block.seconds)
        return bill(self.prices, spent(block.deal, block.at_once, every, block.seconds, init_s))

    def _billed_s(self) -> Mapping[int, list[float]]:
        """Return the billed seconds of requests, by block."""
        found: defaultdict[int, list[float]] = defaultdict(list)
        for name, request in self.collected.requests.items():
            billed_ms = self.collected.billed_ms.get(name)
            found[request.block].append(
                longest_s(self.original.timeout_s) if billed_ms is None else billed_ms / 1000
            )
        return found
