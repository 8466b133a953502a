"""Whose child an invocation's span is."""

from collections.abc import Mapping
from typing import Final

from opentelemetry.trace import SpanContext

from telemetry.w3c import parse_traceparent
from telemetry.xray import parse_xray

XRAY_VARIABLE: Final = "_X_AMZN_TRACE_ID"
"""Set by the runtime client for each invocation."""


def parent_of(
    trace_context: Mapping[str, str], environ: Mapping[str, str], *, lambda_decides: bool = True
) -> SpanContext | None:
    """The remote parent: `traceparent`, else the X-Ray header, else Lambda's own trace; None for a new trace.

    The caller's word comes first: with active tracing Lambda's trace would cut every trace in two that began
    elsewhere. The caller's headers come before the client context, which `trace_context` has merged already.

    Lambda marks every trace as not sampled while its tracing is off, and then nobody has decided. So where
    Lambda does not decide, only a trace that it did sample is a parent.
    """
    if traceparent := trace_context.get("traceparent"):
        found = parse_traceparent(traceparent, trace_context.get("tracestate", ""))
        if found:
            return found
    if (header := trace_context.get("x-amzn-trace-id")) and (found := parse_xray(header)):
        return found
    if (variable := environ.get(XRAY_VARIABLE)) and (found := parse_xray(variable)):
        return found if lambda_decides or found.trace_flags.sampled else None
    return None
