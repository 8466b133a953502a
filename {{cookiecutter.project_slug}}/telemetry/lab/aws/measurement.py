"""The blocks of a run: a version of its own for each, which is sent requests and deleted."""

import random
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from adapter.placement import (
    EXPERIMENT_VARIABLE,
    PLACEMENT_VARIABLE,
    PLANNED_VARIABLE,
    SALT_VARIABLE,
)
from telemetry.lab.aws.collected import Collected
from telemetry.lab.aws.cost import Blocks, blocks_of
from telemetry.lab.aws.function import Function
from telemetry.lab.aws.lines import logged
from telemetry.lab.aws.marker import VARIABLE, Marker
from telemetry.lab.aws.provisioned import provision, unprovision
from telemetry.lab.aws.sending import Senders, Target
from telemetry.lab.aws.settings import PROVISIONED, Deal, Settings, weights_of
from telemetry.lab.aws.spending import Block, Spending
from telemetry.lab.aws.state import State
from telemetry.lab.aws.stopping import Sleep, Stop, pauses
from telemetry.lab.aws.twin import Twin
from telemetry.lab.events import EventSource
from telemetry.lab.platform.function import SNAP_START
from telemetry.lab.run.plan import sequences
from telemetry.progress import Advance
from telemetry.report.errors import UnusableError

BEYOND_TIMEOUT_S: Final = 60.0
"""How much longer than the function's time-out an answer is waited for; INIT comes before it."""
LOGS_PATIENCE: Final = 180.0
"""Seconds that a line may take to its log group."""
WRITE_EVERY: Final = "LIFESPAN_WRITE_EVERY"


class EndedError(Exception):
    """The run cannot go on, or may not; the text says why."""


@dataclass(slots=True)
class Measurement:
    """One run. What it changes is undone by whoever made it."""

    settings: Settings
    twin: Twin
    marker: Marker
    function: Function
    invoke: Any
    """A client that sends each request once."""
    logs: Any
    collected: Collected
    stop: Stop
    spending: Spending
    senders: Senders | None = None
    """Those of the block that runs; requests may be in flight when the run ends."""
    current: Block | None = None
    """That runs, or that the end of the run has cut short."""
    versions: list[str] = field(default_factory=list)
    """All that it has published."""
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    block: int = 0
    _expected: State | None = None
    """What the function's configuration has to be, unless somebody else changes it."""

    def run(self, sources: Sequence[EventSource], advance: Advance) -> None:
        """Measure in rounds: a block of every configuration that needs more, in random order.

        Raises:
            EndedError: It cannot go on.
            StoppedError: A signal has come.
            UnusableError: AWS refuses.
        """
        drawn = {  # each deal gets the same events
            deal: sequences(sources, self.settings.seed, self.settings.invocations)
            for deal in self.settings.deals
        }
        shuffle = random.Random(f"{self.settings.seed} order")  # noqa: S311 # repeatable on purpose, no secret
        blocks: Counter[Deal] = Counter()
        self._expected = self.twin.original
        while deals := [one for one in self.settings.deals if self._needs(one) and self._may(one, blocks)]:
            for deal in shuffle.sample(deals, k=len(deals)):
                blocks[deal] += 1
                self._measure(deal, drawn[deal], advance)
            self._read_logs(self.collected.missing, 0.0, self.stop.sleep)
            if any(map(self._needs, deals)):  # what is still to come may be of new environments
                self._read_logs(self.collected.unplaced, LOGS_PATIENCE, self.stop.sleep)

    def finish(self, patience: float, sleep: Sleep) -> None:
        """Take the answers to requests in flight, and what is still to come out of the log group.

        Raises:
            StoppedError: A signal has come, if `sleep` looks for one.
            UnusableError: AWS refuses.
        """
        if self.current is not None:
            if self.senders is not None:
                for answer in self.senders.rest(self.longest_answer_s):
                    self.collected.answer(self.current.deal, self.current.number, answer)
            self._end(self.current)
        self._read_logs(self.collected.missing, patience, sleep)

    @property
    def longest_answer_s(self) -> float:
        """How long an answer may take."""
        return self.twin.original.timeout_s + BEYOND_TIMEOUT_S

    def needs(self) -> int:
        """Return how many environments are still missing."""
        return sum(map(self._needs, self.settings.deals))

    def _needs(self, deal: Deal) -> int:
        """Return how many environments a deal still needs."""
        have = [self.collected.proven(deal, placement) for placement in deal.placements]
        return sum(max(0, self.settings.environments - number) for number in have)

    def _may(self, deal: Deal, blocks: Counter[Deal]) -> bool:
        limit: Blocks = blocks_of(deal, self.settings)
        return blocks[deal] < limit.most

    def _measure(self, deal: Deal, drawn: Iterator[tuple[Mapping[str, Any], ...]], advance: Advance) -> None:
        # Chance deals placements: of as many environments as are needed, some are of another one.
        at_once = min(self.settings.parallel, self._needs(deal) * len(deal.placements))
        if at_once == 0:
            return
        self._check_budget(deal, at_once)
        repeatable = self.spending.repeatable(deal, at_once)
        self.block += 1
        self.current = block = Block(deal, self.block, at_once, time.monotonic())
        target = self._published(block)
        self.senders = Senders(self.invoke, target, list(islice(drawn, at_once)), repeatable)
        self._take_answers(self.senders, block, advance)
        if deal.configuration.init_type == PROVISIONED:
            unprovision(self.function)
        self._end(block)
        self.function.delete_version(target.version)
        self._check_answers()
        self._check_placements(deal)

    def _end(self, block: Block) -> None:
        """Let nothing more be charged to a block."""
        block.seconds = time.monotonic() - block.began
        block.unanswered = 0 if self.senders is None else self.senders.unanswered()
        self.senders = self.current = None

    def _published(self, block: Block) -> Target:
        """Publish a version of a configuration, and start its environments if they are to be provisioned."""
        deal = block.deal
        before = self.function.settled()
        if self._expected is None or not before.is_like(self._expected):
            raise UnusableError(f"function {self.function.name}: somebody else has changed it meanwhile.")
        self._expected = replace(
            self.twin.original,
            memory_mb=deal.configuration.memory_mb,
            snap_start=deal.configuration.init_type == SNAP_START,
            variables=self._variables(deal),
        )
        after = self.function.update(before, self._expected)
        self.spending.blocks.append(block)
        version = self.function.publish(after, self.marker.description)
        if not version.is_like(after) or version.description != self.marker.description:
            raise UnusableError(f"function {self.function.name}: Lambda has published another version.")
        self.versions.append(version.version)
        name = version.version
        if deal.configuration.init_type == PROVISIONED:
            name = provision(self.function, name, block.at_once, self.marker.description)
        return Target(self.function.name, name, version.version)

    def _variables(self, deal: Deal) -> dict[str, str]:
        kept = {
            name: value
            for name, value in self.twin.original.variables.items()
            if name not in {EXPERIMENT_VARIABLE, PLANNED_VARIABLE}
        }
        weights = weights_of(deal.placements)
        dealt = (
            {PLACEMENT_VARIABLE: deal.placements[0]}
            if weights is None
            else {EXPERIMENT_VARIABLE: weights, SALT_VARIABLE: self.marker.run}
        )
        return {**kept, **dealt, WRITE_EVERY: "1", VARIABLE: f"{self.marker} {self.block}"}

    def _take_answers(self, senders: Senders, block: Block, advance: Advance) -> None:
        deal = block.deal
        for answer in senders.answers(self.stop.check):
            before = self._needs(deal)
            self.collected.answer(deal, block.number, answer)
            for _ in range(before - self._needs(deal)):
                advance(str(deal.configuration))

    def _check_answers(self) -> None:
        """Stop where nothing is to be learnt.

        Raises:
            EndedError: All requests of the block failed, or the function writes no records.
        """
        mine = [one for one in self.collected.requests.values() if one.block == self.block]
        if mine and not any(one.succeeded for one in mine):
            kinds = ", ".join(f"{kind} ({number})" for kind, number in self.collected.failures.most_common())
            raise EndedError(
                f"none of {len(mine)} requests of block {self.block} got a 2xx response: {kinds}. Send "
                f"events that the app serves (--event FILE); its log is in {self.twin.stack.log_group}."
            )
        if not self.collected.records and not any(one.needs_record for one in mine):
            raise EndedError(
                "the function writes no records of telemetry, so nothing can be told of its environments: "
                "let its handler be LifespanAdapter(telemetry.traced(app), **telemetry.hooks)."
            )

    def _check_placements(self, deal: Deal) -> None:
        """Stop where environments start otherwise than they were told.

        Raises:
            EndedError: They do.
        """
        if self.collected.deals_as_told(deal):
            return
        found = ", ".join(f"{name} ({number})" for name, number in self.collected.placements(deal).items())
        raise EndedError(
            f"placements were to be {' and '.join(deal.placements)}, but environments started with {found}: "
            "the handler gives its adapter one. Leave `placement` away there, so that LIFESPAN_PLACEMENT and "
            "LIFESPAN_EXPERIMENT say it."
        )

    def _read_logs(self, lacks: Callable[[], Collection[str]], patience: float, sleep: Sleep) -> None:
        """Read the log group until it lacks nothing, once at least if it does."""
        for pause in (0.0, *pauses(patience, shortest=1.0, longest=10.0)):
            if not lacks():
                return
            sleep(pause)
            group, ours = self.twin.stack.log_group, {*self.versions}
            self.collected.lines(logged(self.logs, group, self.began, ours))

    def _check_budget(self, deal: Deal, at_once: int) -> None:
        if self.spending.left(deal, at_once) < 0:
            raise EndedError(
                f"the budget of ${self.settings.budget:g} ends the run here: "
                f"${self.spending.so_far().dollars:.4f} were spent, and the next block ({deal}) could cost "
                f"${self.spending.worst(deal, at_once):.4f}."
            )
