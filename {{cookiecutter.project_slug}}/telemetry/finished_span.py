"""A span made after the event, from instants that were written down when there was no span yet."""

from collections.abc import Mapping
from typing import NamedTuple

from opentelemetry.trace import SpanContext
from opentelemetry.util.types import AnyValue


class FinishedSpan(NamedTuple):
    """What an INTERNAL span takes; the error is the exception's type."""

    name: str
    context: SpanContext
    parent: SpanContext | None
    began_ns: int
    wall_ns: int
    attributes: Mapping[str, AnyValue]
    error: str | None
    link: SpanContext | None = None
