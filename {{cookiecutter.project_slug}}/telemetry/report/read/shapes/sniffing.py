"""Which shape a file has, told by its first bytes: most of what can be read decides, once for the whole file.

Whoever writes into a log cannot change its shape with some lines, and no line is looked at in two ways: what
an app logs in the shape of an export stays what it is, the text of an app.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

import msgspec

from telemetry import schema
from telemetry.report.read.platform_json import UNREADABLE, event_from_json
from telemetry.report.read.platform_text import BEGINNINGS, event_from_text
from telemetry.report.read.shapes import wrapped
from telemetry.report.read.shapes.json_values import LISTS
from telemetry.report.read.shapes.prefixes import PREFIXES, Prefix

MARGIN: Final = 20
"""Bare records and platform lines are rare in an export, where they can only be the second line of a message.
In a bare log an app's own times before what a caller sent must not look like an export."""
HEAD: Final = 2**18
"""Bytes that are looked at."""
BARE: Final = "lines"
EVENTS: Final = "CloudWatch's events, one per line"
DOCKER: Final = "Docker's json-file log"
DOCUMENTS: Final = "JSON documents"
TABLE: Final = "a table with a header"
Shape: TypeAlias = str | Prefix

SUBSCRIPTION: Final = b'{"messageType":'
"""What begins so and is not one object is several, one behind the other."""
MARKS: Final = (b'"record"', b"REPORT ", b"START ")
TABLE_HEAD: Final = re.compile(rb"[\"@\w]{1,40}(?:,[\"@\w. ]{1,200}){0,200}\r?(?:\n|$)")
JSON_BEGINS: Final = re.compile(rb"\s*(?:\{\s*(?:[\"}]|$)|\[\s*(?:[\[\]{]|$))")


def shape_of(head: bytes) -> Shape:
    """Return the shape of a file that begins with these bytes."""
    if _is_table(head):
        return TABLE
    lines = [line for line in head.split(b"\n") if line.strip()]
    votes = Counter(shape for line in lines if (shape := _vote(line)) is not None)
    begins_json = JSON_BEGINS.match(head) is not None
    if begins_json and lines and lines[0].strip() in {b"[", b"{"} and _is_whole(head):
        return DOCUMENTS
    if votes:
        best, count = votes.most_common(1)[0]
        return best if count > votes[BARE] * MARGIN else BARE
    return DOCUMENTS if begins_json and not any(_object(line) is not None for line in lines) else BARE


def is_behind_prefix(line: bytes) -> bool:
    """Whether a record or a platform line stands behind what some tool puts before a line."""
    return any(mark in line for mark in MARKS) and next(_prefixes(line), None) is not None


def _is_table(head: bytes) -> bool:
    names = head.lstrip().partition(b"\n")[0].strip().replace(b'"', b"").split(b",")
    return TABLE_HEAD.match(head.lstrip()) is not None and (
        b"@message" in names or (b"timestamp" in names and b"message" in names)
    )


def _vote(line: bytes) -> Shape | None:
    """Return the shape that a line speaks for; most lines of an app speak for none."""
    found = _object(line)
    if found is not None:
        return _vote_of(found, line)
    if line.startswith((b"{", b"[{", b"[[")):
        return DOCUMENTS if _is_batch(line) or line.startswith(SUBSCRIPTION) else None
    if line.lstrip().startswith(BEGINNINGS):
        return BARE if event_from_text(line.strip()) else None
    return next(_prefixes(line), None)


def _vote_of(found: Mapping[str, Any], line: bytes) -> Shape | None:
    if wrapped.is_event(found):
        return EVENTS
    if wrapped.is_docker(found):
        return DOCKER
    if any(isinstance(found.get(name), list) for name in LISTS) or any(wrapped.data_of(found)):
        return DOCUMENTS
    if wrapped.is_telemetry(found):
        return DOCUMENTS
    return BARE if _is_ours(found) or event_from_json(line) else None


def _prefixes(line: bytes) -> Iterator[Prefix]:
    for prefix in PREFIXES:
        message = prefix.taken_off(line)
        if message is None:
            continue
        text = message.text.strip()
        found = _object(text)
        spread = prefix.spread and text in {b"", b"{"}
        if (
            spread
            or (found is not None and _is_ours(found))
            or event_from_json(text)
            or event_from_text(text)
        ):
            yield prefix


def _is_ours(found: Mapping[str, Any]) -> bool:
    return isinstance(found.get(schema.RECORD), str) and schema.SCHEMA in found


def _is_batch(line: bytes) -> bool:
    """Whether the line is a list of the Telemetry API's, of rows or of events."""
    try:
        found = msgspec.json.decode(line)
    except UNREADABLE:
        return False
    return isinstance(found, list) and all(
        wrapped.is_insights(it)
        or (
            isinstance(it, dict)
            and (wrapped.is_event(it) or it.keys() == wrapped.TELEMETRY_KEYS or _is_ours(it))
        )
        for it in found
    )


def _is_whole(head: bytes) -> bool:
    try:
        msgspec.json.decode(head)
    except UNREADABLE:
        return False
    return True


def _object(line: bytes) -> Mapping[str, Any] | None:
    if not line.lstrip().startswith(b"{"):
        return None
    try:
        found = msgspec.json.decode(line)
    except UNREADABLE:
        return None
    return found if isinstance(found, dict) else None
