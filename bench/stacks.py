"""What is compared: the ways to put an ASGI app behind a Lambda handler, with and without telemetry."""

# Each process is to import the libraries of the stack that it measures, and no others.
# ruff: noqa: PLC0415

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from adapter.asgi import ASGIApp, Message

Handler: TypeAlias = Callable[[Any, Any], Any]
"""What Lambda calls. One that has a `between` wants that called now and then, while nobody measures."""

STOCK: Final = "mangum-auto"
RECORDED: Final = "ours-recorded"
UDP: Final = "ours-udp"
BOOK: Final = "book"


class Stack(NamedTuple):
    """One of them."""

    label: str
    build: Callable[[ASGIApp], Handler]
    environ: Mapping[str, str] = {}
    """Variables that it runs with, beside Lambda's."""


def _bare(app: ASGIApp) -> Handler:
    """The app on an event loop: what any adapter has to pay."""
    loop = asyncio.new_event_loop()

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    def handler(event: Any, _context: Any) -> Any:
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        path = event["rawPath"]
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "https",
            "path": path,
            "raw_path": None,
            "root_path": "",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in event["headers"].items()],
            "client": ("203.0.113.7", 0),
            "server": ("localhost", 443),
        }
        loop.run_until_complete(app(scope, receive, send))
        body = b"".join(message["body"] for message in sent[1:])
        return {"statusCode": sent[0]["status"], "body": body.decode()}

    return handler


def _mangum_off(app: ASGIApp) -> Handler:
    from mangum import Mangum

    return Mangum(app, lifespan="off")


def _mangum_auto(app: ASGIApp) -> Handler:
    from mangum import Mangum

    return Mangum(app)


def _adapter(app: ASGIApp) -> Handler:
    from adapter import LifespanAdapter

    return LifespanAdapter(app)


def _ours(app: ASGIApp) -> Handler:
    from adapter import LifespanAdapter
    from telemetry import Telemetry

    telemetry = Telemetry.from_env(os.environ)
    return LifespanAdapter(telemetry.traced(app), **telemetry.hooks)


def _recorded(app: ASGIApp) -> Handler:
    """The same, but spans leave only between measurements."""
    from adapter import LifespanAdapter
    from telemetry import Telemetry

    telemetry = Telemetry.from_env(os.environ)
    handler = LifespanAdapter(telemetry.traced(app), **telemetry.hooks)

    def between() -> None:
        telemetry.tracer_provider.force_flush()  # type: ignore[attr-defined] # the SDK's

    handler.between = between  # type: ignore[attr-defined] # for `bench.child`
    return handler


def _book(app: ASGIApp) -> Handler:
    """As the manuals of Mangum, Powertools and OpenTelemetry have it: a log line and a metric per request."""
    from aws_lambda_powertools import Logger, Metrics
    from aws_lambda_powertools.metrics import MetricUnit
    from mangum import Mangum
    from opentelemetry import trace
    from opentelemetry.instrumentation.aws_lambda import AwsLambdaInstrumentor  # type: ignore[import-not-found] # in .venv-bench
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

    class Nowhere(SpanExporter):
        def export(self, spans: Any) -> SpanExportResult:  # noqa: ARG002 - the SDK's signature
            return SpanExportResult.SUCCESS

    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(Nowhere()))
    trace.set_tracer_provider(provider)
    logger, metrics, served = Logger(), Metrics(), Mangum(app)

    @logger.inject_lambda_context
    @metrics.log_metrics(capture_cold_start_metric=True)
    def handler(event: Any, context: Any) -> Any:
        response = served(event, context)
        metrics.add_metric(name="Invocations", unit=MetricUnit.Count, value=1)
        logger.info("answered", status=response["statusCode"])
        return response

    # The instrumentation replaces the handler where the runtime client will look for it.
    module = ModuleType("bench_book")
    module.handler = handler  # type: ignore[attr-defined] # made here
    sys.modules[module.__name__] = module
    os.environ["_HANDLER"] = "bench_book.handler"
    AwsLambdaInstrumentor().instrument()
    wrapped: Handler = module.handler
    return wrapped


def _trace(*, sampled: bool) -> dict[str, str]:
    root = "Root=1-6af2cf00-4f0c7a1e2b3d4c5e6f708192;Parent=53995c3f42cd8ad8"
    return {"_X_AMZN_TRACE_ID": f"{root};Sampled={int(sampled)}"}


_SAMPLED: Final = _trace(sampled=True)
_SILENT: Final = {"OTEL_SDK_DISABLED": "true"}
_NEVER_SENT: Final = {"LIFESPAN_FLUSH_EVERY": str(10**9)}

STACKS: Final[dict[str, Stack]] = {
    "bare": Stack("the app alone, called by ASGI", _bare),
    "mangum-off": Stack('Mangum, `lifespan="off"`', _mangum_off),
    STOCK: Stack('Mangum, `lifespan="auto"` (stock)', _mangum_auto),
    "adapter": Stack("ours, nobody observes", _adapter),
    "ours-no-spans": Stack("ours, records, no spans", _ours, {**_trace(sampled=False), **_SILENT}),
    "ours-unsampled": Stack("ours, records, trace not sampled", _ours, _trace(sampled=False)),
    RECORDED: Stack("ours, records, span recorded", _recorded, {**_SAMPLED, **_NEVER_SENT}),
    UDP: Stack("ours, records, spans sent by UDP", _ours, _SAMPLED),
    BOOK: Stack("by the book, spans discarded", _book, _SAMPLED),
}
