"""W3C Trace Context, as it comes in.

OpenTelemetry's own propagator writes the text of a malformed `tracestate` to the log, and that is a header of
somebody's request: so what is not well-formed is dropped here, in silence.
https://www.w3.org/TR/trace-context/
"""

import re

from opentelemetry.trace import SpanContext, TraceFlags, TraceState

from telemetry.ids import parse_id
from telemetry.span_contexts import SAMPLED, UNSAMPLED

# As text: compiled at first use, and there mostly is none.
_TRACEPARENT = r"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?"
_MEMBER = (
    r"([a-z][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})"
    r"=([\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e])"
)
_LONGEST = 512
_MOST_MEMBERS = 32


def parse_traceparent(text: str, tracestate: str = "") -> SpanContext | None:
    """The remote span that a `traceparent` names, with its state; None when malformed."""
    if not tracestate and len(text) == 55 and (usual := _usual(text)):
        return usual
    if len(text) > _LONGEST or not (found := re.fullmatch(_TRACEPARENT, text.strip(" \t"))):
        return None
    version, trace_id, span_id, flags, rest = found.groups()
    if version == "00" and rest:
        return None
    return SpanContext(
        int(trace_id, 16),
        int(span_id, 16),
        is_remote=True,
        trace_flags=TraceFlags(int(flags, 16) & TraceFlags.SAMPLED),
        trace_state=parse_tracestate(tracestate) if tracestate else None,
    )


def _usual(text: str) -> SpanContext | None:
    """Read version 00, without patterns."""
    if text[:3] + text[35] + text[52] != "00---":
        return None
    try:
        trace_id, span_id, flags = parse_id(text[3:35]), parse_id(text[36:52]), parse_id(text[53:])
    except ValueError:
        return None
    sampled = SAMPLED if flags & TraceFlags.SAMPLED else UNSAMPLED
    found = SpanContext(trace_id, span_id, is_remote=True, trace_flags=sampled)
    return found if found.is_valid else None


def parse_tracestate(text: str) -> TraceState | None:
    """The members of a `tracestate`; None when any is malformed, or they are too many or too long."""
    if len(text) > _LONGEST:
        return None
    members: dict[str, str] = {}
    for part in filter(None, (part.strip(" \t") for part in text.split(","))):
        found = re.fullmatch(_MEMBER, part)
        if not found or found[1] in members:
            return None
        members[found[1]] = found[2]
    return TraceState(list(members.items())) if 0 < len(members) <= _MOST_MEMBERS else None
