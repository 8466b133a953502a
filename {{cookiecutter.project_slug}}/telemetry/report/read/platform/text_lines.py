"""Lambda's lines in its text log format, as typed events.

A line is the platform's if it begins with REPORT, START, INIT_REPORT or RESTORE_REPORT, and has their fields
and no others; what an app's text holds somewhere inside is the app's. All patterns are linear: no repetition
is within another, and each match begins where the last one ended.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

import msgspec

from telemetry.report.read.platform.events import (
    PlatformEvent,
    PlatformInit,
    PlatformReport,
    PlatformRestore,
    PlatformStart,
    Status,
)
from telemetry.report.read.platform.figures import Milliseconds
from telemetry.report.read.platform.json_lines import Metrics

LONGEST_TEXT: Final = 4096
"""Bytes. Lambda's text lines have about 300."""
BEGINNINGS: Final = (b"REPORT RequestId:", b"START RequestId:", b"INIT_REPORT ", b"RESTORE_REPORT ")
HEAD: Final = re.compile(
    rb"(REPORT|START) RequestId: ([A-Za-z0-9-]{1,128})(?![^\s])|(INIT_REPORT|RESTORE_REPORT)(?= )"
)
FIELD: Final = re.compile(
    rb"[ \t]+(Duration|Billed Duration|Init Duration|Restore Duration|Billed Restore Duration|Memory Size"
    rb"|Max Memory Used): ([0-9]{1,12}(?:\.[0-9]{1,9})?) (?:ms|MB)(?=[ \t]|$)"
    rb"|[ \t]+(Phase|Status|Error Type|Version): ([^\s]{1,200})(?=[ \t]|$)"
)
REST: Final = re.compile(rb"[ \t]*(?:$|[\r\n])|[ \t]+XRAY TraceId: ")
Fields: TypeAlias = dict[str, str]


def event_from_text(line: bytes) -> PlatformEvent | None:
    """Read a line of the text log format; None if it is none of Lambda's, or has a figure too few or bad."""
    if len(line) > LONGEST_TEXT or not (head := HEAD.match(line)):
        return None
    fields = _fields(line, head.end())
    if fields is None:
        return None
    kind = (head[1] or head[3]).decode()
    request_id = (head[2] or b"").decode()
    try:
        return TEXT_EVENTS[kind](request_id, fields)
    except (msgspec.ValidationError, KeyError):
        return None


def _fields(line: bytes, at: int) -> Fields | None:
    """Return what follows, by name; None if anything follows that Lambda does not write."""
    fields: Fields = {}
    while field := FIELD.match(line, at):
        name, value = (field[1], field[2]) if field[1] else (field[3], field[4])
        if name.decode() in fields:
            return None
        fields[name.decode()] = value.decode("utf-8", "replace")
        at = field.end()
    return fields if REST.match(line, at) else None


def _report(request_id: str, fields: Fields) -> PlatformReport:
    found = msgspec.convert(
        {key: float(fields[name]) for key, name in REPORT_FIELDS.items() if name in fields}, Metrics
    )
    return PlatformReport(
        request_id, found.duration_ms, found.billed_ms, found.memory_mb, found.used_mb, found.init_ms,
        found.restore_ms, found.billed_restore_ms, _status(fields), fields.get("Error Type"),
    )  # fmt: skip


def _start(request_id: str, fields: Fields) -> PlatformStart:
    return PlatformStart(request_id, fields["Version"])


def _init(_: str, fields: Fields) -> PlatformInit:
    phase = fields.get("Phase")
    return PlatformInit(
        _ms(fields["Init Duration"]), phase, _status(fields), error_type=fields.get("Error Type")
    )


def _restore(_: str, fields: Fields) -> PlatformRestore:
    return PlatformRestore(_ms(fields["Restore Duration"]), _status(fields), fields.get("Error Type"))


def _status(fields: Fields) -> Status | None:
    return msgspec.convert(fields["Status"], Status) if "Status" in fields else None


def _ms(text: str) -> float:
    return msgspec.convert(float(text), Milliseconds)


REPORT_FIELDS: Final[Mapping[str, str]] = {
    "durationMs": "Duration",
    "billedDurationMs": "Billed Duration",
    "memorySizeMB": "Memory Size",
    "maxMemoryUsedMB": "Max Memory Used",
    "initDurationMs": "Init Duration",
    "restoreDurationMs": "Restore Duration",
    "billedRestoreDurationMs": "Billed Restore Duration",
}
TEXT_EVENTS: Final[Mapping[str, Callable[[str, Fields], PlatformEvent]]] = {
    "REPORT": _report,
    "START": _start,
    "INIT_REPORT": _init,
    "RESTORE_REPORT": _restore,
}
