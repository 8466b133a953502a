"""Spans of ours in the form that exporters take, without what may not leave the process."""

from typing import Final

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanKind, Status, StatusCode

from telemetry.allow_list import allowed, stateless
from telemetry.finished_span import FinishedSpan
from telemetry.invocation_attributes import InvocationAttributes
from telemetry.invocation_span import EndedInvocation

SCOPE: Final = InstrumentationScope("telemetry")


class ReadableSpans:
    """Makes spans of one resource; what code inside an invocation added to its span is cleaned."""

    def __init__(self, resource: Resource, function_version: str) -> None:
        self._resource = resource
        self._attributes = InvocationAttributes(function_version)

    def of_invocation(self, ended: EndedInvocation) -> ReadableSpan:
        """The SERVER span of an invocation."""
        span, began = ended.span, ended.fact.began
        own = self._attributes.of(ended)
        return ReadableSpan(
            name=span.name,
            context=stateless(span.context),
            parent=stateless(span.parent) if span.parent else None,
            resource=self._resource,
            attributes={**allowed(span.added), **own} if span.added else own,
            events=[Event(event.name, allowed(event.attributes), event.at_ns) for event in span.events],
            links=[Link(stateless(link.context), allowed(link.attributes)) for link in span.links],
            kind=SpanKind.SERVER,
            status=Status(StatusCode.ERROR if "error.type" in own else span.status),
            start_time=began.at_ns,
            end_time=began.at_ns + ended.fact.wall_ns,
            instrumentation_scope=SCOPE,
        )

    def of_lifespan(self, span: FinishedSpan) -> ReadableSpan:
        """The INTERNAL span of a startup, a resource or a shutdown."""
        failed = {"error.type": span.error} if span.error else {}
        return ReadableSpan(
            name=span.name,
            context=stateless(span.context),
            parent=stateless(span.parent) if span.parent else None,
            resource=self._resource,
            attributes={**span.attributes, **failed},
            links=[Link(stateless(span.link))] if span.link else [],
            status=Status(StatusCode.ERROR if span.error else StatusCode.UNSET),
            start_time=span.began_ns,
            end_time=span.began_ns + span.wall_ns,
            instrumentation_scope=SCOPE,
        )
