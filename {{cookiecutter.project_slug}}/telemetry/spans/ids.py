"""Ids of traces and spans, in the form that X-Ray accepts too, and contexts of new spans."""

import os
import time
from typing import Final

from opentelemetry.trace import SpanContext, TraceFlags

LOW_BITS: Final = (1 << 64) - 1
"""Of a trace id: a sampler by ratio compares them, as the SDK's does. Of a span id: all."""
SAMPLED: Final = TraceFlags(TraceFlags.SAMPLED)
UNSAMPLED: Final = TraceFlags(TraceFlags.DEFAULT)


def new_trace_id() -> int:
    """32 bits of Unix seconds, as X-Ray wants it, then 96 random ones.

    From the system's source: `random` is part of a SnapStart snapshot, so its clones would draw the same ids.
    """
    return (int(time.time()) & 0xFFFFFFFF) << 96 | int.from_bytes(os.urandom(12), "big")


def new_span_id() -> int:
    """64 random bits, not all of them 0."""
    return int.from_bytes(os.urandom(8), "big") or 1


def parse_id(digits: str) -> int:
    """Read lower-case hexadecimal digits.

    Raises:
        ValueError: There is anything else. `int` alone takes signs, underscores, and digits of any script.
    """
    if not (digits.isascii() and digits.isalnum()) or digits != digits.lower():
        raise ValueError("not an id")
    return int(digits, 16)


def root_context(trace_id: int, *, sampled: bool) -> SpanContext:
    """The context of a new span that begins a trace."""
    return SpanContext(
        trace_id, new_span_id(), is_remote=False, trace_flags=SAMPLED if sampled else UNSAMPLED
    )


def child_context(parent: SpanContext) -> SpanContext:
    """The context of a new span below `parent`, sampled as that is."""
    return SpanContext(
        parent.trace_id,
        new_span_id(),
        is_remote=False,
        trace_flags=parent.trace_flags,
        trace_state=parent.trace_state,
    )
