"""Contexts of new spans: where they are in which trace, and whether anybody will see them."""

from typing import Final

from opentelemetry.trace import SpanContext, TraceFlags

from telemetry.ids import new_span_id

SAMPLED: Final = TraceFlags(TraceFlags.SAMPLED)
UNSAMPLED: Final = TraceFlags(TraceFlags.DEFAULT)


def root(trace_id: int, *, sampled: bool) -> SpanContext:
    """Of a span that begins a trace."""
    return SpanContext(
        trace_id, new_span_id(), is_remote=False, trace_flags=SAMPLED if sampled else UNSAMPLED
    )


def child(parent: SpanContext) -> SpanContext:
    """Of a span below `parent`, sampled as that is."""
    return SpanContext(
        parent.trace_id,
        new_span_id(),
        is_remote=False,
        trace_flags=parent.trace_flags,
        trace_state=parent.trace_state,
    )
