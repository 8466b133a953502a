"""The makers of events make what AWS makes: of the request that a sample event stands for, the sample."""

import base64
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.adapter.http.oracle.exchange import Gateway, Request
from tests.adapter.http.oracle.gateways.function_url import FUNCTION_URL
from tests.adapter.http.oracle.gateways.http_api import HTTP_API
from tests.adapter.http.oracle.gateways.lambda_edge import LAMBDA_EDGE
from tests.adapter.http.oracle.gateways.load_balancer import LOAD_BALANCER, SINGLE_LOAD_BALANCER
from tests.adapter.http.oracle.gateways.rest_api import HTTP_API_1, REST_API
from tests.adapter.http.oracle.gateways.vpc_lattice import VPC_LATTICE

ROOT = Path(__file__).parents[3]
SAM = ROOT / ".venv-sam" / "bin" / "sam"
SAMPLES = Path(__file__).parents[1] / "events"
OF_THE_GATEWAY = {
    "routeKey",
    "domainName",
    "stage",
    "x-amzn-trace-id",
    "config",
    "resource",
    "targetGroupArn",
}
"""What the maker makes up, since no request says it."""
ADDED = {
    "x-amzn-trace-id",
    "x-forwarded-for",
    "x-forwarded-port",
    "x-forwarded-proto",
    "cloudfront-forwarded-proto",
}
ADDED |= {"config", "protocol", "host"}
"""What not every sample shows."""
CURL = [(b"user-agent", b"curl/8.9.1"), (b"accept", b"*/*")]


def request_of(
    path: str,
    query: str = "",
    *lines: tuple[bytes, bytes],
    method: str = "GET",
    body: bytes = b"",
    **parts: Any,
) -> Request:
    """The request of a sample."""
    defaults: dict[str, Any] = {"scheme": "https", "server": ("a", 443), "client": ("203.0.113.9", 4711)}
    return Request(method, path, query, lines, body, **(defaults | parts))


def lines_of(headers: dict[str, Any], but: str = "x-forwarded-") -> list[tuple[bytes, bytes]]:
    """Header lines of a sample, less those that the gateway has added."""
    return [
        (name.encode(), value.encode())
        for name, values in headers.items()
        if not name.lower().startswith(but) and name.lower() != "x-amzn-trace-id"
        for value in (values if isinstance(values, list) else [values])
    ]


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))


def differing(made: Any, sample: Any, at: str = "") -> Iterator[str]:
    """Where what was made differs from the sample; what a sample has besides was not in the request."""
    if isinstance(made, dict) and isinstance(sample, dict):
        if "body" in made and "body" in sample:
            made, sample = with_plain_body(made), with_plain_body(sample)
        for name in made.keys() & sample.keys() - OF_THE_GATEWAY:
            yield from differing(made[name], sample[name], f"{at}.{name}")
        yield from (f"{at}.{name} is not in the sample" for name in made.keys() - sample.keys() - ADDED)
    elif isinstance(made, list) and isinstance(sample, list) and len(made) == len(sample):
        for index, (left, right) in enumerate(zip(made, sample, strict=True)):
            yield from differing(left, right, f"{at}[{index}]")
    elif made != sample:
        yield f"{at}: {made!r}, not {sample!r}"


def with_plain_body(event: dict[str, Any]) -> dict[str, Any]:
    """Samples have text in base64, which real events have so only for binary types."""
    body = event["body"]
    plain = base64.b64decode(body).decode() if event.get("isBase64Encoded") else body
    return {name: value for name, value in event.items() if name != "isBase64Encoded"} | {"body": plain}


def http_api() -> tuple[Gateway, Request, Any]:
    event = sample("http-api")
    query = "parameter1=value1&parameter1=value2&parameter2=value"
    lines = [(b"Header1", b"value1"), (b"Header2", b"value1"), (b"header2", b"value2")]
    request = request_of(
        "/path/to/resource",
        query,
        *lines,
        (b"Cookie", b"cookie1; cookie2"),
        method="POST",
        body=b'{"test":"body"}',
        client=("192.168.0.1/32", 1),
    )
    lower = {name.lower(): value for name, value in event["headers"].items()}
    return HTTP_API, request, event | {"headers": lower}


def rest_api(name: str, gateway: Gateway) -> tuple[Gateway, Request, Any]:
    event = sample(name)
    for entry in ("X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Proto"):
        event["headers"].pop(entry), event["multiValueHeaders"].pop(entry)
    event["headers"]["Host"] = event["multiValueHeaders"]["Host"][0]  # the sample has two
    event["requestContext"]["path"] = f"/live{event['path']}" if gateway is REST_API else event["path"]
    lines = lines_of(event["multiValueHeaders"])
    body = b'{"subject":"broken"}'
    request = request_of("/api/tickets", "foo=bar", *lines, method="POST", body=body, client=("127.0.0.1", 1))
    return gateway, request, event


def load_balancer() -> tuple[Gateway, Request, Any]:
    event = sample("load-balancer")
    request = request_of(
        "/path/to/resource",
        "query=1234ABCD",
        *lines_of(event["headers"]),
        method="POST",
        body=b'{"test":"body"}',
        scheme="http",
        server=("a", 80),
        client=("72.12.164.125", 4711),
    )
    return SINGLE_LOAD_BALANCER, request, event


def multi_value_load_balancer() -> tuple[Gateway, Request, Any]:
    event = sample("load-balancer-multi-value")
    request = request_of(
        "/path/to%20the/resource",
        "query=1234ABCD&query=a%20b",
        *lines_of(event["multiValueHeaders"]),
        scheme="http",
        server=("a", 80),
        client=("72.12.164.125", 4711),
    )
    return LOAD_BALANCER, request, event


def function_url() -> tuple[Gateway, Request, Any]:
    event = sample("function-url")
    request = request_of(
        "/path/to/resource",
        "parameter1=value1&parameter1=value2&parameter2=a%20b",
        *lines_of(event["headers"]),
        (b"cookie", b"cookie1=value1; cookie2=value2"),
        method="POST",
        body='{"text": "héllo"}'.encode(),
        client=("192.0.2.44", 4711),
    )
    event["headers"]["cookie"] = "cookie1=value1; cookie2=value2"  # recorded events have it twice
    return FUNCTION_URL, request, event


def edge() -> tuple[Gateway, Request, Any]:
    lines = [(b"Host", b"d123.cf.net"), (b"User-Agent", b"Test Agent"), (b"User-Name", b"aws-cloudfront")]
    client = ("2001:cdba::3257:9652", 4711)
    return LAMBDA_EDGE, request_of("/test", "auth=test&foo=bar", *lines, client=client), sample("edge")


# What requests recorded on AWS show of the encoding of each field, in events of our own. Sources are those of
# the makers' modules.
TWO_WORDS = request_of("/two%20words", "again=1&again=2&plus=a+b&coded=a%2Bb&none=", *CURL)
TWICE = request_of("/a", "", (b"X-Probe", b"first"), (b"x-probe", b"second"), (b"cookie", b"a=1; b=2"))
RECORDED: list[tuple[Gateway, Request, Any]] = [
    (
        HTTP_API,
        TWO_WORDS,
        {
            "rawPath": "/two words",
            "rawQueryString": "again=1&again=2&plus=a+b&coded=a%2Bb&none=",
            "queryStringParameters": {"again": "1,2", "plus": "a b", "coded": "a+b", "none": ""},
            "requestContext": {"http": {"path": "/two words"}},
        },
    ),
    (HTTP_API, TWICE, {"headers": {"x-probe": "first,second"}, "cookies": ["a=1", "b=2"]}),
    (HTTP_API, request_of("/a%3Fb/c"), {"rawPath": "/a", "requestContext": {"http": {"path": "/a"}}}),
    (
        FUNCTION_URL,
        TWO_WORDS,
        {
            "rawPath": "/two%20words",
            "rawQueryString": "again=1&again=2&plus=a+b&coded=a%2Bb&none=",
            "requestContext": {"http": {"path": "/two words"}},
        },
    ),
    (
        FUNCTION_URL,
        TWICE,
        {"headers": {"x-probe": "first,second", "cookie": "a=1; b=2"}, "cookies": ["a=1", "b=2"]},
    ),
    (
        REST_API,
        TWO_WORDS,
        {
            "path": "/two%20words",
            "queryStringParameters": {"again": "2", "plus": "a b", "coded": "a+b", "none": ""},
            "multiValueQueryStringParameters": {
                "again": ["1", "2"],
                "plus": ["a b"],
                "coded": ["a+b"],
                "none": [""],
            },
            "requestContext": {"path": "/live/two%20words"},
        },
    ),
    (
        REST_API,
        TWICE,
        {
            "headers": {"X-Probe": "second", "cookie": "a=1; b=2"},
            "multiValueHeaders": {"X-Probe": ["first", "second"]},
        },
    ),
    (HTTP_API_1, TWO_WORDS, {"path": "/two words"}),
    (
        LOAD_BALANCER,
        TWO_WORDS,
        {
            "path": "/two%20words",
            "multiValueQueryStringParameters": {
                "again": ["1", "2"],
                "plus": ["a+b"],
                "coded": ["a%2Bb"],
                "none": [""],
            },
        },
    ),
    (LOAD_BALANCER, TWICE, {"multiValueHeaders": {"x-probe": ["first", "second"], "cookie": ["a=1; b=2"]}}),
    (SINGLE_LOAD_BALANCER, TWICE, {"headers": {"x-probe": "second"}}),
    (VPC_LATTICE, TWICE, {"headers": {"x-probe": ["first", "second"]}, "path": "/a", "method": "GET"}),
]


@pytest.mark.parametrize(
    "made",
    [
        http_api(),
        rest_api("rest-api", REST_API),
        rest_api("http-api-1.0", HTTP_API_1),
        load_balancer(),
        multi_value_load_balancer(),
        function_url(),
        edge(),
    ],
    ids=lambda made: made[0].name,
)
def test_sample_is_made_of_its_request(made: tuple[Gateway, Request, Any]) -> None:
    gateway, request, event = made
    assert list(differing(gateway.event(request), event)) == []


@pytest.mark.parametrize(("gateway", "request_", "recorded"), RECORDED)
def test_fields_are_encoded_as_recorded(gateway: Gateway, request_: Request, recorded: Any) -> None:
    assert list(differing(recorded, gateway.event(request_))) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "name"),
    [(("apigateway", "http-api-proxy"), "http-api"), (("alb", "request"), "load-balancer")],
)
def test_samples_are_those_of_sam(words: tuple[str, str], name: str, tmp_path: Path) -> None:
    ran = subprocess.run(
        [str(SAM), "local", "generate-event", *words],
        capture_output=True,
        text=True,
        check=True,
        env={"SAM_CLI_TELEMETRY": "0", "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        timeout=50,
    )
    assert json.loads(ran.stdout) == sample(name)
