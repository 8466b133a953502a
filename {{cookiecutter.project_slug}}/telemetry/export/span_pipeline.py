"""The span pipeline: every span is made readable, reduced to what may leave the process, and sent.

Imports the SDK, some 6 ms, so it is imported itself when the first spans are exported, or when the service
asks for a tracer provider of its own.
"""

from collections.abc import Container, Mapping, Sequence
from typing import Protocol, TypeAlias

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from telemetry.export.allow_list import cleaned
from telemetry.export.provider import build_provider, build_resource
from telemetry.export.readable import ReadableSpans
from telemetry.invocation_context import HttpRequest
from telemetry.settings import Address, Endpoint, Settings
from telemetry.spans.invocation_span import EndedInvocation
from telemetry.spans.lifespan_spans import LifespanSpan
from telemetry.spans.queue import DroppedSpans, Exporter, SpanQueue, Waiting

Target: TypeAlias = SpanExporter | Address | Endpoint
"""Where spans go."""


class Transport(Protocol):
    """Sends spans that are fit to leave the process; deadlines are instants of `time.monotonic`."""

    def prepare(self, deadline: float) -> None:
        """Get ready to send; raises if that fails or is not done by the deadline."""

    def export(self, spans: Sequence[ReadableSpan], deadline: float) -> bool:
        """Send a batch, and return whether it was accepted; may raise."""
        ...

    def shutdown(self) -> None:
        """Close what was opened."""


class SpanPipeline:
    """Exports the queue's spans to one target, and provides tracers whose spans are queued too."""

    def __init__(self, settings: Settings, target: Target, queue: SpanQueue, dropped: DroppedSpans) -> None:
        self._settings = settings
        self._target = target
        self._queue = queue
        self._dropped = dropped
        self._resource = build_resource(settings)
        self._provider: TracerProvider | None = None

    def provider(self) -> TracerProvider:
        """The private tracer provider; raises what the SDK raises about its own environment variables."""
        if self._provider is None:
            self._provider = build_provider(self._resource, self._settings.trace_ratio, self._queue)
        return self._provider

    def open_exporter(self) -> Exporter:
        """Make the exporter; its connections are opened later."""
        readable = ReadableSpans(self._resource, self._settings.function_version)
        return CleaningExporter(readable, self._transport(), self._settings.own_tracers)

    def _transport(self) -> Transport:
        match self._target:
            case Endpoint() as endpoint:
                from telemetry.export.otlp_headers import OtlpHeaders  # noqa: PLC0415 - only for who uses it
                from telemetry.export.otlp_http import OtlpHttp  # noqa: PLC0415 - imports `ssl`

                headers = OtlpHeaders(self._settings.otlp_headers, self._settings.otlp_headers_arn)
                return OtlpHttp(endpoint, headers, self._dropped)
            case Address() as address:
                from telemetry.export.udp import XRayDaemon  # noqa: PLC0415 - only for who uses it

                return XRayDaemon(address, self._dropped)
            case exporter:
                return SdkExporter(exporter)


class CleaningExporter:
    """Makes spans readable, removes what is not on the allow-list, and hands them to a transport."""

    def __init__(self, readable: ReadableSpans, transport: Transport, own_tracers: Container[str]) -> None:
        self._readable = readable
        self._transport = transport
        self._own_tracers = own_tracers

    def prepare(self, deadline: float) -> None:
        """Have the transport get ready; raises what it raises."""
        self._transport.prepare(deadline)

    def export(self, spans: Sequence[Waiting], deadline: float) -> bool:
        """Send a batch, and return whether it was accepted; raises what the transport raises."""
        ended = [span for span in spans if isinstance(span, EndedInvocation)]
        requests = {each.span.context.span_id: each.request for each in ended}
        return self._transport.export([self._cleaned(span, requests) for span in spans], deadline)

    def shutdown(self) -> None:
        """Have the transport close what it opened."""
        self._transport.shutdown()

    def _cleaned(self, span: Waiting, requests: Mapping[int, HttpRequest | None]) -> ReadableSpan:
        """Clean a span; one directly below an invocation's in this batch gets the route of its request."""
        match span:
            case EndedInvocation():
                return self._readable.of_invocation(span)
            case LifespanSpan():
                return self._readable.of_lifespan(span)
            case _:
                request = requests.get(span.parent.span_id) if span.parent else None
                return cleaned(span, request, self._own_tracers)


class SdkExporter:
    """The transport through an exporter of the SDK, which takes no deadline."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self.shutdown = exporter.shutdown

    def prepare(self, deadline: float) -> None:
        """Do nothing: it is always ready."""

    def export(self, spans: Sequence[ReadableSpan], deadline: float) -> bool:  # noqa: ARG002 - see the class
        """Send a batch, and return whether it was accepted."""
        return self._exporter.export(spans) is SpanExportResult.SUCCESS
