"""The spans sink: a SERVER span around each invocation, and the lifespan's own trace beside it."""

from collections.abc import Mapping
from contextvars import Token

from opentelemetry import context
from opentelemetry.context import Context
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    TraceFlags,
    format_trace_id,
    set_span_in_context,
)

from adapter.facts import (
    EnvironmentEnded,
    EnvironmentStarted,
    InvocationBegan,
    InvocationEnded,
    LifespanDied,
    ShutdownEnded,
    SnapshotAnnounced,
    StartupBegan,
    StartupEnded,
)
from telemetry.current import Current
from telemetry.departure import Departure
from telemetry.fan_out import Handlers
from telemetry.ids import LOW_BITS, new_trace_id
from telemetry.invocation_span import EndedInvocation, InvocationSpan
from telemetry.lifespan_spans import LifespanSpans
from telemetry.parent import parent_of
from telemetry.settings import Settings
from telemetry.span_contexts import child, root
from telemetry.span_queue import SpanQueue


class Spans:
    """Makes the spans, keeps the invocation's current in its thread, and sends them in batches."""

    def __init__(
        self,
        settings: Settings,
        current: Current,
        environ: Mapping[str, str],
        queue: SpanQueue,
        departure: Departure,
    ) -> None:
        self._name = settings.function
        self._lambda_decides = settings.endpoint is None
        self._departure = departure
        self._bound = round(settings.trace_ratio * (LOW_BITS + 1))
        self._current = current
        self._environ = environ
        self._queue = queue
        self._lifespan = LifespanSpans(queue.put)
        self._invocation: SpanContext | None = None
        self._span: InvocationSpan | None = None
        self._token: Token[Context] | None = None

    def handlers(self) -> Handlers:
        """Begin, end or note a span; what the exporter raises comes out here."""
        return {
            EnvironmentStarted: self._lifespan.environment_started,
            StartupBegan: self._startup_began,
            StartupEnded: self._startup_ended,
            InvocationBegan: self._begin,
            InvocationEnded: self._end,
            LifespanDied: self._lifespan.died,
            ShutdownEnded: self._lifespan.shutdown_ended,
            SnapshotAnnounced: self._snapshot_announced,
            EnvironmentEnded: self._environment_ended,
        }

    def _begin(self, fact: InvocationBegan) -> None:
        parent = parent_of(
            fact.trace_context, self._environ, lambda_decides=self._lambda_decides, samples=self._samples
        )
        mine = self._invocation = child(parent) if parent else self._root()
        self._current.trace_id = f"{mine.trace_id:032x}"
        span: Span
        if mine.trace_flags & TraceFlags.SAMPLED:
            span = self._span = InvocationSpan(self._name, mine, parent)
        else:
            span, self._span = NonRecordingSpan(mine), None
        self._lifespan.meet(span)
        self._token = context.attach(set_span_in_context(span))

    def _end(self, fact: InvocationEnded) -> None:
        span, self._span, self._invocation = self._span, None, None
        if self._token is not None:
            context.detach(self._token)
            self._token = None
        if span is not None:
            span.recording = False
            self._queue.put(EndedInvocation(span, fact, self._current.start, self._current.request))
        self._departure.invocation_ended()

    def _root(self) -> SpanContext:
        trace_id = new_trace_id()
        return root(trace_id, sampled=self._samples(trace_id))

    def _samples(self, trace_id: int) -> bool:
        return trace_id & LOW_BITS < self._bound

    def _startup_began(self, fact: StartupBegan) -> None:
        drawn = self._lifespan.startup_began(fact, self._invocation)
        self._current.startup_trace_id = format_trace_id(drawn.trace_id)
        if self._invocation is not None:
            self._lifespan.meet(self._span or NonRecordingSpan(self._invocation))

    def _startup_ended(self, fact: StartupEnded) -> None:
        self._lifespan.startup_ended(fact)
        if fact.outcome == "failed":
            self._queue.flush()

    def _snapshot_announced(self, _: SnapshotAnnounced) -> None:
        self._lifespan.release()
        try:
            self._queue.flush()
        finally:
            self._queue.forget()  # or every copy of the snapshot sends it

    def _environment_ended(self, _: EnvironmentEnded) -> None:
        self._lifespan.release()
        self._queue.close()
