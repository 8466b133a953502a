"""Why a line was skipped: what it is instead of a record, or what is wrong with it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from telemetry import schema
from telemetry.report.read.records import KINDS, PlatformReport, Record

MISSING = re.compile(r"missing required field `(\w+)`")
MISFIT = re.compile(r" - at `\$\.([\w.]+)")


@dataclass(frozen=True, slots=True)
class Skip:
    """One line's reason; it names fields, and never shows what a line holds."""

    reason: str
    malformed: bool
    """Meant as a record, or cut short; else a line of another kind."""


TEXT = Skip("plain text", malformed=False)
OTHER_JSON = Skip("other JSON (logs, metrics)", malformed=False)
OTHER_PLATFORM = Skip("other platform events", malformed=False)
NOT_JSON = Skip("not JSON", malformed=True)
UNKNOWN = Skip("unknown kind of record", malformed=True)


def reason_for(line: bytes) -> Skip:
    """Tell why the typed decoders refused a line."""
    try:
        found = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return NOT_JSON if line.startswith(b"{") else TEXT
    if not isinstance(found, dict):
        return OTHER_JSON
    event = found.get("type")
    if isinstance(event, str) and event.startswith("platform."):
        return _bad(event, PlatformReport, line) if event == schema.PLATFORM_REPORT else OTHER_PLATFORM
    return _of_record(found, line)


def _of_record(found: Mapping[str, Any], line: bytes) -> Skip:
    kind, version = found.get(schema.RECORD), found.get(schema.SCHEMA)
    if not isinstance(kind, str) or not (schema.SCHEMA in found or schema.ENVIRONMENT in found):
        return OTHER_JSON
    if isinstance(version, int) and version > schema.VERSION:
        return Skip(f"schema version {version}; this report reads {schema.VERSION}", malformed=True)
    return _bad(kind, KINDS[kind], line) if kind in KINDS else UNKNOWN


def _bad(kind: str, expected: type[Record] | type[PlatformReport], line: bytes) -> Skip:
    try:
        msgspec.json.decode(line, type=expected)
    except msgspec.DecodeError as error:
        if missing := MISSING.search(str(error)):
            return Skip(f"{kind}: missing {missing[1]}", malformed=True)
        if misfit := MISFIT.search(str(error)):
            return Skip(f"{kind}: bad {misfit[1]}", malformed=True)
    return Skip(f"{kind}: unreadable", malformed=True)
