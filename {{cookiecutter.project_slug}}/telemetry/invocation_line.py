"""The record of an invocation: the one line that is written for every request, so it is prepared once."""

import json
from collections.abc import Mapping
from json.encoder import encode_basestring_ascii as quoted
from typing import Any

from adapter.facts import InvocationEnded
from telemetry import schema
from telemetry.clock import milliseconds
from telemetry.current import Current
from telemetry.emf import with_metrics
from telemetry.start import waited


class InvocationLine:
    """Everything that does not change between two requests, as text; the rest is filled in."""

    def __init__(self, namespace: str, common: Mapping[str, Any], *, experiment: bool = False) -> None:
        values = dict.fromkeys((schema.AT, schema.COLD_START.name, schema.INVOCATION_DURATION.name), 0)
        record = with_metrics(namespace, values, schema.INVOCATION, experiment=experiment)
        aws = record["_aws"]["CloudWatchMetrics"]
        self._kind = f',"CloudWatchMetrics":{_text(aws)}}},"{schema.RECORD}":"{schema.INVOCATION}"{_AT}'
        self._common = f",{_text(dict(common))[1:-1]}{_INDEX}"
        self._starts = {
            start: f"{_START}{quoted(start)}{_COLD_START}{1 if waited(start) else 0}{_DURATION}"
            for start in schema.STARTS
        }

    def filled(self, fact: InvocationEnded, current: Current) -> str:
        """The record as one line of JSON."""
        began = fact.began
        at = began.at_ns // 1_000_000
        return (
            f'{{"_aws":{{"Timestamp":{at}{self._kind}{at}{self._common}{began.index}'
            f"{_REQUEST_ID}{quoted(began.request_id)}{self._starts[current.start]}{milliseconds(fact.wall_ns)}"
            f"{_CPU}{milliseconds(fact.cpu_ns)}{_response(fact, current)}{_rarely(fact, current)}}}\n"
        )


def _response(fact: InvocationEnded, current: Current) -> str:
    trace_id = "" if current.trace_id is None else f'{_TRACE_ID}"{current.trace_id}"'
    status = "" if fact.status is None else f"{_STATUS}{fact.status}"
    if not fact.touched:
        return trace_id + status
    counts = ",".join([f"{quoted(str(key))}:{count}" for key, count in fact.touched.items()])
    return f"{trace_id}{status}{_TOUCHED}{{{counts}}}"


def _rarely(fact: InvocationEnded, current: Current) -> str:
    if fact.error is None and current.gap_ns is None and not fact.startup_ns and not fact.shutdown_ns:
        return ""
    error = "" if fact.error is None else f"{_ERROR}{quoted(fact.error)}"
    gap = "" if current.gap_ns is None else f"{_GAP}{milliseconds(current.gap_ns)}"
    startup = f"{_STARTUP}{milliseconds(fact.startup_ns)}" if fact.startup_ns else ""
    shutdown = f"{_SHUTDOWN}{milliseconds(fact.shutdown_ns)}" if fact.shutdown_ns else ""
    restore = "" if current.restore_ns is None else f"{_RESTORE}{milliseconds(current.restore_ns)}"
    return error + gap + restore + startup + shutdown


def _text(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _key(name: str) -> str:
    return f",{quoted(name)}:"


_AT = _key(schema.AT)
_INDEX = _key(schema.INDEX)
_REQUEST_ID = _key(schema.REQUEST_ID)
_START = _key(schema.START)
_COLD_START = _key(schema.COLD_START.name)
_DURATION = _key(schema.INVOCATION_DURATION.name)
_CPU = _key(schema.CPU_MS)
_TRACE_ID = _key(schema.TRACE_ID)
_STATUS = _key(schema.STATUS)
_TOUCHED = _key(schema.TOUCHED)
_ERROR = _key(schema.ERROR)
_GAP = _key(schema.GAP_MS)
_RESTORE = _key(schema.RESTORE_MS)
_STARTUP = _key(schema.STARTUP_MS)
_SHUTDOWN = _key(schema.SHUTDOWN_MS)
