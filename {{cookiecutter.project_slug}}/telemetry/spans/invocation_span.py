"""The span of an invocation: hardly more than its ids, and made a span of the SDK when it is exported.

Written by hand because the SDK's own recording span costs 15 µs, a sixth of a whole request through stock
Mangum. Code inside the invocation sees no difference: it can add to the current span, and spans of the SDK
nest below it.
"""

import time
from collections.abc import Mapping
from typing import Final, TypeAlias

from opentelemetry.attributes import BoundedAttributes
from opentelemetry.trace import Link, Span, SpanContext, Status, StatusCode
from opentelemetry.util.types import Attributes, AttributeValue

from adapter.facts import InvocationEnded
from telemetry.invocation_context import HttpRequest
from telemetry.schema import Start

MOST: Final = 128
"""Attributes of a span, its events, and its links; the SDK's default."""

SpanEvent: TypeAlias = tuple[str, BoundedAttributes, int]
"""Name, attributes, and the Unix time in nanoseconds."""


class InvocationSpan(Span):
    """A span of kind SERVER. It is ended by the sink alone, and ignores what is added after that."""

    # Class attributes, since most invocations never set them.
    recording = True
    added: BoundedAttributes | None = None
    events: tuple[SpanEvent, ...] = ()
    links: tuple[Link, ...] = ()
    status = StatusCode.UNSET

    def __init__(self, name: str, context: SpanContext, parent: SpanContext | None) -> None:
        self.name = name
        self.context = context
        self.parent = parent

    def get_span_context(self) -> SpanContext:
        """Ids, flags and state, which children and other processes refer to."""
        return self.context

    def is_recording(self) -> bool:
        """True until the invocation ends."""
        return self.recording

    def set_attribute(self, key: str, value: AttributeValue) -> None:
        """Add one attribute."""
        self.set_attributes({key: value})

    def set_attributes(self, attributes: Mapping[str, AttributeValue]) -> None:
        """Add some, in the form that OpenTelemetry exports."""
        if not self.recording:
            return
        if self.added is None:
            self.added = BoundedAttributes(MOST, immutable=False)
        for key, value in attributes.items():
            self.added[key] = value

    def add_event(self, name: str, attributes: Attributes = None, timestamp: int | None = None) -> None:
        """Add an event."""
        if self.recording and len(self.events) < MOST:
            event = (name, BoundedAttributes(MOST, attributes), timestamp or time.time_ns())
            self.events = (*self.events, event)

    def add_link(self, context: SpanContext, attributes: Attributes = None) -> None:
        """Add a link to another span."""
        if self.recording and len(self.links) < MOST:
            self.links = (*self.links, Link(context, BoundedAttributes(MOST, attributes)))

    def record_exception(
        self,
        exception: BaseException,
        attributes: Attributes = None,
        timestamp: int | None = None,
        escaped: bool = False,  # noqa: ARG002, FBT001, FBT002 - OpenTelemetry's signature
    ) -> None:
        """Add an event with the exception's type, but not its text, which may hold a secret."""
        named = {**(attributes or {}), "exception.type": type(exception).__qualname__}
        self.add_event("exception", named, timestamp)

    def set_status(self, status: Status | StatusCode, description: str | None = None) -> None:  # noqa: ARG002 - dropped
        """Set the status code; a description is dropped, since it mostly is an exception's text."""
        if self.recording:
            self.status = status.status_code if isinstance(status, Status) else status

    def update_name(self, name: str) -> None:
        """Rename the span."""
        if self.recording:
            self.name = name

    def end(self, end_time: int | None = None) -> None:
        """Do nothing: the invocation goes on, so its span does, whatever code inside it asks for."""


class EndedInvocation:
    """A span that waits to be exported, with what its attributes will be made of."""

    __slots__ = ("fact", "request", "span", "start")

    def __init__(
        self, span: InvocationSpan, fact: InvocationEnded, start: Start, request: HttpRequest | None
    ) -> None:
        self.span = span
        self.fact = fact
        self.start = start
        self.request = request
