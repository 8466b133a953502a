"""Context propagation: ids, and the parent of an invocation's span, from trace headers of W3C and of X-Ray.

OpenTelemetry's propagators are not used: theirs for W3C writes a malformed `tracestate`, which is a header of
somebody's request, to the log, and theirs for X-Ray is a package of its own. Each format has a fast path
without patterns, for what Lambda and the SDKs write: one of them is read in every request.

https://www.w3.org/TR/trace-context/
https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
"""

import os
import re
import time
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple, TypeAlias

from opentelemetry.trace import SpanContext, TraceFlags, TraceState

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


XRAY_VARIABLE: Final = "_X_AMZN_TRACE_ID"
"""The runtime client sets it for each invocation."""

Samples: TypeAlias = Callable[[int], bool]
"""Decides by its id whether a trace is sampled for which no caller has decided."""

# Patterns as text: compiled at their first use, and mostly there is none.
_TRACEPARENT: Final = (
    r"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?"
)
_MEMBER: Final = (
    r"([a-z][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})"
    r"=([\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e])"
)
_LONGEST_W3C: Final = 512
_MOST_MEMBERS: Final = 32
_XRAY_ROOT: Final = r"1-(?!0{8}-0{24})([0-9a-f]{8})-([0-9a-f]{24})"
_XRAY_PARENT: Final = r"(?!0{16})[0-9a-f]{16}"
_LONGEST_XRAY: Final = 1024
_XRAY_FLAGS: Final = {
    ";Sampled=1": SAMPLED,
    ";Sampled=1;": SAMPLED,
    ";Sampled=0": UNSAMPLED,
    ";Sampled=0;": UNSAMPLED,
}

_DECISIONS: Final = {"0": False, "1": True}


class TraceRoot(NamedTuple):
    """A trace that somebody has named, and whose first span is still to be made."""

    trace_id: int
    sampled: bool


def sample_nothing(_trace_id: int) -> bool:
    """Sample no trace: for where no spans are made."""
    return False


def parent_of(
    trace_context: Mapping[str, str],
    environ: Mapping[str, str],
    *,
    lambda_decides: bool = True,
    trusts_callers: bool = True,
    samples: Samples = sample_nothing,
) -> SpanContext | TraceRoot | None:
    """The remote parent: of `traceparent`, else of the X-Ray header, else Lambda's; None for a new trace.

    The caller's context has precedence: with active tracing, Lambda's trace would cut every trace in two that
    began elsewhere. The caller's headers have precedence over the client context; `trace_context` holds the
    result. Callers who are not trusted have no say: see `_unless_callers`.

    Lambda marks every trace as not sampled while its tracing is off, which is no decision. So where Lambda
    does not decide, its trace is a parent only if it is sampled.

    An X-Ray header without a decision leaves it to others: to Lambda's trace, if that is the same one; if
    that is another, that is the parent. Without either, `samples` decides on the header's trace.

    An X-Ray header may name a trace and no parent in it, as API Gateway writes it. Then the result is that
    trace, unless Lambda names a parent.
    """
    if not trusts_callers:
        return _unless_callers(trace_context, _lambdas(environ, lambda_decides=lambda_decides))
    if traceparent := trace_context.get("traceparent"):
        parent = parse_traceparent(traceparent, trace_context.get("tracestate", ""))
        if parent:
            return parent
    header = trace_context.get("x-amzn-trace-id")
    if header and "Parent=" not in header:
        lambdas = _lambdas(environ, lambda_decides=lambda_decides)
        if lambdas is not None and environ[XRAY_VARIABLE].startswith(header):  # the same trace, mostly
            return lambdas
        return _in_trace(header, lambdas, samples)
    callers = parse_xray(header) if header else None
    if header and callers and is_decided(header):
        return callers
    lambdas = _lambdas(environ, lambda_decides=lambda_decides)
    return _decided(callers, lambdas, samples) if callers else lambdas


def callers_span(trace_context: Mapping[str, str]) -> SpanContext | None:
    """The span that the caller names, whatever becomes of it; None for none."""
    found = parse_traceparent(trace_context.get("traceparent", ""))
    return found or parse_xray(trace_context.get("x-amzn-trace-id", ""))


def _lambdas(environ: Mapping[str, str], *, lambda_decides: bool) -> SpanContext | None:
    if (variable := environ.get(XRAY_VARIABLE)) and (found := parse_xray(variable)):
        return found if lambda_decides or found.trace_flags.sampled else None
    return None


def _unless_callers(trace_context: Mapping[str, str], lambdas: SpanContext | None) -> SpanContext | None:
    """Lambda's span, unless its decision may be that of a caller: Lambda follows the X-Ray header."""
    return None if "sampled" in trace_context.get("x-amzn-trace-id", "").lower() else lambdas


def _in_trace(
    header: str, lambdas: SpanContext | None, samples: Samples
) -> SpanContext | TraceRoot | None:
    """What to go on from where a header names a trace and no parent."""
    trace_id, decision = parse_root(header)
    if not trace_id:
        return lambdas
    if lambdas is not None and (
        lambdas.trace_id == trace_id or (decision is None and lambdas.trace_flags.sampled)
    ):
        return lambdas
    return TraceRoot(trace_id, samples(trace_id) if decision is None else decision)


def parse_root(header: str) -> tuple[int, bool | None]:
    """The trace id in an X-Ray header, 0 if there is none, and whether that trace is sampled, if it says so."""
    if len(header) == 40 and header[:7] + header[15] == "Root=1--":  # as API Gateway writes it
        try:
            return parse_id(header[7:15] + header[16:]), None
        except ValueError:
            return 0, None
    if len(header) > _LONGEST_XRAY:
        return 0, None
    fields = _xray_fields(header)
    root = re.fullmatch(_XRAY_ROOT, fields.get("Root", ""))
    return int(root[1] + root[2], 16) if root else 0, _DECISIONS.get(fields.get("Sampled", ""))


def _decided(callers: SpanContext, lambdas: SpanContext | None, samples: Samples) -> SpanContext:
    if lambdas is None:
        flags = SAMPLED if samples(callers.trace_id) else UNSAMPLED
    elif lambdas.trace_id == callers.trace_id:
        flags = lambdas.trace_flags
    else:
        return lambdas
    return SpanContext(callers.trace_id, callers.span_id, is_remote=True, trace_flags=flags)


def parse_traceparent(text: str, tracestate: str = "") -> SpanContext | None:
    """The remote span that a `traceparent` names, with its state; None if it is malformed."""
    if not tracestate and len(text) == 55 and (usual := _usual_traceparent(text)):
        return usual
    if len(text) > _LONGEST_W3C or not (found := re.fullmatch(_TRACEPARENT, text.strip(" \t"))):
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


def _usual_traceparent(text: str) -> SpanContext | None:
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
    """The members of a `tracestate`; None if one is malformed, or there are too many, or it is too long."""
    if len(text) > _LONGEST_W3C:
        return None
    members: dict[str, str] = {}
    for part in filter(None, (part.strip(" \t") for part in text.split(","))):
        found = re.fullmatch(_MEMBER, part)
        if not found or found[1] in members:
            return None
        members[found[1]] = found[2]
    return TraceState(list(members.items())) if 0 < len(members) <= _MOST_MEMBERS else None


def parse_xray(text: str) -> SpanContext | None:
    """The remote span that an X-Ray header names; None if it is malformed or names no parent.

    Without a decision in it, the span is not sampled: ask `is_decided`.
    """
    if "Parent=" not in text or len(text) > _LONGEST_XRAY:
        return None
    return _usual_xray(text) or _any_xray(text)


def is_decided(text: str) -> bool:
    """Whether an X-Ray header says that its trace is sampled, or is not; `Sampled=?` says neither."""
    return text[64:75] in _XRAY_FLAGS or _xray_fields(text).get("Sampled") in {"0", "1"}


def _usual_xray(text: str) -> SpanContext | None:
    """Read `Root=1-…;Parent=…;Sampled=…`, as Lambda and API Gateway write it, without patterns."""
    flags = _XRAY_FLAGS.get(text[64:75])
    if flags is None or text[:7] + text[15:16] + text[40:48] != "Root=1--;Parent=":
        return None
    try:
        both = parse_id(text[7:15] + text[16:40] + text[48:64])
    except ValueError:
        return None
    root, parent = both >> 64, both & LOW_BITS
    return SpanContext(root, parent, is_remote=True, trace_flags=flags) if root and parent else None


def _any_xray(text: str) -> SpanContext | None:
    fields = _xray_fields(text)
    root = re.fullmatch(_XRAY_ROOT, fields.get("Root", ""))
    parent = re.fullmatch(_XRAY_PARENT, fields.get("Parent", ""))
    if not root or not parent:
        return None
    flags = SAMPLED if fields.get("Sampled") == "1" else UNSAMPLED
    return SpanContext(int(root[1] + root[2], 16), int(parent[0], 16), is_remote=True, trace_flags=flags)


def _xray_fields(text: str) -> dict[str, str]:
    return dict(part.strip().partition("=")[::2] for part in text.split(";"))
