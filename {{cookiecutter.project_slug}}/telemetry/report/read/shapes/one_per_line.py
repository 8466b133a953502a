"""Log events out of lines that hold one JSON object each, and out of tables."""

import csv
from collections.abc import Iterator
from typing import Final

import msgspec

from telemetry.report.read.origin import Message
from telemetry.report.read.platform.json_lines import UNREADABLE
from telemetry.report.read.shapes import wrapped
from telemetry.report.read.shapes.content import LONGEST_LINE
from telemetry.report.read.skipped import NOT_JSON, OTHER_JSON, TEXT, Skip

DECODER: Final = msgspec.json.Decoder(dict)


def event_messages(lines: Iterator[bytes | Skip]) -> Iterator[Message | Skip]:
    """Take the lines out of CloudWatch's events, one per line."""
    for line in lines:
        found = _object(line)
        if isinstance(found, dict):
            yield wrapped.event_message(found, {}) if wrapped.is_event(found) else OTHER_JSON
        elif found is not None:
            yield found


def docker_messages(lines: Iterator[bytes | Skip]) -> Iterator[Message | Skip]:
    """Take the lines out of Docker's json-file log, which cuts long ones into pieces of 16 KB."""
    begun: dict[str, str] = {}
    for line in lines:
        found = _object(line)
        if isinstance(found, dict) and wrapped.is_docker(found):
            stream = str(found["stream"])
            text = begun.pop(stream, "") + str(found["log"])
            if text.endswith("\n") or len(text) > LONGEST_LINE or len(begun) > 2:
                yield Message(text.rstrip("\r\n").encode("utf-8", "replace"))
            else:
                begun[stream] = text
        elif found is not None:
            yield OTHER_JSON if isinstance(found, dict) else found
    for text in begun.values():
        yield Message(text.encode("utf-8", "replace"))


def table_messages(lines: Iterator[bytes | Skip]) -> Iterator[Message | Skip]:
    """Take the lines out of a table with a header, as Logs Insights and CloudWatch's console give it."""
    skipped: list[Skip] = []
    csv.field_size_limit(LONGEST_LINE)
    rows = csv.reader(_texts(lines, skipped))
    header: list[str] = []
    while True:
        try:
            row = next(rows, None)
        except csv.Error:
            yield NOT_JSON
            continue
        yield from skipped
        skipped.clear()
        if row is None:
            return
        if not header:
            header = row
        elif row:
            yield wrapped.row_message(dict(zip(header, row, strict=False)))


def _texts(lines: Iterator[bytes | Skip], skipped: list[Skip]) -> Iterator[str]:
    for line in lines:
        if isinstance(line, Skip):
            skipped.append(line)
        else:
            yield line.decode("utf-8", "replace") + "\n"


def _object(line: bytes | Skip) -> dict[str, object] | Skip | None:
    """Read the object of a line; None for a blank one."""
    if isinstance(line, Skip):
        return line
    if not line.strip():
        return None
    try:
        return DECODER.decode(line)
    except UNREADABLE:
        return NOT_JSON if line.lstrip().startswith(b"{") else TEXT
