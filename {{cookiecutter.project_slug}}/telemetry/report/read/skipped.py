"""Why a line was skipped: what it is instead of a record, or what is wrong with it."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from telemetry import schema
from telemetry.report.errors import UnusableError
from telemetry.report.read.platform.json_lines import KINDS_OF_EVENTS, LINES, UNREADABLE, PlatformLine
from telemetry.report.read.platform.text_lines import BEGINNINGS
from telemetry.report.read.records import KINDS, Record
from telemetry.report.read.shapes.majority import PLATFORM, RECORDS, Kind, Tally, is_export

MISSING = re.compile(r"missing required field `(\w+)`")
MISFIT = re.compile(r" - at `\$\.([\w.]+)")
LATER_VERSIONS: Final = 100
"""From here on versions are counted as one reason, so that the reasons stay few whatever is read."""


@dataclass(frozen=True, slots=True)
class Skip:
    """One line's reason; it names fields, and never shows what a line holds."""

    reason: str
    malformed: bool
    """Meant as a record, or cut short; else a line of another kind."""


TEXT: Final = Skip("plain text", malformed=False)
OTHER_JSON: Final = Skip("other JSON (logs, metrics)", malformed=False)
OTHER_PLATFORM: Final = Skip("other platform events", malformed=False)
CONTROL: Final = Skip("control messages of the subscription", malformed=False)
BY_APP: Final = Skip("platform events that the function wrote", malformed=False)
NOT_JSON: Final = Skip("not JSON", malformed=True)
UNKNOWN: Final = Skip("unknown kind of record", malformed=True)
BAD_PLATFORM_TEXT: Final = Skip("platform line with other fields or figures than Lambda's", malformed=True)
TOO_LONG: Final = Skip("line of more than 8 MiB", malformed=True)
PACKED: Final[Mapping[str, Skip]] = {
    tool: Skip(f"compressed by {tool}: unpack it first", malformed=True)
    for tool in ("zip", "bzip2", "xz", "zstd")
}
WIDE: Final = Skip("text in UTF-16 or UTF-32 that does not say so: convert it to UTF-8 first", malformed=True)
DAMAGED: Final = Skip("JSON document damaged or cut; what follows in it was not read", malformed=True)
NO_MESSAGE: Final = Skip("row without the column @message", malformed=True)
PREFIXED: Final[Mapping[Kind, Skip]] = {
    RECORDS: Skip("behind a prefix that the other lines do not have", malformed=False),
    PLATFORM: Skip("platform events behind a prefix that the other lines do not have", malformed=False),
}
UNPREFIXED: Final[Mapping[Kind, Skip]] = {
    RECORDS: Skip("records without the prefix that the other lines have", malformed=False),
    PLATFORM: Skip("platform events without the prefix that the other lines have", malformed=False),
}
OF_OTHERS: Final = Skip("records of another environment than the log stream's", malformed=False)
UNDECODABLE: Final = Skip("event whose data cannot be decoded", malformed=True)


def unlike_the_rest(counts: Mapping[str, int], skips: Mapping[Kind, Skip]) -> Tally:
    """Count the records and platform events that were skipped for their prefix, or for having none."""
    return Tally(counts.get(skips[RECORDS].reason, 0), counts.get(skips[PLATFORM].reason, 0))


def must_be_one_shape(name: str, entered: Counter[str], others: Counter[str]) -> None:
    """Refuse a source of which the part that was left out may be the log, and what was read the forgery.

    Raises:
        UnusableError: What was left out outweighs the rest, or holds as much as a log of its own.
    """
    platform = sum(entered[kind] for kind in KINDS_OF_EVENTS.values())
    kept = Tally(entered.total() - platform, platform)
    prefixed, bare = unlike_the_rest(others, PREFIXED), unlike_the_rest(others, UNPREFIXED)
    is_bare = any(bare) and (bare.is_log_beside(kept) or not is_export(kept, bare))
    if is_bare or (any(prefixed) and (prefixed.is_log_beside(kept) or is_export(prefixed, kept))):
        left_out, side = (bare, "without") if is_bare else (prefixed, "behind")
        raise UnusableError(
            f"{name}: {sum(left_out)} records and platform events {side} a prefix that the other "
            f"{sum(kept)} {'have' if is_bare else 'do not have'}. Which of them an app was made to print "
            "cannot be told. Give the report one log per file, or an export in JSON (`aws logs "
            "filter-log-events`), which keeps each message whole."
        )


def reason_for(line: bytes) -> Skip:
    """Tell why the typed decoders refused a line."""
    if not line.startswith((b"{", b"[")):
        return _of_text(line)
    try:
        found = msgspec.json.decode(line)
    except UNREADABLE:
        return _of_text(line)
    if not isinstance(found, dict):
        return OTHER_JSON
    event = found.get("type")
    if (
        isinstance(event, str)
        and event.startswith("platform.")
        and isinstance(found.get(schema.RECORD), dict)
    ):
        return _bad(event, LINES[event], line) if event in LINES else OTHER_PLATFORM
    return _of_record(found, line)


def _of_text(line: bytes) -> Skip:
    if line.startswith(b"{"):
        return NOT_JSON
    return BAD_PLATFORM_TEXT if line.startswith(BEGINNINGS) else TEXT


def _of_record(found: Mapping[str, Any], line: bytes) -> Skip:
    kind, version = found.get(schema.RECORD), found.get(schema.SCHEMA)
    if not isinstance(kind, str) or not (schema.SCHEMA in found or schema.ENVIRONMENT in found):
        return OTHER_JSON
    if isinstance(version, int) and version > schema.VERSION:
        shown = version if version < LATER_VERSIONS else f"{LATER_VERSIONS} or later"
        return Skip(f"schema version {shown}; this report reads {schema.VERSION}", malformed=True)
    return _bad(kind, KINDS[kind], line) if kind in KINDS else UNKNOWN


def _bad(kind: str, expected: type[Record] | type[PlatformLine], line: bytes) -> Skip:
    try:
        msgspec.json.decode(line, type=expected)
    except UNREADABLE as error:
        if missing := MISSING.search(str(error)):
            return Skip(f"{kind}: missing {missing[1]}", malformed=True)
        if misfit := MISFIT.search(str(error)):
            return Skip(f"{kind}: bad {misfit[1].removeprefix('record.')}", malformed=True)
    return Skip(f"{kind}: unreadable", malformed=True)
