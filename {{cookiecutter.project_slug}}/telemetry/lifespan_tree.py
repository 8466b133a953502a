"""The spans of a lifespan: its startup, the resources below that, its shutdown."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from opentelemetry.trace import SpanContext
from opentelemetry.util.types import AnyValue

from adapter.facts import EnvironmentStarted, ResourceLoaded, ShutdownEnded, StartupEnded
from telemetry.finished_span import FinishedSpan
from telemetry.span_contexts import child
from telemetry.startup_fields import state_size

PREFIX: Final = "lifespan."
"""Of our own attributes: semantic conventions have no name for a lifespan."""


class Place(NamedTuple):
    """Where a startup is in the traces."""

    context: SpanContext
    parent: SpanContext | None = None
    """The invocation that a repeat belongs to."""
    link: SpanContext | None = None
    """The first invocation, for a startup in a trace of its own."""


def startup_spans(
    fact: StartupEnded, place: Place, environment: EnvironmentStarted | None
) -> Iterator[FinishedSpan]:
    """The startup's span and those of its resources."""
    began = fact.began
    attributes: dict[str, AnyValue] = {
        PREFIX + "ordinal": began.ordinal,
        PREFIX + "resource.count": len(fact.resources),
        PREFIX + "state.size": state_size(fact.memory)[0],
    }
    if environment is not None:  # what leads from here to the environment's records
        attributes[PREFIX + "environment"] = environment.environment.id
        attributes[PREFIX + "placement"] = environment.placement
    if fact.deferred:  # the span's end is too early by the pause
        attributes[PREFIX + "deferred"] = True
    name = "asgi.lifespan.startup"
    yield FinishedSpan(
        name, place.context, place.parent, began.at_ns, fact.wall_ns, attributes, fact.error, place.link
    )
    for resource in fact.resources:
        yield _resource_span(resource, place.context)


def shutdown_span(fact: ShutdownEnded, parent: SpanContext) -> FinishedSpan:
    """The shutdown's span."""
    began, attributes = fact.began, {PREFIX + "ordinal": fact.began.ordinal}
    name = "asgi.lifespan.shutdown"
    return FinishedSpan(name, child(parent), parent, began.at_ns, fact.wall_ns, attributes, fact.error)


def _resource_span(fact: ResourceLoaded, startup: SpanContext) -> FinishedSpan:
    attributes: dict[str, AnyValue] = {
        PREFIX + "resource.name": fact.name,
        PREFIX + "resource.cpu_time": fact.cpu_ns / 1e9,
        PREFIX + "resource.size": state_size(fact.memory)[0],
        PREFIX + "resource.overlapped": fact.overlapped,
    }
    name = f"asgi.lifespan.resource {fact.name}"
    return FinishedSpan(name, child(startup), startup, fact.began_ns, fact.wall_ns, attributes, fact.error)
