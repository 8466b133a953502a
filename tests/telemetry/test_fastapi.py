"""FastAPI's own telemetry, below ours."""

import pytest
from fastapi import APIRouter, FastAPI
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import get_current_span

from adapter.asgi import Message, Receive, Scope, Send
from telemetry.pipeline import Telemetry
from tests.telemetry.facts import invoked, started
from tests.telemetry.harness import ENVIRON, Harness, request
from tests.telemetry.spans.test_propagation import TRACEPARENT, W3C_IDS

router = APIRouter(prefix="/v1")


@router.get("/tickets/{ticket_id}")
def read_ticket(ticket_id: str) -> str:
    return ticket_id


def fastapi(harness: Harness, *, operation_spans: bool = False) -> FastAPI:
    provider = harness.telemetry.tracer_provider
    app = FastAPI(telemetry={"tracer_provider": provider, "operation_spans": operation_spans})
    app.include_router(router, prefix="/api")
    return app


def theirs(harness: Harness) -> ReadableSpan:
    [span] = [
        span
        for span in harness.spans
        if span.instrumentation_scope and span.instrumentation_scope.name == "fastapi"
    ]
    return span


@pytest.mark.parametrize(
    "trace_context",
    [{}, {"traceparent": TRACEPARENT}, {"traceparent": "malformed"}, {"x-amzn-trace-id": "Root=?"}],
)
def test_fastapi_span_is_our_child(harness: Harness, trace_context: dict[str, str]) -> None:
    harness.observe(started())
    headers = [(name.encode(), value.encode()) for name, value in trace_context.items()]
    _, sent = harness.serve(
        fastapi(harness), "/api/v1/tickets/42", trace_context=trace_context, headers=headers
    )
    assert sent[0]["status"] == 200
    ours = harness.span("tickets-api")
    assert theirs(harness).name == "GET /api/v1/tickets/{ticket_id}"
    parent = theirs(harness).parent
    assert parent
    assert ours.context
    assert (parent.trace_id, parent.span_id) == (ours.context.trace_id, ours.context.span_id)


def test_included_routes_are_exported_whole(harness: Harness) -> None:
    harness.observe(started())
    harness.serve(fastapi(harness), "/api/v1/tickets/42")
    assert (harness.span("tickets-api").attributes or {})["http.route"] == "/api/v1/tickets/{ticket_id}"


def test_fastapi_span_is_cleaned(harness: Harness) -> None:
    harness.observe(started())
    harness.serve(
        fastapi(harness),
        "/api/v1/tickets/s3cret",
        query=b"token=s3cret",
        headers=[(b"host", b"s3cret"), (b"user-agent", b"s3cret")],
    )
    attributes = theirs(harness).attributes or {}
    assert attributes["http.route"] == attributes["url.path"] == "/api/v1/tickets/{ticket_id}"
    assert "s3cret" not in theirs(harness).to_json()


def test_callers_prefix_is_not_exported(harness: Harness) -> None:
    """A path that an outer app takes off by `root_path`, as ASGI has it, is a part of FastAPI's own route."""
    app = fastapi(harness)

    async def by_tenant(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "root_path": "/tenants/s3cret"}, receive, send)

    harness.observe(started())
    _, sent = harness.serve(by_tenant, "/tenants/s3cret/api/v1/tickets/42")
    assert sent[0]["status"] == 200
    assert theirs(harness).name == "GET"
    assert "s3cret" not in "".join(span.to_json() for span in harness.spans)


def test_operation_spans_nest_too(harness: Harness) -> None:
    harness.observe(started())
    harness.serve(fastapi(harness, operation_spans=True), "/api/v1/tickets/42")
    trace_ids = {span.context.trace_id for span in harness.spans if span.context}
    assert len(trace_ids) == 1
    assert "fastapi.endpoint" in {span.name for span in harness.spans}


def test_fastapi_makes_no_spans_by_itself(harness: Harness) -> None:
    app = FastAPI()
    app.include_router(router)
    harness.observe(started())
    harness.serve(app, "/v1/tickets/42")
    assert [span.name for span in harness.spans] == ["tickets-api"]


@pytest.fixture
def _own_global(monkeypatch: pytest.MonkeyPatch) -> None:
    """The global provider can be set once a process: start from none, and leave none."""
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", None)
    monkeypatch.setattr(trace, "_TRACER_PROVIDER_SET_ONCE", type(trace._TRACER_PROVIDER_SET_ONCE)())


@pytest.mark.usefixtures("_own_global")
def test_global_provider_activates_fastapi(harness: Harness) -> None:
    harness.telemetry.install_global()
    app = FastAPI(telemetry={"operation_spans": False})
    app.include_router(router)
    harness.observe(started())
    harness.serve(app, "/v1/tickets/s3cret", query=b"token=s3cret")
    assert theirs(harness).name == "GET /v1/tickets/{ticket_id}"
    assert "s3cret" not in "".join(span.to_json() for span in harness.spans)


@pytest.mark.usefixtures("_own_global")
def test_provider_without_a_target_is_never_global() -> None:
    Telemetry.from_env(ENVIRON, write=lambda _: None).install_global()
    assert trace._TRACER_PROVIDER is None


def test_without_a_target_fastapi_makes_no_spans() -> None:
    telemetry = Telemetry.from_env(ENVIRON, write=lambda _: None)
    telemetry.observe(started())
    app = FastAPI(telemetry={"tracer_provider": telemetry.tracer_provider})

    @app.get("/")
    def current() -> str:
        return get_current_span().get_span_context().span_id.to_bytes(8, "big").hex()

    telemetry.observe(invoked(trace_context={"traceparent": TRACEPARENT}))
    sent: list[Message] = []
    request(telemetry.traced(app), "/", sent)
    assert sent[1]["body"].decode() == f'"{W3C_IDS[1]}"'
