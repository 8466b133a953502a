"""By way of a gateway a request and its response are the same as by uvicorn, but for known differences."""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.adapter.http.oracle.exchange import Gateway, Reply, Request
from tests.adapter.http.oracle.gateways.function_url import FUNCTION_URL
from tests.adapter.http.oracle.gateways.http_api import HTTP_API
from tests.adapter.http.oracle.gateways.lambda_edge import LAMBDA_EDGE
from tests.adapter.http.oracle.gateways.load_balancer import LOAD_BALANCER, SINGLE_LOAD_BALANCER
from tests.adapter.http.oracle.gateways.rest_api import HTTP_API_1, REST_API
from tests.adapter.http.oracle.gateways.vpc_lattice import VPC_LATTICE
from tests.adapter.http.oracle.sides import by_way_of, expected, straight
from tests.adapter.http.oracle.strategies import replies, requests

GATEWAYS = [
    HTTP_API, HTTP_API_1, FUNCTION_URL, REST_API, LOAD_BALANCER, SINGLE_LOAD_BALANCER, LAMBDA_EDGE,
    VPC_LATTICE,
]  # fmt: skip
FEW = settings(
    max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
MANY = settings(FEW, max_examples=5_000, derandomize="CI" in os.environ, print_blob=True)

each_gateway = pytest.mark.parametrize("gateway", GATEWAYS, ids=[gateway.name for gateway in GATEWAYS])


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """The loop of uvicorn's side; the adapter has one of its own."""
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


EVERYTHING = Request(
    "POST",
    "/two%20words%3Fa",
    "a=1&b=%2F&a=2&c",
    [(b"host", b"example.com"), (b"x-a", b"1"), (b"x-a", b"2"), (b"content-length", b"2")],
    b"ok",
    "https",
    ("example.com", 443),
    ("203.0.113.9", 4711),
)
"""Shows all that any gateway makes different of a request."""
ANSWER = Reply(200, [(b"x-a", b"1"), (b"x-a", b"2"), (b"x-b", b"\xe9")], [b"ok"])
"""The same of a response."""


def agree(gateway: Gateway, data: st.DataObject, loop: asyncio.AbstractEventLoop) -> None:
    request, reply = data.draw(requests(gateway)), data.draw(replies())
    seen, received = expected(gateway, request, *straight(request, reply, loop))
    actually_seen, actually_received = by_way_of(gateway, request, reply)
    assert actually_seen == seen
    assert actually_received == received


@each_gateway
@FEW
@given(data=st.data())
def test_gateway_agrees_with_uvicorn(
    gateway: Gateway, loop: asyncio.AbstractEventLoop, data: st.DataObject
) -> None:
    agree(gateway, data, loop)


@each_gateway
def test_each_difference_shows(gateway: Gateway, loop: asyncio.AbstractEventLoop) -> None:
    sides = straight(EVERYTHING, ANSWER, loop)
    actual = by_way_of(gateway, EVERYTHING, ANSWER)
    assert expected(gateway, EVERYTHING, *sides) == actual
    for difference in gateway.differences:
        others = replace(gateway, differences=[other for other in gateway.differences if other != difference])
        assert expected(others, EVERYTHING, *sides) != actual, difference.what


@pytest.mark.slow
@pytest.mark.timeout(600)
@each_gateway
@MANY
@given(data=st.data())
def test_gateway_agrees_with_uvicorn_in_many_cases(
    gateway: Gateway, loop: asyncio.AbstractEventLoop, data: st.DataObject
) -> None:
    agree(gateway, data, loop)
