"""The spans of a lifespan: its startup, the resources below that, its shutdown.

The spans of a startup are made later than it: each waits for the first invocation after it, to be linked.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from opentelemetry.trace import Span, SpanContext
from opentelemetry.util.types import AnyValue

from adapter.facts import (
    EnvironmentStarted,
    LifespanDied,
    ResourceLoaded,
    ShutdownEnded,
    StartupBegan,
    StartupEnded,
    Struct,
)
from telemetry.spans.propagation import child_context, new_trace_id, root_context

PREFIX: Final = "lifespan."
"""Of our own attributes: semantic conventions have no name for a lifespan."""


class LifespanSpan(Struct):
    """A finished span of kind INTERNAL."""

    name: str
    context: SpanContext
    parent: SpanContext | None
    began_ns: int
    wall_ns: int
    attributes: Mapping[str, AnyValue]
    error: str | None
    """The exception's type."""
    link: SpanContext | None = None


class Place(Struct):
    """Where a startup is in the traces."""

    context: SpanContext
    parent: SpanContext | None = None
    """The invocation that a repeated startup belongs to."""
    link: SpanContext | None = None
    """The first invocation, for a startup in a trace of its own."""


class LifespanSpans:
    """Emits the spans: a first startup's in a trace of its own, a repeated one's below its invocation's span.

    A trace of its own is always sampled.
    """

    def __init__(self, emit: Callable[[LifespanSpan], None]) -> None:
        self._emit = emit
        self._environment: EnvironmentStarted | None = None
        self._places: dict[int, Place] = {}
        """Of the startups that have not been shut down yet, by ordinal."""
        self._unlinked: int | None = None
        """The startup in a trace of its own that no invocation is linked with yet."""
        self._pending: StartupEnded | None = None
        """The startup that has ended, and whose spans are still to be made."""

    def environment_started(self, fact: EnvironmentStarted) -> None:
        """Drop what is pending: if this process is a restored copy, the original has emitted it."""
        self._environment, self._pending = fact, None

    def startup_began(self, fact: StartupBegan, invocation: SpanContext | None) -> SpanContext:
        """Choose the startup's trace and id."""
        self.emit_pending()
        if invocation is not None and fact.ordinal > 1:
            place = Place(child_context(invocation), parent=invocation)
        else:
            place, self._unlinked = Place(root_context(new_trace_id(), sampled=True)), fact.ordinal
        self._places[fact.ordinal] = place
        return place.context

    def link(self, invocation: Span) -> None:
        """Link a startup with the first invocation that follows or contains it, both ways."""
        if self._unlinked is None:
            return
        place = self._places[self._unlinked]._replace(link=invocation.get_span_context())
        self._places[self._unlinked], self._unlinked = place, None
        invocation.add_link(place.context)
        self.emit_pending()

    def startup_ended(self, fact: StartupEnded) -> None:
        """Emit the startup's spans, or wait for an invocation; after a failure there may never be one."""
        self._pending = fact
        if fact.outcome == "failed" or self._unlinked is None:
            self.emit_pending()

    def shutdown_ended(self, fact: ShutdownEnded) -> None:
        """Emit the shutdown's span, in the trace of its startup."""
        place = self._closed(fact.began.ordinal)
        if place is not None and place.context.trace_flags.sampled:
            self._emit(shutdown_span(fact, place.parent or place.context))

    def died(self, fact: LifespanDied) -> None:
        """Close a lifespan that will not be shut down."""
        self._closed(fact.ordinal)

    def emit_pending(self) -> None:
        """Emit the spans of a startup without waiting for an invocation any longer."""
        fact, self._pending = self._pending, None
        if fact is None:
            return
        ordinal = fact.began.ordinal
        place = self._places.get(ordinal)
        if fact.outcome != "complete":  # there will be no shutdown
            self._places.pop(ordinal, None)
            self._unlinked = None
        if place is not None and place.context.trace_flags.sampled:
            for span in startup_spans(fact, place, self._environment):
                self._emit(span)

    def _closed(self, ordinal: int) -> Place | None:
        if self._unlinked == ordinal:
            self._unlinked = None
            self.emit_pending()
        return self._places.pop(ordinal, None)


def startup_spans(
    fact: StartupEnded, place: Place, environment: EnvironmentStarted | None
) -> Iterator[LifespanSpan]:
    """The startup's span, and those of its resources."""
    began = fact.began
    attributes: dict[str, AnyValue] = {
        PREFIX + "ordinal": began.ordinal,
        PREFIX + "resource.count": len(fact.resources),
        PREFIX + "state.size": fact.memory.growth()[0],
    }
    if environment is not None:  # with these, the environment's records are found
        attributes[PREFIX + "environment"] = environment.environment.id
        attributes[PREFIX + "placement"] = environment.placement
    if fact.deferred:  # the span ends too early, by the time that the environment was frozen
        attributes[PREFIX + "deferred"] = True
    name = "asgi.lifespan.startup"
    yield LifespanSpan(
        name, place.context, place.parent, began.at_ns, fact.wall_ns, attributes, fact.error, place.link
    )
    for resource in fact.resources:
        yield _resource_span(resource, place.context)


def shutdown_span(fact: ShutdownEnded, parent: SpanContext) -> LifespanSpan:
    """The shutdown's span."""
    began, attributes = fact.began, {PREFIX + "ordinal": fact.began.ordinal}
    name, context = "asgi.lifespan.shutdown", child_context(parent)
    return LifespanSpan(name, context, parent, began.at_ns, fact.wall_ns, attributes, fact.error)


def _resource_span(fact: ResourceLoaded, startup: SpanContext) -> LifespanSpan:
    attributes: dict[str, AnyValue] = {
        PREFIX + "resource.name": fact.name,
        PREFIX + "resource.cpu_time": fact.cpu_ns / 1e9,
        PREFIX + "resource.size": fact.memory.growth()[0],
        PREFIX + "resource.overlapped": fact.overlapped,
    }
    name, context = f"asgi.lifespan.resource {fact.name}", child_context(startup)
    return LifespanSpan(name, context, startup, fact.began_ns, fact.wall_ns, attributes, fact.error)
