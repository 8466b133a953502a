"""Warm invocations without a line of their own: one record for several, with every value of their metrics."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from adapter.facts import InvocationEnded
from telemetry import schema
from telemetry.clock import milliseconds, unix_milliseconds
from telemetry.emf import with_metrics

MINUTE_NS: Final = 60_000_000_000


class WarmBatch:
    """Decides which invocation has a line of its own, and collects the others.

    CloudWatch takes an array of values as it takes the single ones: counts, sums and percentiles are those of
    all invocations, and each is counted in the minute that it began in.
    """

    def __init__(self, namespace: str, common: Mapping[str, Any], every: int) -> None:
        self._namespace = namespace
        self._common = common
        self._every = every
        self._facts: list[InvocationEnded] = []
        self._since = 0

    def collects(self, fact: InvocationEnded, start: schema.Start) -> bool:
        """Take an invocation in, unless it is to have a line: any that is not warm, or that went wrong."""
        if start != "warm" or is_remarkable(fact):
            return False
        self._since += 1
        if self._since >= self._every:
            self._since = 0
            return False
        self._facts.append(fact)
        return True

    def is_due(self, fact: InvocationEnded) -> bool:
        """Whether what was collected must be written before `fact` is: that is of another minute."""
        if not self._facts:
            return False
        return self._facts[-1].began.at_ns // MINUTE_NS != fact.began.at_ns // MINUTE_NS

    def taken(self) -> dict[str, Any] | None:
        """The record of what was collected, which is forgotten then; None when that is nothing."""
        facts, self._facts = self._facts, []
        if not facts:
            return None
        touched = Counter(str(key) for fact in facts for key in fact.touched)
        record = {
            schema.RECORD: schema.WARM,
            **self._common,
            schema.AT: unix_milliseconds(facts[-1].began.at_ns),
            schema.START: "warm",
            schema.INVOCATIONS: len(facts),
            schema.REQUEST_IDS: [fact.began.request_id for fact in facts],
            schema.COLD_START.name: [0] * len(facts),
            schema.INVOCATION_DURATION.name: [milliseconds(fact.wall_ns) for fact in facts],
            schema.CPU_MS: milliseconds(sum(fact.cpu_ns for fact in facts)),
        }
        if touched:
            record[schema.TOUCHED] = dict(touched)
        return with_metrics(self._namespace, record, schema.INVOCATION)


def is_remarkable(fact: InvocationEnded) -> bool:
    """Whether somebody may look for this very invocation."""
    failed = fact.error is not None or fact.status is None or fact.status >= 500
    return failed or fact.startup_ns > 0 or fact.shutdown_ns > 0
