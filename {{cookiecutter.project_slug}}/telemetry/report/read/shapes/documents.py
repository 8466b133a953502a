"""Log events out of JSON documents: of the Logs API, subscriptions, queries, the Telemetry API."""

from collections.abc import Iterator

from telemetry import schema
from telemetry.report.read.origin import Message
from telemetry.report.read.shapes import wrapped
from telemetry.report.read.shapes.json_values import DamagedError, Value, values
from telemetry.report.read.skipped import CONTROL, DAMAGED, OTHER_JSON, Skip


def document_messages(blocks: Iterator[bytes], *, packed: bool = False) -> Iterator[Message | Skip]:
    """Yield the events of all documents; `packed` ones hold no others."""
    try:
        for value in values(blocks):
            yield from _messages(value, packed=packed)
    except DamagedError:
        yield DAMAGED


def _messages(value: Value, *, packed: bool) -> Iterator[Message | Skip]:
    found = value.found
    if wrapped.is_insights(found):
        yield wrapped.insights_message(found)
    elif not isinstance(found, dict):
        yield OTHER_JSON
    elif wrapped.is_event(found, in_events=value.list_name is not None):
        yield wrapped.event_message(found, value.beside)
    elif wrapped.is_telemetry(found):
        yield wrapped.telemetry_message(found)
    elif wrapped.is_docker(found):
        yield Message(found["log"].rstrip("\n").encode("utf-8", "replace"))
    elif wrapped.is_control(found) or wrapped.is_control(value.beside):
        yield CONTROL
    elif not packed and (data := list(wrapped.data_of(found))):
        for one in data:
            yield from _unpacked(one)
    elif value.list_name is None and schema.RECORD in found:
        yield Message(wrapped.encoded(found))
    else:
        yield OTHER_JSON


def _unpacked(data: bytes) -> Iterator[Message | Skip]:
    document = wrapped.unpacked(data)
    if isinstance(document, Skip):
        yield document
    else:
        yield from document_messages(iter([document]), packed=True)
