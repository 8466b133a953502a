"""Which shape a file has, told by its first bytes: most of what can be read decides, once for the whole file.

Whoever writes into a log cannot change its shape with some lines, and no line is looked at in two ways: what
an app logs in the shape of an export stays what it is, the text of an app.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

import msgspec

from telemetry.report.read.platform.json_lines import UNREADABLE
from telemetry.report.read.platform.text_lines import BEGINNINGS
from telemetry.report.read.shapes import wrapped
from telemetry.report.read.shapes.content import not_text
from telemetry.report.read.shapes.json_values import LISTS
from telemetry.report.read.shapes.majority import (
    RECORDS,
    Kind,
    Tally,
    is_export,
    is_ours,
    kind_of,
    object_in,
)
from telemetry.report.read.shapes.prefixes import PREFIXES, Prefix
from telemetry.report.read.skipped import Skip

HEAD: Final = 2**18
"""Bytes that are looked at."""
BARE: Final = "lines"
EVENTS: Final = "CloudWatch's events, one per line"
DOCKER: Final = "Docker's json-file log"
DOCUMENTS: Final = "JSON documents"
TABLE: Final = "a table with a header"
Shape: TypeAlias = str | Prefix | Skip
"""A reason where the file is no text."""

SUBSCRIPTION: Final = b'{"messageType":'
"""What begins so and is not one object is several, one behind the other."""
MARKS: Final = (b'"record"', b"REPORT ", b"START ")
TABLE_HEAD: Final = re.compile(rb"[\"@\w]{1,40}(?:,[\"@\w. ]{1,200}){0,200}\r?(?:\n|$)")
JSON_BEGINS: Final = re.compile(rb"\s*(?:\{\s*(?:[\"}]|$)|\[\s*(?:[\[\]{]|$))")
SPREAD: Final = 500
"""Lines that are looked at for the end of an object that a tool spread."""


def shape_of(head: bytes) -> Shape:
    """Return the shape of a file that begins with these bytes."""
    lines = [line for line in head.split(b"\n") if line.strip()]
    begins_json = JSON_BEGINS.match(head) is not None
    if begins_json and lines and lines[0].strip() in {b"[", b"{"} and _is_whole(head):
        return DOCUMENTS
    tallies = _tallies(lines)
    bare, table = tallies.pop(BARE, Tally()), _rows(head)
    if table is not None and (table.weight or not max(bare)):
        tallies[TABLE] = table
    if tallies:
        best = max(tallies, key=lambda shape: tallies[shape].weight)
        return best if is_export(tallies[best], bare) or not max(bare) else BARE
    if max(bare):
        return BARE
    if begins_json and not any(object_in(line) is not None for line in lines):
        return DOCUMENTS
    return not_text(head) or BARE


def behind_prefix(line: bytes) -> Kind | None:
    """Tell which kind of line stands behind what some tool puts before a line, if any does."""
    if not any(mark in line for mark in MARKS):
        return None
    found = (kind_of(text.strip()) for _, text in _prefixes(line))
    return next((kind for kind in found if kind is not None), None)


def _tallies(lines: Sequence[bytes]) -> dict[Shape, Tally]:
    """Count the lines that speak for each shape; most lines of an app speak for none."""
    found: dict[Shape, Tally] = {}
    for number, line in enumerate(lines):
        vote = _vote(lines, number, line)
        if vote is not None:
            shape, kind = vote
            found[shape] = found.get(shape, Tally()).plus(kind)
    return found


def _vote(lines: Sequence[bytes], number: int, line: bytes) -> tuple[Shape, Kind] | None:
    found = object_in(line)
    if found is not None:
        shape = _wrapping(found)
        kind = kind_of(line) if shape is None else RECORDS
        return None if kind is None else (shape or BARE, kind)
    if line.startswith((b"{", b"[{", b"[[")):
        is_document = _is_batch(line) or line.startswith(SUBSCRIPTION)
        return (DOCUMENTS, RECORDS) if is_document else None
    if line.lstrip().startswith(BEGINNINGS):
        kind = kind_of(line.strip())
        return None if kind is None else (BARE, kind)
    for prefix, text in _prefixes(line):
        kind = kind_of(_put_together(lines, number, text) if _is_spread(prefix, text) else text.strip())
        if kind is not None:
            return prefix, kind
    return None


def _wrapping(found: Mapping[str, Any]) -> Shape | None:
    """Return the shape whose objects hold a message or several, if this is one."""
    if wrapped.is_event(found):
        return EVENTS
    if wrapped.is_docker(found):
        return DOCKER
    if any(isinstance(found.get(name), list) for name in LISTS) or any(wrapped.data_of(found)):
        return DOCUMENTS
    return DOCUMENTS if wrapped.is_telemetry(found) or wrapped.is_insights(found) else None


def _prefixes(line: bytes) -> Iterator[tuple[Prefix, bytes]]:
    """Yield what the line may begin with, and what stands behind it."""
    for prefix in PREFIXES:
        message = prefix.taken_off(line)
        if message is not None:
            yield prefix, message.text


def _is_spread(prefix: Prefix, text: bytes) -> bool:
    return prefix.spread and text.strip() in {b"", b"{"}


def _put_together(lines: Sequence[bytes], number: int, text: bytes) -> bytes:
    """Return the object that a tool spread, up to a `}` at the start of a line."""
    parts = [text]
    for line in lines[number + 1 : number + SPREAD]:
        parts.append(line)
        if line.rstrip() == b"}":
            break
    return b"\n".join(parts).strip()


def _rows(head: bytes) -> Tally | None:
    """Count what the rows of a table hold; None if the first line is not the header of one."""
    first, _, rest = head.lstrip().partition(b"\n")
    names = first.strip().replace(b'"', b"").decode("utf-8", "replace").split(",")
    is_header = "@message" in names or {"timestamp", "message"} <= {*names}
    if not is_header or TABLE_HEAD.match(head.lstrip()) is None:
        return None
    found = Tally()
    rows = csv.reader(line + "\n" for line in rest.decode("utf-8", "replace").split("\n"))
    while True:
        try:
            row = next(rows, None)
        except csv.Error:
            continue
        if row is None:
            return found
        message = wrapped.row_message(dict(zip(names, row, strict=False)))
        kind = None if isinstance(message, Skip) else kind_of(message.text.strip())
        found = found if kind is None else found.plus(kind)


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
            and (wrapped.is_event(it) or it.keys() == wrapped.TELEMETRY_KEYS or is_ours(it))
        )
        for it in found
    )


def _is_whole(head: bytes) -> bool:
    try:
        msgspec.json.decode(head)
    except UNREADABLE:
        return False
    return True
