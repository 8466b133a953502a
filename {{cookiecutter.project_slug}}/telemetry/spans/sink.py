"""The spans sink, which makes a span for each invocation, and its stand-in where spans go nowhere."""

from collections.abc import Mapping
from contextvars import Token

from opentelemetry import context as otel_context
from opentelemetry.context import Context
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    TraceFlags,
    format_trace_id,
    get_current_span,
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
from telemetry.fan_out import Handlers
from telemetry.invocation_context import InvocationContext
from telemetry.settings import Settings
from telemetry.spans.invocation_span import EndedInvocation, InvocationSpan
from telemetry.spans.lifespan_spans import LifespanSpans
from telemetry.spans.propagation import (
    LOW_BITS,
    TraceRoot,
    callers_span,
    child_context,
    new_trace_id,
    parent_of,
    root_context,
)
from telemetry.spans.queue import FlushSchedule, SpanQueue


class Spans:
    """Makes the spans, keeps the invocation's current in its thread, and queues them for export."""

    def __init__(
        self,
        settings: Settings,
        context: InvocationContext,
        environ: Mapping[str, str],
        queue: SpanQueue,
        schedule: FlushSchedule,
    ) -> None:
        self._name = settings.function
        self._lambda_decides = settings.endpoint is None
        self._trusts_callers = settings.trace_callers
        self._schedule = schedule
        self._sampled_below = round(settings.trace_ratio * (LOW_BITS + 1))
        self._context = context
        self._environ = environ
        self._queue = queue
        self._lifespan = LifespanSpans(queue.put)
        self._invocation: SpanContext | None = None
        self._span: InvocationSpan | None = None
        self._token: Token[Context] | None = None

    def handlers(self) -> Handlers:
        """Start and end spans; what the exporter raises is raised by the handler that flushes."""
        return {
            EnvironmentStarted: self._lifespan.environment_started,
            StartupBegan: self._startup_began,
            StartupEnded: self._startup_ended,
            InvocationBegan: self._on_start,
            InvocationEnded: self._on_end,
            LifespanDied: self._lifespan.died,
            ShutdownEnded: self._lifespan.shutdown_ended,
            SnapshotAnnounced: self._snapshot_announced,
            EnvironmentEnded: self._environment_ended,
        }

    def _on_start(self, fact: InvocationBegan) -> None:
        origin = parent_of(
            fact.trace_context,
            self._environ,
            lambda_decides=self._lambda_decides,
            trusts_callers=self._trusts_callers,
            samples=self._samples,
        )
        if isinstance(origin, SpanContext):
            own, parent = child_context(origin), origin
        else:
            own, parent = self._root(origin), None
        self._invocation = own
        self._context.trace_id = f"{own.trace_id:032x}"
        span: Span
        if own.trace_flags & TraceFlags.SAMPLED:
            span = self._span = InvocationSpan(self._name, own, parent)
            if not self._trusts_callers and (callers := callers_span(fact.trace_context)):
                span.add_link(callers)
        else:
            span, self._span = NonRecordingSpan(own), None
        self._lifespan.link(span)
        self._token = otel_context.attach(set_span_in_context(span))

    def _on_end(self, fact: InvocationEnded) -> None:
        span, self._span, self._invocation = self._span, None, None
        if self._token is not None:
            otel_context.detach(self._token)
            self._token = None
        if span is not None:
            span.recording = False
            self._queue.put(EndedInvocation(span, fact, self._context.start, self._context.request))
        self._schedule.invocation_ended()

    def _root(self, named: TraceRoot | None) -> SpanContext:
        if named is not None:
            return root_context(named.trace_id, sampled=named.sampled)
        trace_id = new_trace_id()
        return root_context(trace_id, sampled=self._samples(trace_id))

    def _samples(self, trace_id: int) -> bool:
        return trace_id & LOW_BITS < self._sampled_below

    def _startup_began(self, fact: StartupBegan) -> None:
        startup = self._lifespan.startup_began(fact, self._invocation)
        self._context.startup_trace_id = format_trace_id(startup.trace_id)
        if self._invocation is not None:
            self._lifespan.link(self._span or NonRecordingSpan(self._invocation))

    def _startup_ended(self, fact: StartupEnded) -> None:
        self._lifespan.startup_ended(fact)
        if fact.outcome == "failed":
            self._queue.force_flush()

    def _snapshot_announced(self, _: SnapshotAnnounced) -> None:
        self._lifespan.emit_pending()
        try:
            self._queue.force_flush()
        finally:
            self._queue.drop_all()  # or every copy of the snapshot would send them

    def _environment_ended(self, _: EnvironmentEnded) -> None:
        self._lifespan.emit_pending()
        self._queue.shutdown()


class Passthrough:
    """Keeps the caller's span current during an invocation, or an unsampled id where there is no caller's.

    No span of our own comes between, since nobody would ever see it. Logs and records have the trace's id.
    Where a layer wraps the handler, its span is current already and stays so: the service's spans belong
    below it.
    """

    def __init__(
        self, context: InvocationContext, environ: Mapping[str, str], *, trusts_callers: bool = True
    ) -> None:
        self._trusts_callers = trusts_callers
        self._context = context
        self._environ = environ
        self._at_import = get_current_span()
        """What is current outside of invocations is of none of them."""
        self._token: Token[Context] | None = None

    def handlers(self) -> Handlers:
        """Attach and detach in the invocation's thread."""
        return {InvocationBegan: self._on_start, InvocationEnded: self._on_end}

    def _on_start(self, fact: InvocationBegan) -> None:
        current = get_current_span()
        if current is not self._at_import and (layers := current.get_span_context()).is_valid:
            self._context.trace_id = format_trace_id(layers.trace_id)
            return
        origin = parent_of(fact.trace_context, self._environ, trusts_callers=self._trusts_callers)
        if isinstance(origin, SpanContext):
            span = origin
        elif origin is not None:
            span = root_context(origin.trace_id, sampled=origin.sampled)
        else:
            span = root_context(new_trace_id(), sampled=False)
        self._context.trace_id = format_trace_id(span.trace_id)
        self._token = otel_context.attach(set_span_in_context(NonRecordingSpan(span)))

    def _on_end(self, _: InvocationEnded) -> None:
        if self._token is not None:
            otel_context.detach(self._token)
            self._token = None
