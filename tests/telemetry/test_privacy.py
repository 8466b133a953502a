"""Secrets planted wherever a request, the state and an exception have room; then every output is searched."""

import textwrap
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import structlog
from fastapi import FastAPI, Request
from opentelemetry.trace import SpanKind, get_current_span

from adapter import LifespanAdapter, preload
from adapter.asgi import ASGIApp, Receive, Scope, Send
from tests.adapter.runtime_api import Function
from tests.telemetry.harness import Harness
from tests.telemetry.on_lambda import Context

PLACES = (
    "agent",
    "baggage",
    "body",
    "cookie",
    "exception",
    "header",
    "host",
    "parameter",
    "proto",
    "query",
    "root_path",
    "shutdown",
    "state",
    "theirs",
    "tracestate",
)
CANARIES = {place: f"canary{number:02d}x" for number, place in enumerate(PLACES)}


def event(path: str) -> dict[str, Any]:
    """An API Gateway HTTP API event, with a canary wherever the caller may write."""
    headers = {
        "host": CANARIES["host"],
        "user-agent": CANARIES["agent"],
        "x-api-key": CANARIES["header"],
        "x-forwarded-proto": CANARIES["proto"],
        "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "tracestate": f"vendor={CANARIES['tracestate']}",
        "baggage": f"user={CANARIES['baggage']}",
        "content-type": "text/plain",
    }
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": f"token={CANARIES['query']}",
        "cookies": [f"session={CANARIES['cookie']}"],
        "headers": headers,
        "requestContext": {
            "http": {"method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.9"},
            "stage": "$default",
        },
        "body": CANARIES["body"],
        "isBase64Encoded": False,
    }


def build(harness: Harness) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        with preload("model"):
            model = {"key": CANARIES["state"]}
        yield {"model": model}
        raise RuntimeError(CANARIES["shutdown"])

    app = FastAPI(
        lifespan=lifespan,
        telemetry={"tracer_provider": harness.telemetry.tracer_provider, "operation_spans": True},
    )

    @app.post("/tickets/{ticket_id}")
    async def reserve(ticket_id: str, request: Request) -> str:
        assert request.state.model["key"]
        harness.telemetry.count("Reserved")
        structlog.get_logger().info("reserved", seats=2)
        span = get_current_span()
        span.set_attribute("http.request.header.x_api_key", request.headers["x-api-key"])
        span.set_attribute("tickets.body", (await request.body()).decode())
        tracer = harness.telemetry.tracer_provider.get_tracer("service.tickets")
        with tracer.start_as_current_span("reserve"):
            if ticket_id == "broken":
                raise LookupError(CANARIES["exception"])
        return "reserved"

    return app


def by_tenant(harness: Harness, app: FastAPI) -> ASGIApp:
    """Takes a tenant off the path, with a library around that names spans and events by the path."""
    tracer = harness.telemetry.tracer_provider.get_tracer("opentelemetry.instrumentation.asgi")

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        name = f"GET /{CANARIES['theirs']}"
        with tracer.start_as_current_span(name, kind=SpanKind.SERVER) as span:
            span.set_attribute("http.route", name)
            span.add_event(name)
            tracer.start_span(f"{name} http send").end()
            acme = harness.telemetry.tracer_provider.get_tracer("acme.client")
            with acme.start_as_current_span(
                f"{name}?token={CANARIES['query']}", kind=SpanKind.CLIENT
            ) as call:
                call.add_event(f"asked for {CANARIES['theirs']}")
            root, path = f"/{CANARIES['root_path']}", scope["path"]
            if path.startswith(root):
                scope = {**scope, "root_path": root}
            await app(scope, receive, send)

    return dispatch


@pytest.fixture
def output(harness: Harness) -> str:
    """All that telemetry wrote and exported, from start to end."""
    app = by_tenant(harness, build(harness))
    with LifespanAdapter(harness.telemetry.traced(app), observe=harness.observe, sigterm=False) as handler:
        found = handler(event(f"/tickets/{CANARIES['parameter']}"), Context())
        broken = handler(event("/tickets/broken"), Context())
        absent = handler(event(f"/{CANARIES['parameter']}"), Context())
        tenants = handler(event(f"/{CANARIES['root_path']}/tickets/7"), Context())
        answers = (found, broken, absent, tenants)
        assert [response["statusCode"] for response in answers] == [200, 500, 404, 200]
    return "".join(harness.out) + "".join(span.to_json() for span in harness.spans)


def test_no_canary_leaves_the_process(output: str) -> None:
    assert [place for place, canary in CANARIES.items() if canary in output] == []


def test_the_search_had_something_to_search(output: str) -> None:
    for said in (
        '"record":"startup"',
        '"record":"resource"',
        '"record":"invocation"',
        '"record":"shutdown"',
        '"record":"failure"',
        '"record":"end"',
        '"message":"reserved"',
        '"Reserved":[1.0]',
        '"name": "POST /tickets/{ticket_id}"',
        '"name": "tickets-api"',
        '"name": "reserve"',
        '"name": "acme.client"',
        '"name": "fastapi.endpoint"',
        '"name": "asgi.lifespan.startup"',
        '"name": "asgi.lifespan.resource model"',
        '"name": "asgi.lifespan.shutdown"',
        '"exception.type": "LookupError"',
    ):
        assert said in output, said


DEPLOYED = """
    import os

    import structlog
    from fastapi import FastAPI, Request

    from adapter import LifespanAdapter
    from telemetry import Telemetry

    telemetry = Telemetry.from_env(os.environ)
    telemetry.configure_logs()
    app = FastAPI()

    @app.post("/tickets/{ticket_id}")
    async def reserve(ticket_id: str, request: Request) -> str:
        await request.body()
        structlog.get_logger().info("reserved", seats=2)
        telemetry.count("Reserved")
        if request.query_params["token"] == "broken":
            raise LookupError
        return "reserved"

    handler = LifespanAdapter(telemetry.traced(app), **telemetry.hooks)
"""


def test_t5_no_canary_is_in_the_log_of_the_deployed_configuration(tmp_path: Path) -> None:
    found = event(f"/tickets/{CANARIES['parameter']}")
    absent = event(f"/{CANARIES['parameter']}")
    broken = {**found, "rawQueryString": "token=broken"}
    with Function(textwrap.dedent(DEPLOYED), tmp_path) as function:
        answers = [function.invoke(each)[1]["statusCode"] for each in (found, absent, broken)]
        function.sigterm()
        function.wait()
        written = function.output()
    assert answers == [200, 404, 500]
    assert written.count('"record":"invocation"') == 3
    assert '"message":"reserved"' in written
    assert '"level": "ERROR"' in written  # by the runtime client, in its format of JSON
    assert [place for place, canary in CANARIES.items() if canary in written] == []
