from typing import Any

import pytest
from opentelemetry.trace import get_current_span
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from adapter.asgi import Message, Receive, Scope, Send
from telemetry.pipeline import Telemetry
from tests.telemetry.facts import answered, invoked, started
from tests.telemetry.harness import ENVIRON, Harness, request
from tests.telemetry.spans.test_propagation import TRACEPARENT, W3C_IDS


async def hello(request: Request) -> Response:
    return PlainTextResponse("hello")


async def broken(request: Request) -> Response:
    raise LookupError("s3cret")


STARLETTE = Starlette(
    routes=[
        Route("/tickets/{id:int}", hello),
        Route("/broken", broken),
        Mount("/halls/{hall}", routes=[Route("/seats/{seat}", hello)]),
    ]
)


def http_attributes(harness: Harness) -> dict[str, Any]:
    [span] = harness.spans
    attributes = span.attributes or {}
    return {key: value for key, value in attributes.items() if key.startswith(("http.", "url.", "error."))}


def test_route_and_method_reach_the_span(harness: Harness) -> None:
    harness.observe(started())
    harness.serve(STARLETTE, "/tickets/42", query=b"token=s3cret")
    assert http_attributes(harness) == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "http.route": "/tickets/{id}",
        "url.path": "/tickets/{id}",
        "url.scheme": "https",
    }


def test_mounted_path_keeps_its_parameters(harness: Harness) -> None:
    harness.observe(started())
    harness.serve(STARLETTE, "/halls/s3cret/seats/7")
    assert http_attributes(harness)["http.route"] == "/seats/{seat}"


def test_path_without_a_route_is_left_out(harness: Harness) -> None:
    harness.observe(started())
    harness.serve(STARLETTE, "/s3cret")
    assert http_attributes(harness).keys().isdisjoint({"http.route", "url.path"})


@pytest.mark.parametrize(("method", "told"), [("PATCH", "PATCH"), ("S3CRET", "_OTHER"), ("get", "_OTHER")])
def test_methods_are_those_of_http(harness: Harness, method: str, told: str) -> None:
    harness.observe(started())
    harness.serve(STARLETTE, "/tickets/42", method=method)
    assert http_attributes(harness)["http.request.method"] == told


def test_callers_scheme_is_checked(harness: Harness) -> None:
    harness.observe(started())
    harness.serve(STARLETTE, "/tickets/42", scheme="s3cret")
    assert "url.scheme" not in http_attributes(harness)


def test_exception_passes_and_its_route_is_recorded(harness: Harness) -> None:
    harness.observe(started())
    began = invoked()
    harness.observe(began)
    with pytest.raises(LookupError):
        request(harness.telemetry.traced(STARLETTE), "/broken", [])
    harness.observe(answered(began, status=500, error="LookupError"))
    assert http_attributes(harness)["http.route"] == "/broken"
    assert http_attributes(harness)["error.type"] == "LookupError"


def test_next_invocation_forgets_the_request(harness: Harness) -> None:
    harness.observe(started())
    harness.serve(STARLETTE, "/tickets/42")
    harness.invoke(2, status=None)
    _, second = harness.spans
    assert "http.route" not in (second.attributes or {})


class Seen:
    """An app that keeps the scopes it is called with."""

    def __init__(self) -> None:
        self.scopes: list[Scope] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's
        self.scopes.append(scope)
        self.current = get_current_span().get_span_context()


def test_headers_name_our_span_as_parent(harness: Harness) -> None:
    app = Seen()
    theirs = [(b"host", b"x"), (b"traceparent", TRACEPARENT.encode()), (b"tracestate", b"a=1,b=2")]
    harness.observe(started())
    harness.serve(app, headers=theirs, trace_context={"traceparent": TRACEPARENT, "tracestate": "a=1,b=2"})
    headers = dict(app.scopes[0]["headers"])
    span = harness.span("tickets-api")
    assert span.context
    assert headers[b"traceparent"].decode() == f"00-{W3C_IDS[0]}-{span.context.span_id:016x}-01"
    assert headers[b"tracestate"] == b"a=1,b=2"
    assert len(app.scopes[0]["headers"]) == 3
    assert app.current.span_id == span.context.span_id
    assert theirs[1] == (b"traceparent", TRACEPARENT.encode())


def test_callers_scope_is_left_alone(harness: Harness) -> None:
    async def outer(scope: Scope, receive: Receive, send: Send) -> None:
        before = dict(scope)
        await traced(scope, receive, send)
        assert scope == before

    traced = harness.telemetry.traced(STARLETTE)
    harness.observe(started())
    sent: list[Message] = []
    harness.invoke(inside=lambda: request(outer, "/tickets/42", sent))
    assert sent[0]["status"] == 200


def test_foreign_state_goes_with_the_foreign_parent(harness: Harness) -> None:
    app = Seen()
    harness.observe(started())
    harness.serve(app, headers=[(b"traceparent", b"garbage"), (b"tracestate", b"a=1")])
    headers = dict(app.scopes[0]["headers"])
    assert b"tracestate" not in headers
    assert headers[b"traceparent"] != b"garbage"


def test_callers_parent_is_passed_on_when_nothing_is_recorded() -> None:
    app = Seen()
    telemetry = Telemetry.from_env(ENVIRON, write=lambda _: None)
    telemetry.observe(started())
    telemetry.observe(invoked(trace_context={"traceparent": TRACEPARENT}))
    headers = [(b"traceparent", TRACEPARENT.encode())]
    request(telemetry.traced(app), "/", [], headers=headers)
    assert app.scopes[0]["headers"] == headers


def test_other_scopes_pass_untouched(harness: Harness) -> None:
    app = Seen()
    scope: Scope = {"type": "lifespan", "state": {}}

    async def never(*_: Any) -> Any:
        raise AssertionError

    coroutine = harness.telemetry.traced(app)(scope, never, never)
    with pytest.raises(StopIteration):
        coroutine.send(None)
    assert app.scopes[0] is scope


def test_outside_an_invocation_headers_stay(harness: Harness) -> None:
    app = Seen()
    headers = [(b"traceparent", TRACEPARENT.encode())]
    request(harness.telemetry.traced(app), "/", [], headers=headers)
    assert app.scopes[0]["headers"] == headers


def test_state_is_the_callers_own(harness: Harness) -> None:
    app, state = Seen(), {"model": object()}
    request(harness.telemetry.traced(app), "/", [], state=state)
    assert app.scopes[0]["state"] is state


def test_odd_headers_cost_a_fault_only(harness: Harness) -> None:
    app = Seen()
    harness.observe(started())
    harness.serve(app, headers=[()])
    assert len(app.scopes) == 1
    assert (harness.record("fault")["sink"], harness.record("fault")["error"]) == ("traced", "IndexError")


def test_odd_scope_costs_a_fault_only(harness: Harness) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scope.update(route=object(), fastapi="s3cret")

    harness.observe(started())
    harness.serve(app)
    assert (harness.record("fault")["sink"], harness.record("fault")["error"]) == ("traced", "AttributeError")
    assert harness.record("invocation")["status"] == 200


@pytest.mark.parametrize("route", ["/s3cret", object(), type("Route", (), {"path": 7})()])
def test_odd_routes_are_left_out(harness: Harness, route: object) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scope["route"] = route

    harness.observe(started())
    harness.serve(app)
    assert "http.route" not in http_attributes(harness)
    assert harness.records("fault") == []
