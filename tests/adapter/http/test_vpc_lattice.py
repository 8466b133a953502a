from typing import Any

import pytest

from tests.adapter.events import lattice_event
from tests.adapter.http.seen import result_of, scope_of, seen


def test_h8_vpc_lattice_is_served() -> None:
    app = seen(lattice_event({"x-forwarded-for": "10.213.229.10"}, "/new%20path") | {"body": "{}"})
    assert app.body == b"{}"
    scope = app.scope
    assert (scope["method"], scope["path"], scope["raw_path"]) == ("GET", "/new path", b"/new%20path")
    assert (scope["query_string"], scope["client"]) == (b"q=1", ("10.213.229.10", 0))
    assert scope["server"] == ("example.com", 443)


@pytest.mark.parametrize(
    "headers", [{"Header2": "value1"}, {"header2": ["value1"]}, {"header2": ["value1", 3]}]
)
def test_header_values_may_be_strings_or_lists(headers: Any) -> None:
    assert scope_of(lattice_event() | {"headers": headers})["headers"] == [(b"header2", b"value1")]


@pytest.mark.parametrize(
    ("path", "parameters", "query"),
    [
        ("/a", {"order-id": "1"}, b"order-id=1"),
        ("/a", {"p": ["1", "2"], "q[=]": ["é &=%2F"]}, b"p=1&p=2&q[%3D]=%C3%A9%20%26=%2F"),
        ("/a?b=%20c", {"b": ["%20c"]}, b"b=%20c"),
        ("/a", None, b""),
    ],
)
def test_query(path: str, parameters: Any, query: bytes) -> None:
    scope = scope_of(lattice_event(path=path) | {"queryStringParameters": parameters})
    assert (scope["path"], scope["query_string"]) == ("/a", query)


def test_one_string_a_name_is_returned() -> None:
    headers = [(b"vary", b"a"), (b"vary", b"b"), (b"set-cookie", b"x=1"), (b"set-cookie", b"y=2")]
    result = result_of(lattice_event(), headers, b"ok", 201)
    assert result == {
        "statusCode": 201,
        "headers": {"vary": "a,b", "set-cookie": "x=1", "Set-cookie": "y=2"},
        "body": "ok",
        "isBase64Encoded": False,
    }
