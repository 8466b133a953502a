"""The way out of all spans: made readable, cleaned, and handed to an exporter."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from telemetry.allow_list import cleaned
from telemetry.finished_span import FinishedSpan
from telemetry.http import HttpRequest
from telemetry.invocation_span import EndedInvocation
from telemetry.readable_span import ReadableSpans
from telemetry.span_queue import Waiting


class Exporter(Protocol):
    """Sends spans that are fit to be seen, until an instant of `time.monotonic`."""

    def ready(self, until: float) -> None:
        """Prepare; raises when it cannot send."""

    def export(self, spans: Sequence[ReadableSpan], until: float) -> bool:
        """Whether it took them; may raise."""
        ...

    def shutdown(self) -> None:
        """Let go of what was opened."""


class Unhurried:
    """An exporter of the SDK's kind, which knows no deadline."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self.shutdown = exporter.shutdown

    def ready(self, until: float) -> None:
        """It always is."""

    def export(self, spans: Sequence[ReadableSpan], until: float) -> bool:  # noqa: ARG002 - see the class
        """Whether it took them."""
        return self._exporter.export(spans) is SpanExportResult.SUCCESS


class SpanExport:
    """Sends spans of ours and of everybody else to one exporter."""

    def __init__(self, resource: Resource, function_version: str, exporter: Exporter) -> None:
        self._readable = ReadableSpans(resource, function_version)
        self._exporter = exporter

    def ready(self, until: float) -> None:
        """Have the exporter prepare; raises when it cannot send."""
        self._exporter.ready(until)

    def send(self, spans: Sequence[Waiting], until: float) -> bool:
        """Whether the exporter took them; raises what it raises."""
        ended = [span for span in spans if isinstance(span, EndedInvocation)]
        requests = {each.span.context.span_id: each.request for each in ended}
        return self._exporter.export([self._ready(span, requests) for span in spans], until)

    def close(self) -> None:
        """Close the exporter."""
        self._exporter.shutdown()

    def _ready(self, span: Waiting, requests: Mapping[int, HttpRequest | None]) -> ReadableSpan:
        """Make it readable; a span right below an invocation's, and in its batch, is told the request."""
        match span:
            case EndedInvocation():
                return self._readable.of_invocation(span)
            case FinishedSpan():
                return self._readable.of_lifespan(span)
            case _:
                return cleaned(span, requests.get(span.parent.span_id) if span.parent else None)
