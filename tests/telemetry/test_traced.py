from typing import Any

import pytest
from opentelemetry.trace import get_current_span
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from adapter.asgi import Message, Receive, Scope, Send
from telemetry.pipeline import Telemetry
from tests.telemetry.house import ENVIRON, House, request
from tests.telemetry.made import answered, invoked, started
from tests.telemetry.test_parent import TRACEPARENT, W3C_IDS


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


def http_attributes(house: House) -> dict[str, Any]:
    [span] = house.spans
    attributes = span.attributes or {}
    return {key: value for key, value in attributes.items() if key.startswith(("http.", "url.", "error."))}


def test_route_and_method_reach_the_span(house: House) -> None:
    house.observe(started())
    house.serve(STARLETTE, "/tickets/42", query=b"token=s3cret")
    assert http_attributes(house) == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "http.route": "/tickets/{id}",
        "url.path": "/tickets/{id}",
        "url.scheme": "https",
    }


def test_mounted_path_keeps_its_parameters(house: House) -> None:
    house.observe(started())
    house.serve(STARLETTE, "/halls/s3cret/seats/7")
    assert http_attributes(house)["http.route"] == "/seats/{seat}"


def test_unknown_path_is_not_told(house: House) -> None:
    house.observe(started())
    house.serve(STARLETTE, "/s3cret")
    assert http_attributes(house).keys().isdisjoint({"http.route", "url.path"})


@pytest.mark.parametrize(("method", "told"), [("PATCH", "PATCH"), ("S3CRET", "_OTHER"), ("get", "_OTHER")])
def test_methods_are_those_of_http(house: House, method: str, told: str) -> None:
    house.observe(started())
    house.serve(STARLETTE, "/tickets/42", method=method)
    assert http_attributes(house)["http.request.method"] == told


def test_callers_scheme_is_checked(house: House) -> None:
    house.observe(started())
    house.serve(STARLETTE, "/tickets/42", scheme="s3cret")
    assert "url.scheme" not in http_attributes(house)


def test_exception_goes_on_with_its_route_told(house: House) -> None:
    house.observe(started())
    began = invoked()
    house.observe(began)
    with pytest.raises(LookupError):
        request(house.telemetry.traced(STARLETTE), "/broken", [])
    house.observe(answered(began, status=500, error="LookupError"))
    assert http_attributes(house)["http.route"] == "/broken"
    assert http_attributes(house)["error.type"] == "LookupError"


def test_next_invocation_forgets_the_request(house: House) -> None:
    house.observe(started())
    house.serve(STARLETTE, "/tickets/42")
    house.invoke(2, status=None)
    _, second = house.spans
    assert "http.route" not in (second.attributes or {})


class Seen:
    """An app that keeps the scopes it is called with."""

    def __init__(self) -> None:
        self.scopes: list[Scope] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's
        self.scopes.append(scope)
        self.current = get_current_span().get_span_context()


def test_headers_name_our_span_as_parent(house: House) -> None:
    app = Seen()
    theirs = [(b"host", b"x"), (b"traceparent", TRACEPARENT.encode()), (b"tracestate", b"a=1,b=2")]
    house.observe(started())
    house.serve(app, headers=theirs, trace_context={"traceparent": TRACEPARENT, "tracestate": "a=1,b=2"})
    headers = dict(app.scopes[0]["headers"])
    span = house.span("tickets-api")
    assert span.context
    assert headers[b"traceparent"].decode() == f"00-{W3C_IDS[0]}-{span.context.span_id:016x}-01"
    assert headers[b"tracestate"] == b"a=1,b=2"
    assert len(app.scopes[0]["headers"]) == 3
    assert app.current.span_id == span.context.span_id
    assert theirs[1] == (b"traceparent", TRACEPARENT.encode())


def test_callers_scope_is_left_alone(house: House) -> None:
    async def outer(scope: Scope, receive: Receive, send: Send) -> None:
        before = dict(scope)
        await traced(scope, receive, send)
        assert scope == before

    traced = house.telemetry.traced(STARLETTE)
    house.observe(started())
    sent: list[Message] = []
    house.invoke(inside=lambda: request(outer, "/tickets/42", sent))
    assert sent[0]["status"] == 200


def test_foreign_state_goes_with_the_foreign_parent(house: House) -> None:
    app = Seen()
    house.observe(started())
    house.serve(app, headers=[(b"traceparent", b"garbage"), (b"tracestate", b"a=1")])
    headers = dict(app.scopes[0]["headers"])
    assert b"tracestate" not in headers
    assert headers[b"traceparent"] != b"garbage"


def test_callers_parent_is_told_when_nothing_is_recorded() -> None:
    app = Seen()
    telemetry = Telemetry.from_env(ENVIRON, write=lambda _: None)
    telemetry.observe(started())
    telemetry.observe(invoked(trace_context={"traceparent": TRACEPARENT}))
    headers = [(b"traceparent", TRACEPARENT.encode())]
    request(telemetry.traced(app), "/", [], headers=headers)
    assert app.scopes[0]["headers"] == headers


def test_other_scopes_pass_untouched(house: House) -> None:
    app = Seen()
    scope: Scope = {"type": "lifespan", "state": {}}

    async def never(*_: Any) -> Any:
        raise AssertionError

    coroutine = house.telemetry.traced(app)(scope, never, never)
    with pytest.raises(StopIteration):
        coroutine.send(None)
    assert app.scopes[0] is scope


def test_outside_an_invocation_headers_stay(house: House) -> None:
    app = Seen()
    headers = [(b"traceparent", TRACEPARENT.encode())]
    request(house.telemetry.traced(app), "/", [], headers=headers)
    assert app.scopes[0]["headers"] == headers


def test_state_is_the_callers_own(house: House) -> None:
    app, state = Seen(), {"model": object()}
    request(house.telemetry.traced(app), "/", [], state=state)
    assert app.scopes[0]["state"] is state


def test_odd_headers_cost_a_fault_only(house: House) -> None:
    app = Seen()
    house.observe(started())
    house.serve(app, headers=[()])
    assert len(app.scopes) == 1
    assert (house.record("fault")["sink"], house.record("fault")["error"]) == ("traced", "IndexError")


def test_odd_scope_costs_a_fault_only(house: House) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scope.update(route=object(), fastapi="s3cret")

    house.observe(started())
    house.serve(app)
    assert (house.record("fault")["sink"], house.record("fault")["error"]) == ("traced", "AttributeError")
    assert house.record("invocation")["status"] == 200


@pytest.mark.parametrize("route", ["/s3cret", object(), type("Route", (), {"path": 7})()])
def test_odd_routes_are_not_told(house: House, route: object) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scope["route"] = route

    house.observe(started())
    house.serve(app)
    assert "http.route" not in http_attributes(house)
    assert house.records("fault") == []
