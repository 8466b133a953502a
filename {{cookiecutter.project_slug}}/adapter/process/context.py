"""What the adapter reads from Lambda's event and context; both may be anything outside Lambda."""

import uuid
from collections.abc import Mapping
from typing import Any

TRACE_HEADERS = frozenset(("traceparent", "tracestate", "baggage", "x-amzn-trace-id"))
RESPONSE_S = 0.2
"""Left of the invocation's time for the response."""


def request_id(context: Any) -> str:
    """Lambda's request id; a random one where there is none."""
    return str(getattr(context, "aws_request_id", None) or uuid.uuid4())


def function_arn(context: Any) -> str:
    """The ARN the function was invoked by, or an empty string."""
    return str(getattr(context, "invoked_function_arn", None) or "")


def remaining_s(context: Any, reserve_s: float = RESPONSE_S) -> float | None:
    """Seconds that work inside this invocation may still take, perhaps below 0; None where nobody tells."""
    try:
        return float(context.get_remaining_time_in_millis()) / 1000 - reserve_s
    except Exception:  # noqa: BLE001 - a test's context has any shape
        return None


def trace_context(event: Any, context: Any) -> dict[str, str]:
    """The trace headers of `event`; without a `traceparent`, those of the context's `w3c()` as well."""
    try:
        found = _from_event(event)
    except (AttributeError, IndexError, KeyError, TypeError):
        found = {}  # no event that Mangum understands
    if "traceparent" not in found:
        found |= _from_context(context)
    return found


def _from_event(event: Mapping[str, Any]) -> dict[str, str]:
    """From any trigger but CloudFront, the last value of several; or from CloudFront."""
    found = _trace_headers(event.get("headers") or {})
    if several := event.get("multiValueHeaders"):
        found |= _trace_headers({name: values[-1] for name, values in several.items() if values})
    if "Records" in event:
        edge = event["Records"][0]["cf"]["request"]["headers"]
        found |= _trace_headers({name: values[0]["value"] for name, values in edge.items()})
    return found


def _trace_headers(headers: Mapping[str, Any]) -> dict[str, str]:
    return {
        lower: value
        for name, values in headers.items()
        if (lower := name.lower()) in TRACE_HEADERS
        and isinstance(value := values[-1] if isinstance(values, list) else values, str)
    }


def _from_context(context: Any) -> dict[str, str]:
    try:
        if not hasattr(context, "w3c"):
            return {}
        fields = context.w3c()
        if not fields:
            return {}
        fields = dict(fields)
    except Exception:  # noqa: BLE001 - whatever it is, it is not worth a request
        return {}
    return {name: value for name, value in fields.items() if name in TRACE_HEADERS and isinstance(value, str)}
