from typing import Any

import pytest
from awslambdaric.lambda_context import LambdaContext

from adapter.process.context import function_arn, remaining_s, request_id, trace_context
from tests.adapter.events import (
    edge_event,
    http_event,
    lattice_event,
    load_balancer_event,
    rest_event,
    single_load_balancer_event,
)

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
W3C = {"traceparent": PARENT, "tracestate": "a=1", "baggage": "k=v"}


def context_with(fields: Any, remaining_ms: int = 0) -> Any:
    """The runtime client's own context."""
    return LambdaContext("8f5", {"w3c": fields}, None, remaining_ms, "arn:aws:lambda:eu-west-1:1:function:f")


@pytest.mark.parametrize(
    "event",
    [http_event, rest_event, load_balancer_event, edge_event, lattice_event, single_load_balancer_event],
)
def test_headers_of_every_source(event: Any) -> None:
    headers = {"Traceparent": PARENT, "X-Amzn-Trace-Id": "Root=1-5", "authorization": "canary", "cookie": "c"}
    found = trace_context(event(headers=headers), None)
    assert found == {"traceparent": PARENT, "x-amzn-trace-id": "Root=1-5"}


def test_context_is_second() -> None:
    assert trace_context(http_event(headers={"X-Amzn-Trace-Id": "Root=1-5"}), context_with(W3C)) == {
        **W3C,
        "x-amzn-trace-id": "Root=1-5",
    }
    assert trace_context(http_event(headers={"traceparent": "mine"}), context_with(W3C)) == {
        "traceparent": "mine"
    }


def test_context_of_event_without_headers() -> None:
    assert trace_context({"Records": [{"eventSource": "aws:sqs"}]}, context_with(W3C)) == W3C


class Raising:
    def w3c(self) -> None:
        raise RuntimeError


class Sealed:
    @property
    def w3c(self) -> None:
        raise RuntimeError


class Odd:
    def w3c(self) -> dict[str, Any]:
        return {"traceparent": 1, "other": "x", "baggage": "k=v"}


@pytest.mark.parametrize(
    ("context", "found"),
    [
        (None, {}),
        (object(), {}),
        (Raising(), {}),
        (Sealed(), {}),
        (Odd(), {"baggage": "k=v"}),
        (context_with(None), {}),
    ],
)
def test_odd_contexts(context: Any, found: dict[str, str]) -> None:
    assert trace_context(http_event(), context) == found


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        "text",
        {},
        {"headers": None},
        {"headers": []},
        {"headers": {"traceparent": 1}},
        {"headers": {1: 2}},
        {"multiValueHeaders": {"traceparent": []}},
        {"Records": []},
        {"Records": [{"cf": {}}]},
        {"Records": [{"cf": {"request": {"headers": {"traceparent": []}}}}]},
    ],
)
def test_odd_events(event: Any) -> None:
    assert trace_context(event, None) == {}


def test_identity_of_the_request() -> None:
    assert request_id(context_with(W3C)) == "8f5"
    assert function_arn(context_with(W3C)).endswith(":function:f")
    assert request_id(None) != request_id(None)
    assert function_arn(None) == ""


def test_remaining_time() -> None:
    assert remaining_s(None) is remaining_s(object()) is None
    assert (remaining_s(context_with(W3C, remaining_ms=1 << 60)) or 0) > 1_000_000
    assert (remaining_s(context_with(W3C, remaining_ms=0)) or 0) < 0
