"""The records of invocations: a line for each, or one record for several warm ones.

A line is written for every request, so it is formatted by hand: what does not change between two requests is
prepared as text, and the rest filled in. That takes 2 µs, where encoding the record as JSON takes 10.
"""

import json
from collections import Counter
from collections.abc import Collection, Mapping
from json.encoder import encode_basestring_ascii as quoted
from typing import Any, Final

from adapter.facts import InvocationEnded
from telemetry import schema
from telemetry.invocation_context import InvocationContext, waited
from telemetry.output import (
    LONGEST_ROUTE,
    bounded_counts,
    bounded_name,
    milliseconds,
    unix_milliseconds,
    with_metrics,
)
from telemetry.records.startups import StartupIds

MINUTE_NS: Final = 60_000_000_000
OLD_NS: Final = 10_000_000_000
"""Age of a batch's first request at which the batch is written."""
MOST_TOUCHED: Final = 512
"""Bytes of a record for the state keys that were read."""
FEW_KEYS: Final = 32
"""Keys that are formatted without counting bytes before."""
MOST_ROUTES: Final = 256
"""Routes whose part of the line is kept; an app has fewer, unless it makes them as it runs."""


class InvocationLine:
    """The record of one invocation, as text with gaps to be filled."""

    def __init__(
        self,
        namespace: str,
        common: Mapping[str, Any],
        resources: Collection[str] = (),
        *,
        experiment: bool = False,
        cut: bool = False,
    ) -> None:
        names = [schema.AT, schema.COLD_START.name, schema.INVOCATION_DURATION.name]
        values = dict.fromkeys([*names, schema.INVOCATION_CUT.name] if cut else names, 0)
        record = with_metrics(namespace, values, schema.INVOCATION, experiment=experiment)
        aws = record["_aws"]["CloudWatchMetrics"]
        self._kind = f',"CloudWatchMetrics":{_text(aws)}}},"{schema.RECORD}":"{schema.INVOCATION}"{_AT}'
        self._common = f",{_text(dict(common))[1:-1]}{_INDEX}"
        self._resources = resources
        self._routes: dict[str, str] = {}
        """Of templates, their part of the line."""
        self._starts = {
            start: f"{_START}{quoted(start)}{_COLD_START}{1 if waited(start) else 0}{_DURATION}"
            for start in schema.STARTS
        }

    def filled(self, fact: InvocationEnded, context: InvocationContext, startup_id: str = "") -> str:
        """The record as one line of JSON; `startup_id` as `startup_id_text` makes it."""
        began = fact.began
        at = began.at_ns // 1_000_000
        return (
            f'{{"_aws":{{"Timestamp":{at}{self._kind}{at}{self._common}{began.index}'
            f"{_REQUEST_ID}{quoted(began.request_id)}{self._starts[context.start]}{milliseconds(fact.wall_ns)}"
            f"{_CPU}{milliseconds(fact.cpu_ns)}{startup_id}"
            f"{self._response(fact, context)}{_rare(fact, context)}}}\n"
        )

    def _response(self, fact: InvocationEnded, context: InvocationContext) -> str:
        trace_id, request, touched = context.trace_id, context.request, fact.touched
        text = "" if trace_id is None else f'{_TRACE_ID}"{trace_id}"'
        if fact.status is not None:
            text += f"{_STATUS}{int.__repr__(fact.status)}"
        if request is not None and (route := request.route) is not None:
            text += self._routes.get(route) or self._route(route)
        if not touched:
            return text
        if len(touched) <= FEW_KEYS:
            counts = ",".join([f"{quoted(str(key))}:{count}" for key, count in touched.items()])
            if len(counts) <= MOST_TOUCHED:
                return f"{text}{_TOUCHED}{{{counts}}}"
        kept, left_out = bounded_counts(touched, self._resources, MOST_TOUCHED)
        more = f"{_TOUCHED_MORE}{left_out}" if left_out else ""
        return f"{text}{_TOUCHED}{_text(kept)}{more}"

    def _route(self, template: str) -> str:
        text = f"{_ROUTE}{quoted(bounded_route(template))}"
        if len(self._routes) < MOST_ROUTES:
            self._routes[template] = text
        return text


def startup_id_text(startup_id: str | None) -> str:
    """The part of a line that says which startup the invocation was served by."""
    return "" if startup_id is None else f"{_STARTUP_ID}{quoted(startup_id)}"


def bounded_route(template: str) -> str:
    """A route's template, as far as a record has room for it."""
    return template if len(template) <= LONGEST_ROUTE else bounded_name(template, LONGEST_ROUTE)


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


def ping_fields(fact: InvocationEnded, context: InvocationContext) -> dict[str, Any]:
    """Fields of the record of a ping, which carries no metrics; None for what is not known."""
    return {
        schema.AT: unix_milliseconds(fact.began.at_ns),
        schema.INDEX: fact.began.index,
        schema.REQUEST_ID: fact.began.request_id,
        schema.PING: True,
        schema.START: context.start,
        schema.INVOCATION_DURATION.name: milliseconds(fact.wall_ns),
        schema.CPU_MS: milliseconds(fact.cpu_ns),
        schema.TRACE_ID: context.trace_id,
        schema.ERROR: fact.error,
        schema.GAP_MS: None if context.gap_ns is None else milliseconds(context.gap_ns),
        schema.RESTORE_MS: None if context.restore_ns is None else milliseconds(context.restore_ns),
        schema.STARTUP_MS: milliseconds(fact.startup_ns) or None,
        schema.SHUTDOWN_MS: milliseconds(fact.shutdown_ns) or None,
    }


class WarmBatch:
    """Decides which invocation has a line of its own, and collects the others.

    A metric of EMF may be an array of values: counts, sums and percentiles are those of all invocations, and
    each is counted in the minute in which it began.
    """

    def __init__(
        self,
        namespace: str,
        common: Mapping[str, Any],
        every: int,
        startup_ids: StartupIds,
        resources: Collection[str],
    ) -> None:
        self._namespace = namespace
        self._common = common
        self._every = every
        self._startup_ids = startup_ids
        self._resources = resources
        self._facts: list[InvocationEnded] = []
        self._routes: list[str] = []
        self._since_line = 0

    def collects(self, fact: InvocationEnded, context: InvocationContext) -> bool:
        """Add an invocation, unless it is to have a line: pings, and any that was not warm or went wrong."""
        if context.start != "warm" or fact.ping or is_remarkable(fact):
            return False
        self._since_line += 1
        if self._since_line >= self._every:
            self._since_line = 0
            return False
        self._facts.append(fact)
        if context.request is not None and context.request.route is not None:
            self._routes.append(bounded_route(context.request.route))
        return True

    def is_due(self, fact: InvocationEnded) -> bool:
        """Whether the batch must be written before `fact` is, which is of another minute or startup."""
        if not self._facts:
            return False
        last = self._facts[-1]
        if last.startup_ordinal != fact.startup_ordinal:
            return True
        return last.began.at_ns // MINUTE_NS != fact.began.at_ns // MINUTE_NS

    def is_old(self, fact: InvocationEnded) -> bool:
        """Whether the batch, which `fact` was added to, has waited long enough.

        A process that ends without SIGTERM loses what it has not written.
        """
        return fact.began.at_ns - self._facts[0].began.at_ns >= OLD_NS

    def take(self) -> dict[str, Any] | None:
        """Empty the batch, and return its record; None if it is empty."""
        facts, self._facts = self._facts, []
        routes, self._routes = Counter(self._routes), []
        if not facts:
            return None
        touched = Counter(str(key) for fact in facts for key in fact.touched)
        startup_id = self._startup_ids.id_of(facts[-1].startup_ordinal)
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
        if startup_id is not None:
            record[schema.STARTUP_ID] = startup_id
        if routes:
            record[schema.ROUTES] = dict(routes)
        if touched:
            record[schema.TOUCHED], left_out = bounded_counts(touched, self._resources, MOST_TOUCHED)
            if left_out:
                record[schema.TOUCHED_MORE] = left_out
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
_STARTUP_ID: Final = _key(schema.STARTUP_ID)
_ROUTE: Final = _key(schema.ROUTE)
_TOUCHED: Final = _key(schema.TOUCHED)
_TOUCHED_MORE: Final = _key(schema.TOUCHED_MORE)
_ERROR: Final = _key(schema.ERROR)
_GAP: Final = _key(schema.GAP_MS)
_RESTORE: Final = _key(schema.RESTORE_MS)
_STARTUP: Final = _key(schema.STARTUP_MS)
_SHUTDOWN: Final = _key(schema.SHUTDOWN_MS)
_CUT: Final = f"{_key(schema.CUT)}true{_key(schema.INVOCATION_CUT.name)}1"
