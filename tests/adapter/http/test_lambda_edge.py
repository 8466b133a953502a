from typing import Any

import pytest

from adapter import LifespanAdapter
from adapter.errors import UnknownEventError
from tests.adapter.apps import Recorded
from tests.adapter.events import edge_event
from tests.adapter.http.seen import result_of, scope_of, seen

PNG = b"\x89PNG\r\n\x1a\n\x00\xff"


def test_h6_binary_body_is_marked_so() -> None:
    result = result_of(edge_event(), [(b"content-type", b"image/png")], PNG)
    assert (result["body"], result["bodyEncoding"]) == ("iVBORw0KGgoA/w==", "base64")
    result = result_of(edge_event(), [(b"content-type", b"text/plain")], b"ok")
    assert (result["body"], result["bodyEncoding"]) == ("ok", "text")
    assert "isBase64Encoded" not in result


def test_h6_every_cookie_is_set() -> None:
    headers = [(b"set-cookie", b"a=1"), (b"Set-Cookie", b"b=2")]
    assert result_of(edge_event(), headers)["headers"] == {
        "set-cookie": [{"key": "set-cookie", "value": "a=1"}, {"key": "set-cookie", "value": "b=2"}]
    }


def test_h6_every_line_of_a_header_is_seen() -> None:
    event = edge_event()
    event["Records"][0]["cf"]["request"]["headers"] = {
        "x-probe": [{"key": "X-Probe", "value": "first"}, {"key": "x-probe", "value": "second"}],
        "cookie": [{"key": "Cookie", "value": "a=1"}, {"key": "Cookie", "value": "b=2"}],
    }
    assert scope_of(event)["headers"] == [
        (b"x-probe", b"first"),
        (b"x-probe", b"second"),
        (b"cookie", b"a=1; b=2"),
    ]


@pytest.mark.parametrize(
    ("headers", "scheme", "port"),
    [
        ({}, "https", 443),
        ({"cloudfront-forwarded-proto": "https"}, "https", 443),
        ({"cloudfront-forwarded-proto": "http"}, "http", 80),
        ({"x-forwarded-proto": "http"}, "https", 443),
    ],
)
def test_h6_port_is_the_schemes(headers: dict[str, str], scheme: str, port: int) -> None:
    scope = scope_of(edge_event(headers))
    assert (scope["scheme"], scope["server"]) == (scheme, ("example.com", port))


@pytest.mark.parametrize("kind", ["viewer-response", "origin-response"])
def test_h6_response_triggers_are_no_requests(kind: str) -> None:
    event = edge_event()
    event["Records"][0]["cf"]["config"]["eventType"] = kind
    event["Records"][0]["cf"]["response"] = {"status": "200", "headers": {}}
    with LifespanAdapter(Recorded()) as handler, pytest.raises(UnknownEventError):
        handler(event, None)


def test_path_is_decoded() -> None:
    scope = scope_of(edge_event(path="/50%2520off/%C3%A9"))
    assert (scope["path"], scope["raw_path"]) == ("/50%20off/é", b"/50%2520off/%C3%A9")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"encoding": "base64", "data": "b2s="}, b"ok"),
        ({"encoding": "text", "data": "ok"}, b"ok"),
        (None, b""),
        ("ok", b""),
    ],
)
def test_body(body: Any, expected: bytes) -> None:
    event = edge_event()
    event["Records"][0]["cf"]["request"]["body"] = body
    assert seen(event).body == expected
