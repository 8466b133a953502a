"""The records of invocations: a line for each, or one record for several warm ones.

A line is written for every request, so it is formatted by hand: what does not change between two requests is
prepared as text, and the rest filled in. That takes 2 µs, where encoding the record as JSON takes 10.
"""

import json
from collections import Counter
from collections.abc import Mapping
from json.encoder import encode_basestring_ascii as quoted
from typing import Any, Final

from adapter.facts import InvocationEnded
from telemetry import schema
from telemetry.invocation_context import InvocationContext, waited
from telemetry.output import milliseconds, unix_milliseconds, with_metrics

MINUTE_NS: Final = 60_000_000_000


class InvocationLine:
    """The record of one invocation, as text with gaps to be filled."""

    def __init__(
        self, namespace: str, common: Mapping[str, Any], *, experiment: bool = False, cut: bool = False
    ) -> None:
        names = [schema.AT, schema.COLD_START.name, schema.INVOCATION_DURATION.name]
        values = dict.fromkeys([*names, schema.INVOCATION_CUT.name] if cut else names, 0)
        record = with_metrics(namespace, values, schema.INVOCATION, experiment=experiment)
        aws = record["_aws"]["CloudWatchMetrics"]
        self._kind = f',"CloudWatchMetrics":{_text(aws)}}},"{schema.RECORD}":"{schema.INVOCATION}"{_AT}'
        self._common = f",{_text(dict(common))[1:-1]}{_INDEX}"
        self._starts = {
            start: f"{_START}{quoted(start)}{_COLD_START}{1 if waited(start) else 0}{_DURATION}"
            for start in schema.STARTS
        }

    def filled(self, fact: InvocationEnded, context: InvocationContext) -> str:
        """The record as one line of JSON."""
        began = fact.began
        at = began.at_ns // 1_000_000
        return (
            f'{{"_aws":{{"Timestamp":{at}{self._kind}{at}{self._common}{began.index}'
            f"{_REQUEST_ID}{quoted(began.request_id)}{self._starts[context.start]}{milliseconds(fact.wall_ns)}"
            f"{_CPU}{milliseconds(fact.cpu_ns)}{_response(fact, context)}{_rare(fact, context)}}}\n"
        )


def _response(fact: InvocationEnded, context: InvocationContext) -> str:
    trace_id = "" if context.trace_id is None else f'{_TRACE_ID}"{context.trace_id}"'
    status = "" if fact.status is None else f"{_STATUS}{int.__repr__(fact.status)}"
    if not fact.touched:
        return trace_id + status
    counts = ",".join([f"{quoted(str(key))}:{count}" for key, count in fact.touched.items()])
    return f"{trace_id}{status}{_TOUCHED}{{{counts}}}"


def _rare(fact: InvocationEnded, context: InvocationContext) -> str:
    """Fields that a successful warm invocation does not have."""
    expected = fact.error is None and not fact.cut
    if expected and context.gap_ns is None and not fact.startup_ns and not fact.shutdown_ns:
        return ""
    error = "" if fact.error is None else f"{_ERROR}{quoted(fact.error)}"
    gap = "" if context.gap_ns is None else f"{_GAP}{milliseconds(context.gap_ns)}"
    startup = f"{_STARTUP}{milliseconds(fact.startup_ns)}" if fact.startup_ns else ""
    shutdown = f"{_SHUTDOWN}{milliseconds(fact.shutdown_ns)}" if fact.shutdown_ns else ""
    restore = "" if context.restore_ns is None else f"{_RESTORE}{milliseconds(context.restore_ns)}"
    return (_CUT if fact.cut else "") + error + gap + restore + startup + shutdown


class WarmBatch:
    """Decides which invocation has a line of its own, and collects the others.

    A metric of EMF may be an array of values: counts, sums and percentiles are those of all invocations, and
    each is counted in the minute in which it began.
    """

    def __init__(self, namespace: str, common: Mapping[str, Any], every: int) -> None:
        self._namespace = namespace
        self._common = common
        self._every = every
        self._facts: list[InvocationEnded] = []
        self._since_line = 0

    def collects(self, fact: InvocationEnded, start: schema.Start) -> bool:
        """Add an invocation, unless it is to have a line: any that was not warm, or that went wrong."""
        if start != "warm" or is_remarkable(fact):
            return False
        self._since_line += 1
        if self._since_line >= self._every:
            self._since_line = 0
            return False
        self._facts.append(fact)
        return True

    def is_due(self, fact: InvocationEnded) -> bool:
        """Whether the batch must be written before `fact` is: when it is of another minute."""
        if not self._facts:
            return False
        return self._facts[-1].began.at_ns // MINUTE_NS != fact.began.at_ns // MINUTE_NS

    def take(self) -> dict[str, Any] | None:
        """Empty the batch, and return its record; None if it is empty."""
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
    """Whether the invocation failed, or contained a startup or a shutdown: then it has a line of its own."""
    failed = fact.cut or fact.error is not None or fact.status is None or fact.status >= 500
    return failed or fact.startup_ns > 0 or fact.shutdown_ns > 0


def _text(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _key(name: str) -> str:
    return f",{quoted(name)}:"


_AT: Final = _key(schema.AT)
_INDEX: Final = _key(schema.INDEX)
_REQUEST_ID: Final = _key(schema.REQUEST_ID)
_START: Final = _key(schema.START)
_COLD_START: Final = _key(schema.COLD_START.name)
_DURATION: Final = _key(schema.INVOCATION_DURATION.name)
_CPU: Final = _key(schema.CPU_MS)
_TRACE_ID: Final = _key(schema.TRACE_ID)
_STATUS: Final = _key(schema.STATUS)
_TOUCHED: Final = _key(schema.TOUCHED)
_ERROR: Final = _key(schema.ERROR)
_GAP: Final = _key(schema.GAP_MS)
_RESTORE: Final = _key(schema.RESTORE_MS)
_STARTUP: Final = _key(schema.STARTUP_MS)
_SHUTDOWN: Final = _key(schema.SHUTDOWN_MS)
_CUT: Final = f"{_key(schema.CUT)}true{_key(schema.INVOCATION_CUT.name)}1"
