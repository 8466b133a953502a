"""Objects in which tools hand over one log event each, by the shape that the tool gives them."""

import base64
import binascii
import io
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

import msgspec

from telemetry.report.read.origin import Message, Origin, milliseconds
from telemetry.report.read.shapes.content import LONGEST_LINE, blocks_of
from telemetry.report.read.skipped import NO_MESSAGE, OTHER_JSON, UNDECODABLE, Skip

Object: TypeAlias = Mapping[str, Any]

EVENT_KEYS: Final = frozenset({"message", "timestamp", "ingestionTime", "eventId", "logStreamName", "id"})
"""Of FilteredLogEvent, OutputLogEvent and the events of a subscription; the last has an `id`."""
AWS_KEYS: Final = frozenset({"ingestionTime", "eventId", "logStreamName"})
"""An app's own JSON has a message and a timestamp too; one of these makes it CloudWatch's."""
DOCKER_KEYS: Final = frozenset({"log", "stream", "time", "attrs"})
LATEST_MS: Final = 10**14
"""The year 5138."""
TELEMETRY_KEYS: Final = frozenset({"time", "type", "record"})


def is_event(found: Object, *, in_events: bool = False) -> bool:
    """Whether it is a log event of CloudWatch; inside a list of events less is needed."""
    return (
        isinstance(found.get("message"), str)
        and isinstance(found.get("timestamp"), int)
        and found.keys() <= EVENT_KEYS
        and (in_events or bool(found.keys() & AWS_KEYS))
    )


def event_message(found: Object, context: Object) -> Message:
    """Take a line out of CloudWatch's event; `context` is what the document says of all its events."""
    stream, group = found.get("logStreamName", context.get("logStream")), context.get("logGroup")
    at = found["timestamp"]
    origin = Origin(_text(group), _text(stream), float(at) if 0 <= at < LATEST_MS else None)
    return Message(found["message"].encode("utf-8", "replace"), origin)


def event_line(message: Message) -> bytes:
    """Return a line that `event_message` reads; the log group is not in it."""
    event = {
        "logStreamName": message.origin.stream or "",
        "timestamp": int(message.origin.at_ms or 0),
        "message": message.text.decode("utf-8", "replace"),
    }
    return msgspec.json.encode(event) + b"\n"


def is_docker(found: Object) -> bool:
    """Whether it is a line of Docker's json-file log."""
    return isinstance(found.get("log"), str) and "stream" in found and found.keys() <= DOCKER_KEYS


def is_telemetry(found: Object) -> bool:
    """Whether it is an event of the Telemetry API that carries a line of a function or an extension."""
    return found.keys() == TELEMETRY_KEYS and found["type"] in {"function", "extension"}


def telemetry_message(found: Object) -> Message | Skip:
    """Take out what a function logged; what an extension logged is no record."""
    record = found["record"]
    if found["type"] == "extension":
        return OTHER_JSON
    text = record.encode("utf-8", "replace") if isinstance(record, str) else encoded(record)
    return Message(text, by_app=True)


def is_insights(row: object) -> bool:
    """Whether it is a row of a Logs Insights query: as the API gives it, or as the console does."""
    if isinstance(row, dict):
        return "@message" in row and all(name.startswith("@") for name in row)
    return isinstance(row, list) and bool(row) and all(isinstance(it, dict) and "field" in it for it in row)


def insights_message(row: Any) -> Message | Skip:
    """Take the line out of a row: it must have been asked for as `@message`."""
    fields = row.items() if isinstance(row, dict) else ((it["field"], it.get("value", "")) for it in row)
    return row_message({str(name): it if isinstance(it, str) else _line(it) for name, it in fields})


def row_message(row: Mapping[str, str]) -> Message | Skip:
    """Take the line out of a row by column names, of Logs Insights or of the console's download."""
    text = row.get("@message", row.get("message"))
    if text is None:
        return NO_MESSAGE
    return Message(
        text.encode("utf-8", "replace"),
        Origin(
            group=row.get("@log", "").partition(":")[2] or None,
            stream=row.get("@logStream") or row.get("logStreamName") or None,
            at_ms=milliseconds(row.get("@timestamp", "")),
        ),
    )


def data_of(found: Object) -> Iterator[bytes]:
    """Yield the compressed documents in an event that a subscription hands to a function."""
    records = found.get("Records")
    single = [found] if isinstance(found.get("awslogs"), dict) else []
    for record in [*single, *(records if isinstance(records, list) else [])]:
        if isinstance(record, dict):
            carrier = record.get("awslogs") or record.get("kinesis")
            if isinstance(carrier, dict) and isinstance(carrier.get("data"), str):
                yield carrier["data"].encode("utf-8", "replace")


def unpacked(data: bytes) -> bytes | Skip:
    """Return a document out of base64 and gzip, in which subscriptions pack it."""
    made = bytearray()
    try:
        for block in blocks_of(io.BytesIO(base64.b64decode(data, validate=True))):
            made += block
            if len(made) > LONGEST_LINE * 8:
                return UNDECODABLE
    except (binascii.Error, zlib.error, EOFError):
        return UNDECODABLE
    return bytes(made)


def is_control(found: Object) -> bool:
    """Whether it is the message by which a subscription tests its destination."""
    return found.get("messageType") == "CONTROL_MESSAGE"


def encoded(found: object) -> bytes:
    """Return one line of JSON; nothing of what cannot be written."""
    try:
        return msgspec.json.encode(found)
    except (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError):
        return b""


def _line(found: object) -> str:
    """Return a line that the console shows as the object which it is."""
    return encoded(found).decode("utf-8", "replace")


def _text(found: object) -> str | None:
    return found if isinstance(found, str) and found else None
