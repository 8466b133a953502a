import json
import random
from contextlib import nullcontext

import pytest
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, get_current_span, use_span

from adapter.facts import EnvironmentEnded, SnapshotAnnounced
from telemetry.export.span_pipeline import CleaningExporter
from telemetry.pipeline import Telemetry
from tests.telemetry.facts import T0, S, answered, invoked, started
from tests.telemetry.harness import ENVIRON, Harness
from tests.telemetry.spans.test_propagation import (
    GATEWAYS,
    GATEWAYS_TRACE,
    NO_SPAN,
    TRACEPARENT,
    W3C_IDS,
    XRAY,
    XRAY_IDS,
    ids,
)


def test_parent_is_the_caller(harness: Harness) -> None:
    harness.observe(started())
    harness.invoke(trace_context={"traceparent": TRACEPARENT})
    span = harness.span("tickets-api")
    assert span.context
    assert span.parent
    assert (f"{span.context.trace_id:032x}", f"{span.parent.span_id:016x}") == W3C_IDS[:2]
    assert span.parent.is_remote
    assert harness.record("invocation")["trace_id"] == W3C_IDS[0]


def test_unsampled_parent_records_nothing(harness: Harness) -> None:
    harness.observe(started())
    harness.invoke(
        trace_context={"traceparent": TRACEPARENT[:-2] + "00"},
        inside=lambda: (
            harness.telemetry.tracer_provider.get_tracer("service.tickets").start_span("work").end()
        ),
    )
    assert harness.spans == []
    assert harness.record("invocation")["trace_id"] == W3C_IDS[0]


@pytest.mark.parametrize(("ratio", "expected"), [("0", 0), ("1", 40)])
def test_ratio_decides_for_roots(ratio: str, expected: int) -> None:
    harness = Harness({"OTEL_TRACES_SAMPLER_ARG": ratio})
    harness.observe(started())
    for index in range(1, 41):
        harness.invoke(index)
    assert len(harness.spans) == expected
    assert all(record["trace_id"] for record in harness.records("invocation"))


@pytest.mark.parametrize(
    ("endpoint", "sampled", "expected"),
    [
        ("", "0", 0),
        ("http://127.0.0.1:9", "0", 1),
        ("http://127.0.0.1:9", "1", 1),
    ],
    ids=["X-Ray's own", "nobody's", "X-Ray's, and sent elsewhere"],
)
def test_lambdas_no_counts_for_xray_only(endpoint: str, sampled: str, expected: int) -> None:
    """With tracing off, Lambda says no to every request, so that an endpoint would see next to none."""
    said = f"Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled={sampled}"
    harness = Harness({"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "_X_AMZN_TRACE_ID": said})
    harness.observe(started())
    harness.invoke()
    assert len(harness.spans) == expected
    assert [span.parent is None for span in harness.spans] == [sampled == "0"] * expected


@pytest.mark.parametrize(("every", "after"), [("1", [1, 2, 3, 4]), ("3", [0, 0, 3, 3])])
def test_spans_leave_every_nth_time(every: str, after: list[int]) -> None:
    harness = Harness({"LIFESPAN_FLUSH_EVERY": every})
    harness.observe(started())
    exported = []
    for index in range(1, 5):
        harness.invoke(index)
        exported.append(len(harness.memory.get_finished_spans()))
    assert exported == after
    harness.observe(EnvironmentEnded(T0 + 9 * S, 4, 0))
    assert len(harness.memory.get_finished_spans()) == 4


def test_seed_of_random_is_left_alone(harness: Harness) -> None:
    before = random.getstate()
    harness.observe(started())
    harness.invoke()
    assert random.getstate() == before


def test_failed_beginning_leaves_nothing_behind(harness: Harness) -> None:
    harness.observe(started())
    harness.invoke(1)
    harness.invoke(2, trace_context={"traceparent": 5})  # type: ignore[dict-item]  # what no adapter states
    harness.invoke(3)
    first, second, third = harness.records("invocation")
    assert "trace_id" not in second
    assert first["trace_id"] != third["trace_id"]
    assert len(harness.spans) == 2
    assert harness.record("fault")["sink"] == "spans"


@pytest.mark.parametrize(("ratio", "expected"), [("0", 0), ("1", 1)])
def test_ratio_decides_for_undecided_parents(ratio: str, expected: int) -> None:
    harness = Harness({"OTEL_TRACES_SAMPLER_ARG": ratio})
    harness.observe(started())
    undecided = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8"
    harness.invoke(trace_context={"x-amzn-trace-id": undecided})
    assert [span.parent and span.parent.span_id for span in harness.spans] == [0x53995C3F42CD8AD8] * expected
    assert harness.record("invocation")["trace_id"] == "5759e988bd862e3fe1be46a994272793"


def test_copies_of_a_snapshot_send_nothing_of_its(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    def not_yet(*_: object) -> None:
        raise TimeoutError

    before = started(init_type="snap-start")
    harness.observe(before)
    harness.start_up()
    with monkeypatch.context() as patched:
        patched.setattr(CleaningExporter, "prepare", not_yet)
        harness.observe(SnapshotAnnounced(T0 + 2 * S))
    harness.observe(before)
    harness.invoke()
    assert [span.name for span in harness.spans] == ["tickets-api"]
    harness.observe(EnvironmentEnded(T0 + 9 * S, 1, 0))
    assert harness.record("end")["dropped_spans"] == 1


def seen_inside(environ: dict[str, str], trace_context: dict[str, str]) -> tuple[str, str, bool] | None:
    """The span that is current inside an invocation of telemetry without an exporter."""
    telemetry = Telemetry.from_env({**ENVIRON, **environ}, write=lambda _: None)
    telemetry.observe(started())
    began = invoked(trace_context=trace_context)
    telemetry.observe(began)
    inside = get_current_span().get_span_context()
    telemetry.observe(answered(began))
    assert not get_current_span().get_span_context().is_valid
    return ids(inside)


def test_t18_span_begins_in_the_gateways_trace(harness: Harness) -> None:
    harness.observe(started())
    harness.invoke(trace_context={"x-amzn-trace-id": GATEWAYS})
    span = harness.span("tickets-api")
    assert span.context
    assert f"{span.context.trace_id:032x}" == GATEWAYS_TRACE
    assert span.parent is None
    assert harness.record("invocation")["trace_id"] == GATEWAYS_TRACE


def test_t18_gateways_trace_is_kept_where_spans_go_nowhere() -> None:
    seen = seen_inside({}, {"x-amzn-trace-id": GATEWAYS})
    assert seen is not None
    assert (seen[0], seen[2]) == (GATEWAYS_TRACE, False)
    assert seen[1] != NO_SPAN


@pytest.mark.parametrize(
    ("switch", "ratio", "expected"), [("on", "0", 100), ("off", "0", 0), ("off", "1", 100)]
)
@pytest.mark.parametrize(
    "caller",
    [{"traceparent": TRACEPARENT}, {"x-amzn-trace-id": XRAY}],
    ids=["traceparent", "x-amzn-trace-id"],
)
def test_t19_callers_decide_only_if_they_may(
    switch: str, ratio: str, expected: int, caller: dict[str, str]
) -> None:
    harness = Harness({"OTEL_TRACES_SAMPLER_ARG": ratio, "LIFESPAN_TRACE_CALLERS": switch})
    harness.observe(started())
    for index in range(1, 101):
        harness.invoke(index, trace_context=caller)
    assert len(harness.spans) == expected


def test_t19_untrusted_caller_is_linked() -> None:
    harness = Harness({"LIFESPAN_TRACE_CALLERS": "off"})
    harness.observe(started())
    harness.invoke(trace_context={"traceparent": TRACEPARENT, "tracestate": "vendor=canary"})
    span = harness.span("tickets-api")
    [link] = span.links
    assert span.parent is None
    assert span.context
    assert f"{span.context.trace_id:032x}" != W3C_IDS[0]
    assert ids(link.context) == W3C_IDS
    assert not link.context.trace_state


def test_t19_untrusted_trace_is_not_passed_on() -> None:
    seen = seen_inside({"LIFESPAN_TRACE_CALLERS": "off"}, {"traceparent": TRACEPARENT})
    assert seen is not None
    assert seen[0] != W3C_IDS[0]
    assert seen[2] is False


def test_callers_trace_is_passed_on() -> None:
    assert seen_inside({}, {"traceparent": TRACEPARENT}) == W3C_IDS
    assert seen_inside({"_X_AMZN_TRACE_ID": XRAY}, {}) == XRAY_IDS


def traced_by_a_layer(*, since_import: bool) -> tuple[Span, Span, str]:
    """The layer's span, the one that is current in a request, and the trace that the record names."""
    layers = NonRecordingSpan(SpanContext(1, 2, is_remote=False))
    out: list[str] = []
    with use_span(layers) if since_import else nullcontext():
        telemetry = Telemetry.from_env(ENVIRON, write=out.append)
    with use_span(layers):
        telemetry.observe(started())
        telemetry.observe(began := invoked(trace_context={"traceparent": TRACEPARENT}))
        inside = get_current_span()
        telemetry.observe(answered(began))
        assert get_current_span() is layers
    return layers, inside, json.loads(out[-1])["trace_id"]


def test_span_of_a_layer_stays_current() -> None:
    """It wraps the handler, so what the service makes belongs below it, whatever the caller named."""
    layers, inside, trace_id = traced_by_a_layer(since_import=False)
    assert inside is layers
    assert trace_id == f"{1:032x}"


def test_span_that_was_current_before_is_of_no_invocation() -> None:
    """Such as one that a module has attached as it was imported, and left."""
    layers, inside, trace_id = traced_by_a_layer(since_import=True)
    assert inside is not layers
    assert trace_id == W3C_IDS[0]


def test_new_traces_are_unsampled_and_distinct() -> None:
    first, second = seen_inside({}, {}), seen_inside({}, {})
    assert first
    assert second
    assert first[0] != second[0]
    assert first[2] is second[2] is False


def test_failed_beginning_leaves_the_rest_alone() -> None:
    out: list[str] = []
    telemetry = Telemetry.from_env(ENVIRON, write=out.append)
    telemetry.observe(started())
    began = invoked(trace_context={"traceparent": 5})  # type: ignore[dict-item]  # what no adapter states
    telemetry.observe(began)
    telemetry.observe(answered(began))
    assert [json.loads(line)["record"] for line in out] == ["fault", "invocation"]
