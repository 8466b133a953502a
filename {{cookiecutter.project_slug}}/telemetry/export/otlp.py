"""Spans as OTLP's `ExportTraceServiceRequest`, and what the response to it says.

Encoded by hand: the library takes three times as long for a span, and brings 20 ms of imports.

Field numbers: https://github.com/open-telemetry/opentelemetry-proto, `trace.proto` and `common.proto`, 1.9.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext

from telemetry.export.protobuf import MalformedError, delimited, double, fields, fixed32, fixed64, integer

KNOWS_REMOTE: Final = 0x100
IS_REMOTE: Final = 0x200
_SHORT: Final = 0x7E
"""Bytes of a text, below which its length, with two bytes more around it, fits in one byte."""


def encoded(spans: Iterable[ReadableSpan]) -> bytes:
    """The request that exports `spans`."""
    resources: dict[Resource, dict[InstrumentationScope | None, list[bytes]]] = {}
    for span in spans:
        scopes = resources.setdefault(span.resource, {})
        scopes.setdefault(span.instrumentation_scope, []).append(delimited(2, _span(span)))
    return b"".join(delimited(1, _resource_spans(resource, scopes)) for resource, scopes in resources.items())


def rejected(response: bytes) -> int:
    """Number of spans that the receiver says it rejected; 0 if its response cannot be read."""
    try:
        partial = [value for field, value in fields(response) if field == 1 and isinstance(value, bytes)]
        counts = [value for part in partial for field, value in fields(part) if field == 1]
    except MalformedError:
        return 0
    return sum(count for count in counts if isinstance(count, int) and count < 1 << 63)


def _resource_spans(
    resource: Resource, scopes: Mapping[InstrumentationScope | None, Sequence[bytes]]
) -> bytes:
    parts = [delimited(1, b"".join(_attributes(1, resource.attributes)))]
    for scope, spans in scopes.items():
        about = b"" if scope is None else _scope(scope)
        schema = _text(3, scope.schema_url) if scope is not None else b""
        parts.append(delimited(2, b"".join((delimited(1, about), *spans, schema))))
    return b"".join((*parts, _text(3, resource.schema_url)))


def _scope(scope: InstrumentationScope) -> bytes:
    attributes = _attributes(3, scope.attributes or {})
    return b"".join((_text(1, scope.name), _text(2, scope.version), *attributes))


def _span(span: ReadableSpan) -> bytes:
    context, parent, status = span.get_span_context(), span.parent, span.status.status_code
    parts = [
        *(_ids(context) if context else ()),
        delimited(4, _id(parent.span_id)) if parent else b"",
        delimited(5, span.name.encode(errors="replace")),
        integer(6, span.kind.value + 1),
        fixed64(7, span.start_time or 0),
        fixed64(8, span.end_time or 0),
        *_attributes(9, span.attributes or {}),
        _count(10, span.dropped_attributes),
        *(delimited(11, _event(event)) for event in span.events),
        _count(12, span.dropped_events),
        *(delimited(13, _link(link)) for link in span.links),
        _count(14, span.dropped_links),
        delimited(15, integer(3, status.value) if status.value else b""),
        fixed32(16, _flags(parent)),
    ]
    return b"".join(parts)


def _ids(context: SpanContext) -> tuple[bytes, bytes, bytes]:
    state = context.trace_state.to_header() if context.trace_state else ""
    return (
        delimited(1, context.trace_id.to_bytes(16, "big")),
        delimited(2, _id(context.span_id)),
        _text(3, state),
    )


def _event(event: Event) -> bytes:
    attributes = _attributes(3, event.attributes or {})
    return b"".join(
        (fixed64(1, event.timestamp), delimited(2, event.name.encode(errors="replace")), *attributes)
    )


def _link(link: Link) -> bytes:
    attributes = _attributes(4, link.attributes or {})
    return b"".join((*_ids(link.context), *attributes, fixed32(6, _flags(link.context))))


def _attributes(field: int, attributes: Mapping[str, Any]) -> list[bytes]:
    encoded_ones = []
    for key, value in attributes.items():
        if type(value) is str and len(text := value.encode(errors="replace")) < _SHORT:  # most are
            pair = _key(key) + bytes((2 << 3 | 2, len(text) + 2, 1 << 3 | 2, len(text))) + text
        else:
            pair = _key(key) + delimited(2, _value(value))
        encoded_ones.append(delimited(field, pair))
    return encoded_ones


@lru_cache(maxsize=256)
def _key(key: str) -> bytes:
    return delimited(1, key.encode(errors="replace"))


def _value(value: Any) -> bytes:  # noqa: PLR0911 - one for each type
    match value:
        case str():
            return delimited(1, value.encode(errors="replace"))
        case bool():
            return integer(2, value)
        case int():
            return integer(3, value)
        case float():
            return double(4, value)
        case bytes():
            return delimited(7, value)
        case Mapping():
            return delimited(6, b"".join(_attributes(1, value)))
        case None:
            return b""
        case _:
            return delimited(5, b"".join(delimited(1, _value(item)) for item in value))


def _flags(context: SpanContext | None) -> int:
    return KNOWS_REMOTE | IS_REMOTE if context is not None and context.is_remote else KNOWS_REMOTE


def _id(span_id: int) -> bytes:
    return span_id.to_bytes(8, "big")


def _text(field: int, text: str | None) -> bytes:
    return delimited(field, text.encode(errors="replace")) if text else b""


def _count(field: int, number: int) -> bytes:
    return integer(field, number) if number else b""
