"""All of telemetry in one object: the only thing that a composition root needs from here."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Self, TypedDict

from opentelemetry import trace

from adapter.asgi import ASGIApp
from adapter.facts import Observe
from telemetry.current import Current
from telemetry.departure import Departure
from telemetry.dropped import Dropped
from telemetry.fan_out import FanOut, Handlers
from telemetry.faults import Faults
from telemetry.logs import Logs, configure_logs
from telemetry.metrics import BusinessMetrics
from telemetry.recording import Recording
from telemetry.records import Losses, Records
from telemetry.settings import Settings
from telemetry.spans import Spans
from telemetry.start import StartClass
from telemetry.stdout import Write, write_stdout
from telemetry.trace_ids import TraceIds
from telemetry.traced import Traced

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter


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
        self._current = Current()
        self._dropped = Dropped()
        self._records = Records(settings, self._current, write, self._losses)
        self._faults = Faults(self._records.fault)
        self._metrics = BusinessMetrics(settings, write, self._faults.add)
        configure_logs(settings, write, self._faults.add)
        target = span_exporter or settings.endpoint or settings.daemon
        self._recording = Recording(settings, target, self._dropped) if target else None
        self.after_response: Callable[[float], None] | None = None
        """To be called with the seconds that an invocation has left once its response is out; None where
        that would be of no use. It sends spans, and never raises."""
        self._fan_out = FanOut(
            (
                ("start", StartClass(self._current, settings.proactive_gap_ms).handlers()),
                ("spans", self._spans(settings, environ)),
                ("logs", Logs(self._current).handlers()),
                ("metrics", self._metrics.handlers()),
                ("records", self._records.handlers()),
            ),
            self._faults.add,
        )
        self.observe: Observe = self._fan_out.observe

    @classmethod
    def from_env(
        cls,
        environ: Mapping[str, str],
        *,
        write: Write = write_stdout,
        span_exporter: "SpanExporter | None" = None,
    ) -> Self:
        """Build it from environment variables; `environ` is asked again for each invocation's trace.

        Spans are recorded when there is an endpoint, a daemon's address, or a `span_exporter` instead.
        """
        return cls(Settings.from_env(environ), environ, write=write, span_exporter=span_exporter)

    @property
    def hooks(self) -> Hooks:
        """To be unpacked into the adapter: `LifespanAdapter(telemetry.traced(app), **telemetry.hooks)`."""
        return {"observe": self.observe, "after_response": self.after_response}

    def traced(self, app: ASGIApp) -> ASGIApp:
        """Wrap the app, so that its spans have a parent and the invocation's span has the route."""
        return Traced(app, self._current, self._faults.add)

    def count(self, name: str, value: float = 1, unit: str = "Count") -> None:
        """Add to a metric of the service; `unit` is one of CloudWatch's."""
        self._metrics.count(name, value, unit)

    @property
    def tracer_provider(self) -> trace.TracerProvider:
        """Where the team's own tracers come from, so that their spans are below the invocation's.

        The first use imports the SDK, some 5 ms. One that makes no spans when they have nowhere to go.
        """
        if self._recording is not None:
            try:
                return self._recording.provider()
            except Exception as error:  # noqa: BLE001 - a service that cannot be traced is still a service
                self._faults.add("spans", error)
        return trace.NoOpTracerProvider()

    def install_global(self) -> None:
        """Make `tracer_provider` the process's, for libraries that ask nobody else; not when it is idle.

        That wakes whatever traces by itself. FastAPI's telemetry then adds its own spans, and some 50 to
        300 µs to a request; `FastAPI(telemetry={"operation_spans": False})` keeps the smaller part of it.
        What leaves the process passes the allow-list all the same.
        """
        if not isinstance(provider := self.tracer_provider, trace.NoOpTracerProvider):
            trace.set_tracer_provider(provider)

    def _losses(self) -> Losses:
        return Losses(self._faults.total, self._dropped.total)

    def _spans(self, settings: Settings, environ: Mapping[str, str]) -> Handlers:
        if self._recording is None:
            return TraceIds(self._current, environ).handlers()
        queue, patient = self._recording.queue, settings.endpoint is not None
        departure = Departure(queue, settings.flush_every, self._faults.add, patient=patient)
        if patient:
            self.after_response = departure.after_response
        return Spans(settings, self._current, environ, queue, departure).handlers()
