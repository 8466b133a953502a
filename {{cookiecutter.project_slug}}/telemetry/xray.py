"""X-Ray's trace header, `Root=1-65f0a1b2-…;Parent=…;Sampled=1`, as API Gateway and Lambda give it."""

import re

from opentelemetry.trace import SpanContext, TraceFlags

from telemetry.ids import LOW_BITS, parse_id
from telemetry.span_contexts import SAMPLED, UNSAMPLED

# As text: compiled at first use, and there mostly is none.
_ROOT = r"1-(?!0{8}-0{24})([0-9a-f]{8})-([0-9a-f]{24})"
_PARENT = r"(?!0{16})[0-9a-f]{16}"
_LONGEST = 1024
_FLAGS = {
    ";Sampled=1": SAMPLED,
    ";Sampled=1;": SAMPLED,
    ";Sampled=0": UNSAMPLED,
    ";Sampled=0;": UNSAMPLED,
}


def parse_xray(text: str) -> SpanContext | None:
    """The remote span that the header names; None when it is malformed or names no parent.

    What nobody has decided on is not sampled: ask `is_decided`.
    """
    if "Parent=" not in text or len(text) > _LONGEST:
        return None
    return _usual(text) or _any(text)


def is_decided(text: str) -> bool:
    """Whether the header says that its trace is sampled, or is not; `Sampled=?` says neither."""
    return text[64:75] in _FLAGS or _fields(text).get("Sampled") in {"0", "1"}


def _usual(text: str) -> SpanContext | None:
    """Read it as Lambda writes it, without patterns: this is done for every request."""
    flags = _FLAGS.get(text[64:75])
    if flags is None or text[:7] + text[15:16] + text[40:48] != "Root=1--;Parent=":
        return None
    try:
        both = parse_id(text[7:15] + text[16:40] + text[48:64])
    except ValueError:
        return None
    root, parent = both >> 64, both & LOW_BITS
    return SpanContext(root, parent, is_remote=True, trace_flags=flags) if root and parent else None


def _any(text: str) -> SpanContext | None:
    fields = _fields(text)
    root = re.fullmatch(_ROOT, fields.get("Root", ""))
    parent = re.fullmatch(_PARENT, fields.get("Parent", ""))
    if not root or not parent:
        return None
    flags = TraceFlags.SAMPLED if fields.get("Sampled") == "1" else TraceFlags.DEFAULT
    return SpanContext(
        int(root[1] + root[2], 16), int(parent[0], 16), is_remote=True, trace_flags=TraceFlags(flags)
    )


def _fields(text: str) -> dict[str, str]:
    return dict(part.strip().partition("=")[::2] for part in text.split(";"))
