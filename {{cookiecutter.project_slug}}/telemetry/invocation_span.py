"""The span of an invocation: recorded with next to nothing, made a span of the SDK when it is exported.

The SDK's own recording span costs 15 µs, a sixth of a whole request through stock Mangum. Code inside the
invocation sees no difference: it may add to the current span, and spans of the SDK nest below.
"""

import time
from collections.abc import Mapping
from typing import Final, NamedTuple

from opentelemetry.attributes import BoundedAttributes
from opentelemetry.trace import Span, SpanContext, Status, StatusCode
from opentelemetry.util.types import Attributes, AttributeValue

from adapter.facts import InvocationEnded
from telemetry.http import HttpRequest
from telemetry.schema import Start

MOST: Final = 128
"""Attributes, events and links of one span, each; the SDK's default."""


class SpanEvent(NamedTuple):
    """What code inside the invocation told."""

    name: str
    attributes: BoundedAttributes
    at_ns: int


class SpanLink(NamedTuple):
    """Another span that belongs to this one."""

    context: SpanContext
    attributes: BoundedAttributes


class InvocationSpan(Span):
    """Of kind SERVER; ended by the sink alone, and deaf from then on."""

    # What most invocations never set.
    recording = True
    added: BoundedAttributes | None = None
    events: tuple[SpanEvent, ...] = ()
    links: tuple[SpanLink, ...] = ()
    status = StatusCode.UNSET

    def __init__(self, name: str, context: SpanContext, parent: SpanContext | None) -> None:
        self.name = name
        self.context = context
        self.parent = parent

    def get_span_context(self) -> SpanContext:
        """What children and other processes need to know."""
        return self.context

    def is_recording(self) -> bool:
        """True until the invocation ends."""
        return self.recording

    def set_attribute(self, key: str, value: AttributeValue) -> None:
        """Add one attribute."""
        self.set_attributes({key: value})

    def set_attributes(self, attributes: Mapping[str, AttributeValue]) -> None:
        """Add some; OpenTelemetry makes them fit for export."""
        if not self.recording:
            return
        if self.added is None:
            self.added = BoundedAttributes(MOST, immutable=False)
        for key, value in attributes.items():
            self.added[key] = value

    def add_event(self, name: str, attributes: Attributes = None, timestamp: int | None = None) -> None:
        """Add an event."""
        if self.recording and len(self.events) < MOST:
            event = SpanEvent(name, BoundedAttributes(MOST, attributes), timestamp or time.time_ns())
            self.events = (*self.events, event)

    def add_link(self, context: SpanContext, attributes: Attributes = None) -> None:
        """Add a link to another span."""
        if self.recording and len(self.links) < MOST:
            self.links = (*self.links, SpanLink(context, BoundedAttributes(MOST, attributes)))

    def record_exception(
        self,
        exception: BaseException,
        attributes: Attributes = None,
        timestamp: int | None = None,
        escaped: bool = False,  # noqa: ARG002, FBT001, FBT002 - OpenTelemetry's signature
    ) -> None:
        """Add an event with the exception's type; its text may hold a secret."""
        named = {**(attributes or {}), "exception.type": type(exception).__qualname__}
        self.add_event("exception", named, timestamp)

    def set_status(self, status: Status | StatusCode, description: str | None = None) -> None:  # noqa: ARG002 - text
        """Set the status code; a description is dropped, since it tends to be an exception's text."""
        if self.recording:
            self.status = status.status_code if isinstance(status, Status) else status

    def update_name(self, name: str) -> None:
        """Give the span another name."""
        if self.recording:
            self.name = name

    def end(self, end_time: int | None = None) -> None:
        """Do nothing: the invocation goes on, whatever code inside it believes."""


class EndedInvocation(NamedTuple):
    """A span that waits, with what its attributes are to be made of."""

    span: InvocationSpan
    fact: InvocationEnded
    start: Start
    request: HttpRequest | None
