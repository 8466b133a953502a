"""The stand-in for spans where they have nowhere to go: traces are passed on, and logs have their ids."""

from collections.abc import Mapping
from contextvars import Token

from opentelemetry import context
from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, format_trace_id, set_span_in_context

from adapter.facts import InvocationBegan, InvocationEnded
from telemetry.current import Current
from telemetry.fan_out import Handlers
from telemetry.ids import new_trace_id
from telemetry.parent import parent_of
from telemetry.span_contexts import root


class TraceIds:
    """Keeps the caller's span current, as is, for the length of an invocation; without one, an unsampled id.

    No span of our own comes between, since nobody would ever see it.
    """

    def __init__(self, current: Current, environ: Mapping[str, str]) -> None:
        self._current = current
        self._environ = environ
        self._token: Token[Context] | None = None

    def handlers(self) -> Handlers:
        """Set the trace id; attach and detach in the invocation's thread."""
        return {InvocationBegan: self._begin, InvocationEnded: self._end}

    def _begin(self, fact: InvocationBegan) -> None:
        parent = parent_of(fact.trace_context, self._environ)
        span = parent or root(new_trace_id(), sampled=False)
        self._current.trace_id = format_trace_id(span.trace_id)
        self._token = context.attach(set_span_in_context(NonRecordingSpan(span)))

    def _end(self, _: InvocationEnded) -> None:
        if self._token is not None:
            context.detach(self._token)
            self._token = None
