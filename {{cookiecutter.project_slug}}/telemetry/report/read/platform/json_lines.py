"""Lambda's lines in its JSON log format, as typed events.

A line is the platform's if as a whole it is an object of `time`, `type` and `record` and of nothing else;
what an app's JSON holds somewhere inside is the app's. A function that prints exactly such an object cannot
be told from the platform by the line; see `docs/measurement.md`.
"""

from collections.abc import Mapping
from typing import Annotated, Final, TypeAlias

import msgspec

from telemetry import schema
from telemetry.report.read.platform.events import (
    PlatformEvent,
    PlatformInit,
    PlatformReport,
    PlatformRestore,
    PlatformStart,
    Status,
)
from telemetry.report.read.platform.figures import Megabytes, Milliseconds, UsedMegabytes

RequestId: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]

MARK: Final = b'"platform.'
"""In every JSON event of the platform; a line without it need not be tried."""
UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Metrics(msgspec.Struct, frozen=True, gc=False, rename={
    "duration_ms": "durationMs",
    "billed_ms": "billedDurationMs",
    "memory_mb": "memorySizeMB",
    "used_mb": "maxMemoryUsedMB",
    "init_ms": "initDurationMs",
    "restore_ms": "restoreDurationMs",
    "billed_restore_ms": "billedRestoreDurationMs",
    "hooks_ms": schema.AFTER_RESTORE_MS,
}):  # fmt: skip
    """Figures of one request; managed instances have the first alone."""

    duration_ms: Milliseconds
    billed_ms: Milliseconds | None = None
    memory_mb: Megabytes | None = None
    used_mb: UsedMegabytes | None = None
    init_ms: Milliseconds | None = None
    restore_ms: Milliseconds | None = None
    billed_restore_ms: Milliseconds | None = None
    hooks_ms: Milliseconds | None = None
    """Of a lab run, in the place of a restore: the function's hooks alone."""


class _Duration(msgspec.Struct, frozen=True, gc=False, rename={"duration_ms": "durationMs"}):
    duration_ms: Milliseconds


class Report(
    msgspec.Struct, frozen=True, gc=False, rename={"request_id": "requestId", "error_type": "errorType"}
):
    """One attempt at one request."""

    request_id: RequestId
    metrics: Metrics
    status: Status | None = None
    error_type: str | None = None


class _Start(msgspec.Struct, frozen=True, gc=False, rename={"request_id": "requestId"}):
    request_id: RequestId
    version: str | None = None


class _Init(
    msgspec.Struct,
    frozen=True,
    gc=False,
    rename={"error_type": "errorType", "init_type": "initializationType"},
):
    metrics: _Duration
    phase: str | None = None
    status: Status | None = None
    init_type: str | None = None
    error_type: str | None = None


class _Restore(msgspec.Struct, frozen=True, gc=False, rename={"error_type": "errorType"}):
    metrics: _Duration
    status: Status | None = None
    error_type: str | None = None


class Line(msgspec.Struct, frozen=True, gc=False, kw_only=True, tag_field="type", forbid_unknown_fields=True):
    """An event as it stands in the log, its `record` apart."""

    time: str | None = None


class ReportLine(Line, frozen=True, kw_only=True, tag=schema.PLATFORM_REPORT):
    """A `platform.report`."""

    record: Report


class StartLine(Line, frozen=True, kw_only=True, tag="platform.start"):
    """A `platform.start`."""

    record: _Start


class InitLine(Line, frozen=True, kw_only=True, tag="platform.initReport"):
    """A `platform.initReport`."""

    record: _Init


class RestoreLine(Line, frozen=True, kw_only=True, tag="platform.restoreReport"):
    """A `platform.restoreReport`."""

    record: _Restore


PlatformLine: TypeAlias = ReportLine | StartLine | InitLine | RestoreLine
_LINE_OF: Final[Mapping[type[msgspec.Struct], type[PlatformLine]]] = {
    PlatformReport: ReportLine,
    PlatformStart: StartLine,
    PlatformInit: InitLine,
    PlatformRestore: RestoreLine,
}
KINDS_OF_EVENTS: Final[Mapping[type[msgspec.Struct], str]] = {
    event: str(line.__struct_config__.tag) for event, line in _LINE_OF.items()
}
LINES: Final[Mapping[str, type[PlatformLine]]] = {
    KINDS_OF_EVENTS[event]: line for event, line in _LINE_OF.items()
}
DECODER: Final = msgspec.json.Decoder(ReportLine | StartLine | InitLine | RestoreLine)


def event_from_json(line: bytes) -> PlatformEvent | None:
    """Read an event of the JSON log format; None if the line is none that this report reads."""
    try:
        return event_of(DECODER.decode(line))
    except UNREADABLE:
        return None


def event_of(found: PlatformLine) -> PlatformEvent:
    """Take an event out of its line."""
    record, time = found.record, found.time
    if type(record) is Report:
        of = record.metrics
        return PlatformReport(
            record.request_id, of.duration_ms, of.billed_ms, of.memory_mb, of.used_mb, of.init_ms,
            of.hooks_ms if of.restore_ms is None else of.restore_ms, of.billed_restore_ms, record.status,
            record.error_type, time,
        )  # fmt: skip
    if isinstance(record, _Start):
        return PlatformStart(record.request_id, record.version, time)
    if isinstance(record, _Init):
        return PlatformInit(
            record.metrics.duration_ms, record.phase, record.status, record.init_type, record.error_type, time
        )
    return PlatformRestore(record.metrics.duration_ms, record.status, record.error_type, time)
