from typing import Any

import pytest

from tests.adapter.events import http_event_1, rest_event
from tests.adapter.http.seen import result_of, scope_of


def test_h4_rest_api_path_is_decoded_once() -> None:
    scope = scope_of(rest_event("/50%2520off/%C3%A9"))
    assert (scope["path"], scope["raw_path"]) == ("/50%20off/é", b"/50%2520off/%C3%A9")


def test_h4_http_api_path_is_not_decoded_in_the_older_format_either() -> None:
    scope = scope_of(http_event_1("/50%20off/é"))
    assert (scope["path"], scope["raw_path"]) == ("/50%20off/é", b"/50%2520off/%C3%A9")


@pytest.mark.parametrize(
    ("several", "single", "query"),
    [
        ({"a": ["1", "2"], "b": ["x y+z"]}, {"a": "2"}, b"a=1&a=2&b=x+y%2Bz"),
        (None, {"a[]": "é&="}, b"a%5B%5D=%C3%A9%26%3D"),
        ({}, None, b""),
        ({"a": None, "b": [None, "1"], "c": "2"}, None, b"b=1&c=2"),
        ([], "a=1", b""),
    ],
)
def test_query_is_encoded(several: Any, single: Any, query: bytes) -> None:
    parameters = {"multiValueQueryStringParameters": several, "queryStringParameters": single}
    assert scope_of(rest_event() | parameters)["query_string"] == query


def test_each_line_of_a_header_is_kept() -> None:
    event = rest_event()
    event["multiValueHeaders"] = {"X-Probe": ["first", "second"], "Cookie": ["a=1", "b=2"]}
    event["headers"] = {"X-Probe": "second", "X-Alone": "1", "Cookie": "b=2"}
    assert scope_of(event)["headers"] == [
        (b"x-probe", b"first"),
        (b"x-probe", b"second"),
        (b"cookie", b"a=1; b=2"),
        (b"x-alone", b"1"),
    ]


def test_several_values_of_a_response_header() -> None:
    result = result_of(rest_event(), [(b"Vary", b"a"), (b"vary", b"b"), (b"X-One", b"1")])
    assert result["headers"] == {"x-one": "1"}
    assert result["multiValueHeaders"] == {"vary": ["a", "b"]}
