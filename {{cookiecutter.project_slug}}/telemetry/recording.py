"""Spans on their way out. The SDK is imported when it is first needed: that keeps some 6 ms out of INIT."""

from typing import TYPE_CHECKING

from telemetry.dropped import Dropped
from telemetry.endpoint import Endpoint
from telemetry.settings import Address, Settings
from telemetry.span_queue import Export, SpanQueue

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

    from telemetry.span_export import Exporter


class Recording:
    """The queue of all spans, and the provider of those that are not ours."""

    def __init__(
        self, settings: Settings, target: "SpanExporter | Address | Endpoint", dropped: Dropped
    ) -> None:
        self._settings = settings
        self._target = target
        self._dropped = dropped
        self._resource: Resource | None = None
        self._provider: TracerProvider | None = None
        self.queue = SpanQueue(self._open, dropped)

    def provider(self) -> "TracerProvider":
        """The one private provider; raises what the SDK raises about its own environment variables."""
        from telemetry.provider import build_provider  # noqa: PLC0415 - see the module

        if self._provider is None:
            self._provider = build_provider(self._shared_resource(), self._settings.trace_ratio, self.queue)
        return self._provider

    def _open(self) -> Export:
        from telemetry.span_export import SpanExport  # noqa: PLC0415 - see the module

        return SpanExport(self._shared_resource(), self._settings.function_version, self._exporter())

    def _exporter(self) -> "Exporter":
        from telemetry.span_export import Unhurried  # noqa: PLC0415 - see the module

        match self._target:
            case Endpoint() as endpoint:
                from telemetry.otlp_exporter import OtlpExporter  # noqa: PLC0415 - see the module
                from telemetry.otlp_headers import OtlpHeaders  # noqa: PLC0415 - as above

                headers = OtlpHeaders(self._settings.otlp_headers, self._settings.otlp_headers_arn)
                return OtlpExporter(endpoint, headers, self._dropped)
            case Address() as address:
                from telemetry.udp_exporter import UdpExporter  # noqa: PLC0415 - as above

                return Unhurried(UdpExporter(address, self._dropped))
            case exporter:
                return Unhurried(exporter)

    def _shared_resource(self) -> "Resource":
        from telemetry.provider import build_resource  # noqa: PLC0415 - see the module

        if self._resource is None:
            self._resource = build_resource(self._settings)
        return self._resource
