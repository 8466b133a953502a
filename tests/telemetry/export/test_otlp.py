import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState

from telemetry.export.otlp import encoded, rejected
from telemetry.export.protobuf import MalformedError, fields

CONTEXT = SpanContext(1, 1, is_remote=False)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
NUMBERS = st.integers(-(2**63), 2**63 - 1)
SCALARS = TEXT | st.booleans() | NUMBERS | st.floats(allow_nan=False)
VALUES = SCALARS | st.lists(TEXT) | st.lists(NUMBERS) | st.lists(st.booleans()) | st.binary(max_size=200)
ATTRIBUTES = st.dictionaries(TEXT.filter(bool), VALUES, max_size=5)
INSTANTS = st.integers(1, 2**63 - 1)
FLAGS = st.sampled_from([TraceFlags(0), TraceFlags(1)])
IDS = (st.integers(1, 2**128 - 1), st.integers(1, 2**64 - 1), st.booleans(), FLAGS)
CONTEXTS = st.builds(SpanContext, *IDS, st.sampled_from([None, TraceState([("a", "1"), ("b", "2")])]))
LINKED = st.builds(SpanContext, *IDS)
"""OpenTelemetry's encoder forgets the state of a link."""
RESOURCES = st.sampled_from(
    [Resource({"service.name": "tickets", "faas.max_memory": 1 << 30}, "https://example.com/1"), Resource({})]
)
SCOPES = st.sampled_from(
    [InstrumentationScope("telemetry"), InstrumentationScope("other", "1.2", "https://x"), None]
)
SPANS = st.builds(
    ReadableSpan,
    name=TEXT,
    context=CONTEXTS,
    parent=st.none() | CONTEXTS,
    resource=RESOURCES,
    attributes=ATTRIBUTES,
    events=st.lists(st.builds(Event, TEXT, ATTRIBUTES, INSTANTS), max_size=2),
    links=st.lists(st.builds(Link, LINKED, ATTRIBUTES), max_size=2),
    kind=st.sampled_from(SpanKind),
    status=st.sampled_from([Status(code) for code in StatusCode]),
    start_time=INSTANTS,
    end_time=INSTANTS,
    instrumentation_scope=SCOPES,
)


@settings(max_examples=60)
@given(st.lists(SPANS, max_size=3))
def test_encoding_is_opentelemetrys(spans: list[ReadableSpan]) -> None:
    assert ExportTraceServiceRequest.FromString(encoded(spans)) == encode_spans(spans)


def test_large_fields_keep_their_length() -> None:
    span = ReadableSpan("x" * 70_000, SpanContext(1, 2, is_remote=False), resource=Resource({}))
    [of_resource] = ExportTraceServiceRequest.FromString(encoded([span])).resource_spans
    assert [len(span.name) for scope in of_resource.scope_spans for span in scope.spans] == [70_000]


@pytest.mark.parametrize("count", [0, 3, 2**40])
def test_rejected_spans_are_read(count: int) -> None:
    partial = ExportTracePartialSuccess(rejected_spans=count, error_message="quota" * 100)
    assert rejected(ExportTraceServiceResponse(partial_success=partial).SerializeToString()) == count


@given(st.binary(max_size=60))
def test_any_answer_is_survived(answer: bytes) -> None:
    assert rejected(answer) >= 0


@pytest.mark.parametrize("message", [b"\x80", b"\x0a\x05abc", b"\x0b", b"\x09\x01", b"\xff" * 12])
def test_malformed_messages_are_refused(message: bytes) -> None:
    with pytest.raises(MalformedError):
        list(fields(message))


def test_text_that_is_no_unicode_costs_no_span() -> None:
    span = ReadableSpan("lone \ud800", CONTEXT, attributes={"app.customer": "\ud800", "app.list": ["\ud800"]})
    [sent] = ExportTraceServiceRequest.FromString(encoded([span])).resource_spans[0].scope_spans[0].spans
    assert sent.name == "lone ?"
    assert [attribute.value.string_value for attribute in sent.attributes][:1] == ["?"]
