"""A harness around telemetry: gives it facts as the adapter does, and collects what it writes and exports."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from adapter.asgi import ASGIApp, Message
from adapter.facts import InvocationEnded, StartupEnded
from telemetry.pipeline import Telemetry
from tests.telemetry.facts import MS, T0, S, answered, invoked, startup

ENVIRON = {
    "POWERTOOLS_SERVICE_NAME": "tickets",
    "POWERTOOLS_METRICS_NAMESPACE": "Tickets",
    "AWS_LAMBDA_FUNCTION_NAME": "tickets-api",
    "AWS_LAMBDA_FUNCTION_VERSION": "7",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
    "AWS_LAMBDA_LOG_STREAM_NAME": "2026/01/01/[7]abc",
    "AWS_REGION": "eu-west-1",
}


class Harness:
    """One process: its telemetry, its stdout and its exported spans."""

    def __init__(
        self, environ: Mapping[str, str] | None = None, exporter: SpanExporter | None = None
    ) -> None:
        self.memory = InMemorySpanExporter()
        self.out: list[str] = []
        self.telemetry = Telemetry.from_env(
            {**ENVIRON, **(environ or {})}, write=self.out.append, span_exporter=exporter or self.memory
        )
        self.observe = self.telemetry.observe

    def start_up(self, fact: StartupEnded | None = None) -> None:
        fact = fact or startup()
        self.observe(fact.began)
        self.observe(fact)

    def invoke(
        self,
        index: int = 1,
        inside: Callable[[], None] | None = None,
        trace_context: dict[str, str] | None = None,
        at_ns: int = T0 + 1400 * MS,
        **end: Any,
    ) -> InvocationEnded:
        began = invoked(index, at_ns, trace_context)
        self.observe(began)
        if inside is not None:
            inside()
        ended = answered(began, **end)
        self.observe(ended)
        return ended

    def points(self) -> Iterator[tuple[str, tuple[str, ...], int, float]]:
        """What CloudWatch makes of the lines: metric, dimensions' values, minute, and each value."""
        for line in self.lines:
            for directive in line.get("_aws", {}).get("CloudWatchMetrics", []):
                minute = line["_aws"]["Timestamp"] * MS // (60 * S)
                for metric, names in product(directive["Metrics"], directive["Dimensions"]):
                    held = line[metric["Name"]]
                    for value in held if isinstance(held, list) else [held]:
                        yield metric["Name"], tuple(line[name] for name in names), minute, value

    def serve(
        self, app: ASGIApp, path: str = "/", index: int = 1, **options: Any
    ) -> tuple[InvocationEnded, list[Message]]:
        """Invoke, and run the traced app inside the invocation, as the adapter does."""
        sent: list[Message] = []
        context = options.pop("trace_context", None)
        traced = self.telemetry.traced(app)
        return self.invoke(index, lambda: request(traced, path, sent, **options), context), sent

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out]

    def records(self, kind: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line.get("record") == kind]

    def record(self, kind: str) -> dict[str, Any]:
        [only] = self.records(kind)
        return only

    @property
    def spans(self) -> list[ReadableSpan]:
        self.telemetry.tracer_provider.force_flush()  # type: ignore[attr-defined]  # the SDK's
        return list(self.memory.get_finished_spans())

    def span(self, name: str) -> ReadableSpan:
        [only] = [span for span in self.spans if span.name == name]
        return only


def request(
    app: ASGIApp,
    path: str,
    sent: list[Message],
    method: str = "GET",
    query: bytes = b"",
    headers: list[tuple[bytes, bytes]] | None = None,
    scheme: str = "https",
    state: dict[str, Any] | None = None,
    body: bytes = b"",
) -> None:
    """One HTTP request through an ASGI app; what the app raises is raised."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": scheme,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query,
        "headers": headers or [],
        "client": ("203.0.113.9", 0),
        "server": ("api.example.com", 443),
        "state": state or {},
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    with asyncio.Runner() as runner:
        runner.run(app(scope, receive, send))
