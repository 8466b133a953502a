"""All of telemetry in one object: the only thing that a composition root needs from here."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property, partial
from typing import TYPE_CHECKING, Self, TypedDict

from opentelemetry import trace

from adapter.asgi import ASGIApp
from adapter.facts import Observe
from telemetry.fan_out import FanOut, Faults, Handlers
from telemetry.invocation_context import InvocationContext, StartClass
from telemetry.logs.context import Logs
from telemetry.metrics import BusinessMetrics
from telemetry.output import Write, watched_stdout, write_stdout
from telemetry.records.sink import Losses, Records
from telemetry.settings import Address, Endpoint, Settings
from telemetry.spans.middleware import TracingMiddleware
from telemetry.spans.queue import DroppedSpans, Exporter, FlushSchedule, SpanQueue
from telemetry.spans.sink import Passthrough, Spans

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter

    from telemetry.export.span_pipeline import SpanPipeline


class Hooks(TypedDict):
    """Arguments of `LifespanAdapter` by which telemetry learns what happens."""

    observe: Observe
    after_response: Callable[[float], None] | None


class Telemetry:
    """Spans, logs, metrics and records of one process; none of them ever fails the service."""

    def __init__(
        self,
        settings: Settings,
        environ: Mapping[str, str],
        *,
        write: Write = write_stdout,
        span_exporter: "SpanExporter | None" = None,
    ) -> None:
        if write is write_stdout:
            with suppress(Exception):  # what is no stdout is a fault for each line that passes by it
                watched_stdout()  # from now on, so that the first record is on a line of its own, too
            write = partial(write_stdout, on_fault=self._stdout_failed)
        self._context = InvocationContext()
        self._dropped = DroppedSpans()
        self._records = Records(settings, self._context, write, self._losses)
        self._faults = Faults(self._records.fault)
        self._metrics = BusinessMetrics(settings, write, self._faults.add)
        self._logs = Logs(settings, self._context, write, self._faults.add)
        target = span_exporter or settings.endpoint or settings.daemon
        self._span_pipeline = LateSpanPipeline(settings, target, self._dropped) if target else None
        self.after_response: Callable[[float], None] | None = None
        """To be called after each response, with the seconds that the invocation has left: it sends spans,
        and never raises. None where that would be of no use."""
        self.observe: Observe = FanOut(
            (
                ("start", StartClass(self._context, settings.proactive_gap_ms).handlers()),
                ("spans", self._span_handlers(settings, environ)),
                ("logs", self._logs.handlers()),
                ("metrics", self._metrics.handlers()),
                ("records", self._records.handlers()),
            ),
            self._faults.add,
        ).observe

    @classmethod
    def from_env(
        cls,
        environ: Mapping[str, str],
        *,
        write: Write = write_stdout,
        span_exporter: "SpanExporter | None" = None,
    ) -> Self:
        """Build it from environment variables.

        Args:
            environ: Read now, and once more in each invocation, for the trace that Lambda puts there.
            write: Writes one line of the log.
            span_exporter: Where spans go instead of the endpoint or the daemon that the variables name.
                Without any of the three, no spans are made.
        """
        return cls(Settings.from_env(environ), environ, write=write, span_exporter=span_exporter)

    @property
    def hooks(self) -> Hooks:
        """What the adapter calls: `LifespanAdapter(telemetry.traced(app), **telemetry.hooks)`."""
        return {"observe": self.observe, "after_response": self.after_response}

    def traced(self, app: ASGIApp) -> ASGIApp:
        """Wrap the app, so that its spans have a parent and the invocation's span has the route."""
        self._logs.configure_if_imported()  # by the app's modules, before it logs its first line
        return TracingMiddleware(app, self._context, self._faults.add)

    def configure_logs(self) -> None:
        """Import structlog, and have it write lines of JSON that are joined to the records.

        Without this call structlog is configured as soon as it is found among the imported modules: when
        `Telemetry` is made, when `traced` is called, after a startup, and before an invocation. That misses
        only lines that are logged in between, such as those of a lifespan that is the first to import it.
        """
        self._logs.configure()

    def count(self, name: str, value: float = 1, unit: str = "Count") -> None:
        """Add to a metric of the service; `unit` is one of CloudWatch's."""
        self._metrics.count(name, value, unit)

    @property
    def tracer_provider(self) -> trace.TracerProvider:
        """Makes the tracers of the service, so that their spans are below the invocation's.

        The first use imports the SDK, some 5 ms. Where spans go nowhere, its tracers make none.
        """
        if self._span_pipeline is not None:
            try:
                return self._span_pipeline.opened.provider()
            except Exception as error:  # noqa: BLE001 - a service that cannot be traced is still a service
                self._faults.add("spans", error)
        return trace.NoOpTracerProvider()

    def install_global(self) -> None:
        """Make `tracer_provider` the process's, for libraries that look nowhere else.

        That activates whatever traces by itself. FastAPI's telemetry then adds its own spans, and some 50 to
        300 µs to a request; `FastAPI(telemetry={"operation_spans": False})` keeps the smaller part of it.
        The allow-list applies to all of these spans. Where spans go nowhere, nothing is activated.
        """
        if not isinstance(provider := self.tracer_provider, trace.NoOpTracerProvider):
            trace.set_tracer_provider(provider)

    def _stdout_failed(self, error: Exception) -> None:
        self._faults.add("stdout", error)

    def _losses(self) -> Losses:
        return Losses(self._faults.total, self._dropped.total)

    def _span_handlers(self, settings: Settings, environ: Mapping[str, str]) -> Handlers:
        if self._span_pipeline is None:
            return Passthrough(self._context, environ, trusts_callers=settings.trace_callers).handlers()
        queue, has_endpoint = self._span_pipeline.queue, settings.endpoint is not None
        schedule = FlushSchedule(
            queue, settings.flush_every, self._faults.add, expects_after_response=has_endpoint
        )
        if has_endpoint:
            self.after_response = schedule.after_response
        return Spans(settings, self._context, environ, queue, schedule).handlers()


class LateSpanPipeline:
    """The queue of the spans, and behind it the span pipeline, which is made when it is first needed.

    It needs the SDK, whose import takes some 6 ms: too much for INIT.
    """

    def __init__(
        self, settings: Settings, target: "SpanExporter | Address | Endpoint", dropped: DroppedSpans
    ) -> None:
        self._settings = settings
        self._target = target
        self._dropped = dropped
        self.queue = SpanQueue(self._open_exporter, dropped)

    @cached_property
    def opened(self) -> "SpanPipeline":
        """The pipeline; raises what the SDK raises about its own environment variables."""
        from telemetry.export.span_pipeline import SpanPipeline  # noqa: PLC0415 - see the class

        return SpanPipeline(self._settings, self._target, self.queue, self._dropped)

    def _open_exporter(self) -> Exporter:
        return self.opened.open_exporter()
