"""Telemetry behind the real adapter: the facts are stated, not made by hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypedDict, get_args

import pytest
import structlog
from opentelemetry.trace import get_current_span
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

import adapter
from adapter import LifespanAdapter, preload
from adapter.placement import Placement
from tests.telemetry.harness import Harness
from tests.telemetry.on_lambda import Context, event
from tests.telemetry.spans.test_propagation import TRACEPARENT, W3C_IDS
from tests.telemetry.test_fan_out import BrokenExporter


class State(TypedDict):
    model: dict[str, str]
    pool: list[str]


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[State]:
    with preload("model"):
        model = {"name": "tickets"}
    with preload("pool"):
        pool = ["connection"]
    yield {"model": model, "pool": pool}


async def read(request: Request) -> Response:
    structlog.get_logger().info("read", span=get_current_span().get_span_context().span_id)
    return PlainTextResponse(request.state.model["name"])


async def broken(request: Request) -> Response:
    raise LookupError("s3cret")


async def received(request: Request) -> Response:
    return Response()


ROUTES = [
    Route("/tickets/{id}", read),
    Route("/broken", broken),
    Route("/received", received, methods=["POST"]),
]
APP = Starlette(routes=ROUTES, lifespan=lifespan)


def adapted(harness: Harness, placement: Placement = "init") -> LifespanAdapter:
    traced = harness.telemetry.traced(APP)
    return LifespanAdapter(traced, placement=placement, observe=harness.observe, sigterm=False)


@pytest.mark.parametrize(
    ("placement", "startups"), [("init", [1]), ("first_invocation", [1]), ("every_invocation", [1, 2, 3])]
)
def test_each_placement_records_its_startups(
    harness: Harness, placement: Placement, startups: list[int]
) -> None:
    with adapted(harness, placement) as handler:
        for _ in range(3):
            assert handler(event("/tickets/42"), Context())["statusCode"] == 200
    assert [record["ordinal"] for record in harness.records("startup")] == startups
    assert sorted(record["ordinal"] for record in harness.records("shutdown")) == startups
    assert {record["resource"] for record in harness.records("resource")} == {"model", "pool"}
    invocations = harness.records("invocation")
    assert [(record["n"], record["start"]) for record in invocations] == [
        (1, "cold"),
        (2, "warm"),
        (3, "warm"),
    ]
    assert [record["touched"] for record in invocations] == [{"model": 1}] * 3
    assert [record["placement"] for record in invocations] == [placement] * 3
    assert ["startup_ms" in record for record in invocations] == [n in startups for n in (1, 2, 3)]
    assert harness.records("fault") == []


def test_startup_names_the_adapters_version(harness: Harness) -> None:
    with adapted(harness) as handler:
        handler(event("/tickets/42"), Context())
    assert harness.record("startup")["adapter"] == adapter.__version__


def test_every_placement_is_tested() -> None:
    assert set(get_args(Placement)) == {"init", "first_invocation", "every_invocation"}


@pytest.mark.parametrize("path", ["/tickets/42", "/broken", "/absent"])
def test_responses_are_those_without_telemetry(harness: Harness, path: str) -> None:
    with adapted(harness) as handler, LifespanAdapter(APP, sigterm=False) as plain:
        assert handler(event(path), Context()) == plain(event(path), Context())


@pytest.mark.parametrize("path", ["/tickets/42", "/broken"])
def test_broken_telemetry_costs_no_response(path: str) -> None:
    harness = Harness({"LIFESPAN_FLUSH_EVERY": "1"}, BrokenExporter())
    with adapted(harness) as handler, LifespanAdapter(APP, sigterm=False) as plain:
        assert handler(event(path), Context()) == plain(event(path), Context())
    assert harness.record("end")["faults"] >= 1


def test_spans_of_an_environment_fit_together(harness: Harness) -> None:
    with adapted(harness) as handler:
        handler(event("/tickets/42", {"traceparent": TRACEPARENT}), Context())
    server, startup = harness.span("tickets-api"), harness.span("asgi.lifespan.startup")
    assert server.context
    assert startup.context
    assert server.parent
    assert (f"{server.context.trace_id:032x}", f"{server.parent.span_id:016x}") == W3C_IDS[:2]
    assert server.links[0].context == startup.context
    assert startup.links[0].context == server.context
    attributes = server.attributes or {}
    assert (attributes["http.route"], attributes["http.response.status_code"]) == ("/tickets/{id}", 200)
    assert attributes["cloud.resource_id"] == "arn:aws:lambda:eu-west-1:123456789012:function:tickets-api:7"
    for name in ("asgi.lifespan.resource model", "asgi.lifespan.resource pool", "asgi.lifespan.shutdown"):
        parent = harness.span(name).parent
        assert parent
        assert parent.span_id == startup.context.span_id


def test_service_logs_inside_its_invocation(harness: Harness) -> None:
    with adapted(harness) as handler:
        handler(event("/tickets/42"), Context())
    [line] = [line for line in harness.lines if line.get("message") == "read"]
    record, server = harness.record("invocation"), harness.span("tickets-api")
    assert server.context
    assert line["span"] == server.context.span_id
    assert [line[key] for key in ("request_id", "trace_id", "start", "placement")] == [
        record[key] for key in ("request_id", "trace_id", "start", "placement")
    ]


def test_exception_is_named_by_type(harness: Harness) -> None:
    with adapted(harness) as handler:
        handler(event("/broken"), Context())
        handler(event("/tickets/42"), Context())
    first, second = harness.records("invocation")
    assert (first["status"], first["start"], second["start"]) == (500, "cold", "warm")
    [server, _] = [span for span in harness.spans if span.name == "tickets-api"]
    assert (server.attributes or {})["error.type"] == first.get("error", "500")


def test_posted_event_is_no_http_trigger(harness: Harness) -> None:
    traced = harness.telemetry.traced(APP)
    with LifespanAdapter(traced, event_path="/received", observe=harness.observe, sigterm=False) as handler:
        handler({"source": "aws.events"}, Context())
        handler(event("/tickets/42"), Context())
    posted, asked = [span.attributes or {} for span in harness.spans if span.name == "tickets-api"]
    assert (posted["faas.trigger"], asked["faas.trigger"]) == ("other", "http")
    assert posted["http.route"] == "/received"


def test_unusable_event_is_recorded_and_raised(harness: Harness) -> None:
    handler: Any
    with adapted(harness) as handler:
        with pytest.raises(RuntimeError):
            handler({"source": "aws.events"}, Context())
        handler(event("/tickets/42"), Context())
    first, second = harness.records("invocation")
    assert "status" not in first
    assert first["error"]
    assert [first["start"], second["start"]] == ["cold", "warm"]
    unusable, _ = [span for span in harness.spans if span.name == "tickets-api"]
    assert "faas.trigger" not in (unusable.attributes or {})
