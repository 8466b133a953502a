"""Log lines of the recent past, summed up: records by service, Lambda's own lines by log stream."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from telemetry import schema
from telemetry.report.aws.recent import Endings, Recent, Startups
from telemetry.report.read.names import printable
from telemetry.report.read.platform.events import PlatformInit, PlatformReport
from telemetry.report.read.platform.figures import LONGEST_MS
from telemetry.report.read.platform.json_lines import MARK, UNREADABLE, event_from_json
from telemetry.report.read.platform.text_lines import event_from_text
from telemetry.report.read.records import KINDS

FUNCTION: Final = re.compile(r"\d{4}/\d\d/\d\d/([A-Za-z0-9_-]{1,140})\[")
"""Start of a log stream's name where several functions may share the group: day, function, version."""
NAMES: Final = 5
"""So many names of errors, reasons, sinks and other services are told."""


class LogSums:
    """Sums up log lines as they come.

    Memory grows with environments, not with requests.
    """

    def __init__(self, timeout_s: float) -> None:
        """`timeout_s` tells time-outs in report lines that do not state how the invocation ended."""
        self._timeout_ms = timeout_s * 1000
        self._services: dict[str, _Records] = {}
        self._streams: dict[str, _Stream] = {}

    def enter(self, stream: str, line: bytes) -> None:
        """Take one log event; what is neither a record nor Lambda's own line is passed over."""
        if not line.startswith(b"{"):
            event = event_from_text(line)
        elif MARK not in line or (event := event_from_json(line)) is None:
            self._enter_record(stream, line)
            return
        match event:
            case PlatformReport():
                self._stream(stream).report(event, self._timeout_ms)
            case PlatformInit():
                self._stream(stream).init(event)

    def _enter_record(self, stream: str, line: bytes) -> None:
        try:
            found = msgspec.json.decode(line)
        except UNREADABLE:
            return
        kind, service = found.get(schema.RECORD), found.get(schema.SERVICE)
        ours = isinstance(kind, str) and kind in KINDS and isinstance(found.get(schema.SCHEMA), int)
        if ours and isinstance(service, str):
            self._stream(stream).services.add(service)
            self._services.setdefault(service, _Records()).enter(kind, found)

    def _stream(self, name: str) -> "_Stream":
        return self._streams.setdefault(name, _Stream())

    def recent(self, since: str, function: str, declared: str, service: str | None) -> Recent:
        """Say what is known of a service.

        Args:
            since: As it was asked for.
            function: Its name, as far as the log streams' names tell functions apart.
            declared: The service's name by the function's configuration.
            service: The name that was asked for; None for the declared one, or the only one in the log.
        """
        seen = list(self._services)
        mine = service or (seen[0] if declared not in seen and len(seen) == 1 else declared)
        records = self._services.get(mine, _Records())
        streams = [stream for name, stream in self._streams.items() if stream.belongs(name, function, mine)]
        others = tuple(sorted(printable(name) for name in seen if name != mine)[:NAMES])
        return records.recent(since, streams, others)


class _Stream:
    """What Lambda says of one environment; whose it is, its records or the log stream's name tell."""

    def __init__(self) -> None:
        self.services: set[str] = set()
        self.reports = self.timed_out = self.crashed = self.cut = 0
        self.memory_share: float | None = None
        self.inits: dict[str, float] = {}
        self.repeated_init_ms: float | None = None

    def belongs(self, name: str, function: str, service: str) -> bool:
        if self.services:
            return service in self.services
        named = FUNCTION.match(name)
        return named is None or named[1] == function

    def report(self, of: PlatformReport, timeout_ms: float) -> None:
        self.reports += 1
        if of.status is None:
            self.timed_out += of.duration_ms >= timeout_ms
        else:
            self.timed_out += of.status == "timeout"
            self.crashed += of.status in {"error", "failure"}
        if of.memory_mb and of.used_mb is not None:
            self.memory_share = _larger(self.memory_share, of.used_mb / of.memory_mb)

    def init(self, of: PlatformInit) -> None:
        if of.phase == "invoke":
            self.repeated_init_ms = _larger(self.repeated_init_ms, of.duration_ms)
        elif of.status == "timeout":
            self.cut += 1
        else:
            _keep_larger(self.inits, of.init_type or "", of.duration_ms)


class _Records:
    """Counts of one service's records."""

    def __init__(self) -> None:
        self.requests = self.cut = self.deaths = self.fallbacks = self.faults = self.outlasted = 0
        self.ended_with_faults = self.dropped_spans = 0
        self.placements: set[str] = set()
        self.outcomes: Counter[str] = Counter()
        self.errors: dict[str, None] = {}
        self.reasons: dict[str, None] = {}
        self.sinks: dict[str, None] = {}
        self.in_request_ms: float | None = None
        self.inits: dict[str, float] = {}

    def enter(self, kind: str, record: Mapping[str, Any]) -> None:
        if isinstance(placement := record.get(schema.PLACEMENT), str):
            self.placements.add(placement)
        match kind:
            case schema.INVOCATION:
                self.requests += 1
                self.cut += record.get(schema.CUT) is True
            case schema.WARM:
                self.requests += _count(record.get(schema.INVOCATIONS))
            case schema.STARTUP:
                self._startup(record)
            case schema.DEATH:
                self.deaths += 1
            case schema.FALLBACK:
                self.fallbacks += 1
                _name(self.reasons, record.get(schema.REASON))
            case schema.FAULT:
                self.faults += 1
                _name(self.sinks, record.get(schema.SINK))
            case schema.END:
                self.ended_with_faults += _count(record.get(schema.FAULTS))
                self.dropped_spans += _count(record.get(schema.DROPPED_SPANS))

    def _startup(self, record: Mapping[str, Any]) -> None:
        self.outcomes[str(record.get(schema.OUTCOME))] += 1
        _name(self.errors, record.get(schema.ERROR))
        ms = _number(record.get(schema.STARTUP_DURATION.name))
        if ms is None:
            return
        if record.get(schema.PHASE) != "init":
            self.in_request_ms = _larger(self.in_request_ms, ms)
        elif record.get(schema.DEFERRED) is True:
            self.outlasted += 1
        else:
            whole = ms + (_number(record.get(schema.INIT_MS)) or 0.0)
            _keep_larger(self.inits, _text(record.get(schema.INIT_TYPE)) or "", whole)

    def recent(self, since: str, streams: Iterable[_Stream], others: tuple[str, ...]) -> Recent:
        streams = list(streams)
        return Recent(
            since=since,
            requests=self.requests,
            cut=self.cut,
            placements=frozenset(self.placements),
            startups=self._startups(streams),
            endings=_endings(streams),
            deaths=self.deaths,
            fallbacks=self.fallbacks,
            reasons=tuple(self.reasons),
            # A fault has a record of its own, unless the sink that writes records is the one that failed.
            faults=max(self.faults, self.ended_with_faults),
            sinks=tuple(self.sinks),
            dropped_spans=self.dropped_spans,
            others=others,
        )

    def _startups(self, streams: list[_Stream]) -> Startups:
        in_request, inits = self.in_request_ms, dict(self.inits)
        for stream in streams:
            in_request = _larger(in_request, stream.repeated_init_ms)
            for init_type, ms in stream.inits.items():
                _keep_larger(inits, init_type, ms)
        return Startups(
            complete=self.outcomes["complete"],
            failed=self.outcomes["failed"],
            unsupported=self.outcomes["unsupported"],
            errors=tuple(self.errors),
            slowest_in_request_ms=in_request,
            slowest_init_ms=inits,
            outlasted=self.outlasted,
            cut=sum(stream.cut for stream in streams),
        )


def _endings(streams: list[_Stream]) -> Endings:
    shares = [stream.memory_share for stream in streams if stream.memory_share is not None]
    return Endings(
        reports=sum(stream.reports for stream in streams),
        timed_out=sum(stream.timed_out for stream in streams),
        crashed=sum(stream.crashed for stream in streams),
        memory_share=max(shares, default=None),
    )


def _number(value: object) -> float | None:
    """Return a number that can be a measurement; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= LONGEST_MS else None


def _count(value: object) -> int:
    return round(_number(value) or 0)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _name(names: dict[str, None], value: object) -> None:
    """Keep the first few names."""
    if isinstance(value, str) and value and len(names) < NAMES:
        names[printable(value)] = None


def _larger(one: float | None, other: float | None) -> float | None:
    return max((ms for ms in (one, other) if ms is not None), default=None)


def _keep_larger(into: dict[str, float], name: str, ms: float) -> None:
    into[name] = max(into.get(name, 0.0), ms)
