"""The tracer provider for spans of the service and of libraries.

It is private, and its resource is fixed, so that the SDK does not search the installed packages for plugins.
"""

from collections.abc import Mapping
from typing import Final

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.sdk.version import __version__ as sdk_version
from opentelemetry.util.types import AnyValue

from telemetry.settings import Settings
from telemetry.spans.propagation import new_span_id, new_trace_id
from telemetry.spans.queue import SpanQueue

SCHEMA_URL: Final = "https://opentelemetry.io/schemas/1.44.0"


class HashedResource(Resource):
    """A resource that is hashed once: encoders hash it for each span, for which the SDK dumps it to JSON."""

    def __init__(self, attributes: Mapping[str, AnyValue], schema_url: str) -> None:
        super().__init__(attributes, schema_url)
        self._hash = super().__hash__()

    def __hash__(self) -> int:
        return self._hash


class XRayIds(IdGenerator):
    """Ids that X-Ray accepts too."""

    def generate_trace_id(self) -> int:
        """128 bits, the first 32 of which are the time."""
        return new_trace_id()

    def generate_span_id(self) -> int:
        """64 random bits."""
        return new_span_id()


class QueueProcessor(SpanProcessor):
    """Queues each span that the sampler had recorded, as it ends."""

    def __init__(self, queue: SpanQueue) -> None:
        self._queue = queue

    def on_end(self, span: ReadableSpan) -> None:
        """Queue a span of the SDK."""
        self._queue.put(span)

    def force_flush(self, timeout_millis: int = 30_000) -> bool:  # noqa: ARG002 - an exporter has its own deadline
        """Export what is queued, for code that asks the provider to, and return whether that succeeded.

        Spans that were lost are counted; those that could not be sent yet stay queued.
        """
        try:
            self._queue.force_flush()
        except Exception:  # noqa: BLE001 - the caller is serving a request
            return False
        return True


def build_provider(resource: Resource, ratio: float, queue: SpanQueue) -> TracerProvider:
    """Make a provider whose spans go to `queue`: sampled as the parent is, or by `ratio` without one."""
    provider = TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(ratio)),
        resource=resource,
        shutdown_on_exit=False,
        id_generator=XRayIds(),
        span_limits=SpanLimits(),
    )
    provider.add_span_processor(QueueProcessor(queue))
    return provider


def build_resource(settings: Settings) -> Resource:
    """Describe the function that makes the spans; what the environment does not say is left out."""
    known = {
        "service.name": settings.service,
        "cloud.provider": "aws",
        "cloud.platform": "aws_lambda",
        "cloud.region": settings.region,
        "faas.name": settings.function,
        "faas.version": settings.function_version,
        "faas.instance": settings.log_stream,
        "faas.max_memory": settings.memory_mb * 1_048_576 if settings.memory_mb else None,
        "telemetry.sdk.language": "python",
        "telemetry.sdk.name": "opentelemetry",
        "telemetry.sdk.version": sdk_version,
    }
    return HashedResource({key: value for key, value in known.items() if value is not None}, SCHEMA_URL)
