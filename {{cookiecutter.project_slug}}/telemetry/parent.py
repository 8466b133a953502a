"""Whose child an invocation's span is."""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from opentelemetry.trace import SpanContext

from telemetry.span_contexts import SAMPLED, UNSAMPLED
from telemetry.w3c import parse_traceparent
from telemetry.xray import is_decided, parse_xray

XRAY_VARIABLE: Final = "_X_AMZN_TRACE_ID"
"""Set by the runtime client for each invocation."""


Samples: TypeAlias = Callable[[int], bool]
"""Whether a trace is sampled that nobody has decided on, by its id."""


def never(_trace_id: int) -> bool:
    """Sample nothing: for where no spans are made."""
    return False


def parent_of(
    trace_context: Mapping[str, str],
    environ: Mapping[str, str],
    *,
    lambda_decides: bool = True,
    samples: Samples = never,
) -> SpanContext | None:
    """The remote parent: `traceparent`, else the X-Ray header, else Lambda's own trace; None for a new trace.

    The caller's word comes first: with active tracing Lambda's trace would cut every trace in two that began
    elsewhere. The caller's headers come before the client context, which `trace_context` has merged already.

    Lambda marks every trace as not sampled while its tracing is off, and then nobody has decided. So where
    Lambda does not decide, only a trace that it did sample is a parent.

    An X-Ray header without a decision overrules nobody's: where Lambda's trace is the same, its decision is
    taken; where it is another, that is the parent. Without either, `samples` decides on the header's trace.
    """
    if traceparent := trace_context.get("traceparent"):
        found = parse_traceparent(traceparent, trace_context.get("tracestate", ""))
        if found:
            return found
    header = trace_context.get("x-amzn-trace-id")
    theirs = parse_xray(header) if header else None
    if header and theirs and is_decided(header):
        return theirs
    lambdas = None
    if (variable := environ.get(XRAY_VARIABLE)) and (found := parse_xray(variable)):
        lambdas = found if lambda_decides or found.trace_flags.sampled else None
    return _decided(theirs, lambdas, samples) if theirs else lambdas


def _decided(theirs: SpanContext, lambdas: SpanContext | None, samples: Samples) -> SpanContext:
    if lambdas is None:
        flags = SAMPLED if samples(theirs.trace_id) else UNSAMPLED
    elif lambdas.trace_id == theirs.trace_id:
        flags = lambdas.trace_flags
    else:
        return lambdas
    return SpanContext(theirs.trace_id, theirs.span_id, is_remote=True, trace_flags=flags)
