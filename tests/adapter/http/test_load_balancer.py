from typing import Any

import pytest

from tests.adapter.events import load_balancer_event, single_load_balancer_event
from tests.adapter.http.seen import result_of, scope_of


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ("203.0.113.9, 198.51.100.7", ("198.51.100.7", 0)),
        ("198.51.100.7", ("198.51.100.7", 0)),
        ("203.0.113.9,198.51.100.7:4711", ("198.51.100.7", 4711)),
        ("2001:db8::1", ("2001:db8::1", 0)),
        ("[2001:db8::1]:4711", ("2001:db8::1", 4711)),
        (None, None),
        ("", None),
        ("203.0.113.9, ", None),
    ],
)
@pytest.mark.parametrize("event", [load_balancer_event, single_load_balancer_event])
def test_h7_client_is_the_last_forwarded_address(
    event: Any, forwarded: str | None, client: tuple[str, int] | None
) -> None:
    headers = {} if forwarded is None else {"x-forwarded-for": forwarded}
    assert scope_of(event(headers))["client"] == client


@pytest.mark.parametrize("event", [load_balancer_event, single_load_balancer_event])
def test_h7_unknown_server_is_none(event: Any) -> None:
    made = event()
    for name in ("headers", "multiValueHeaders"):
        made.get(name, {}).pop("host", None)
    assert scope_of(made)["server"] is None


def test_path_is_decoded_once() -> None:
    scope = scope_of(load_balancer_event(path="/50%2520off"))
    assert (scope["path"], scope["raw_path"]) == ("/50%20off", b"/50%2520off")


def test_query_is_as_the_client_wrote_it() -> None:
    several = load_balancer_event() | {"multiValueQueryStringParameters": {"a%2B": ["b+c", "%2F"], "d": [""]}}
    assert scope_of(several)["query_string"] == b"a%2B=b+c&a%2B=%2F&d="
    single = single_load_balancer_event() | {
        "queryStringParameters": {"redirect": "https%3A%2F%2Fexample.com"}
    }
    assert scope_of(single)["query_string"] == b"redirect=https%3A%2F%2Fexample.com"


def test_each_line_of_a_header_is_kept() -> None:
    event = load_balancer_event()
    event["multiValueHeaders"] = {"x-probe": ["first", "second"], "cookie": ["a=1", "b=2"]}
    assert scope_of(event)["headers"] == [
        (b"x-probe", b"first"),
        (b"x-probe", b"second"),
        (b"cookie", b"a=1; b=2"),
    ]


def test_response_has_the_fields_that_the_event_had() -> None:
    headers = [(b"set-cookie", b"a=1"), (b"Set-Cookie", b"b=2"), (b"set-cookie", b"c=3"), (b"x-1", b"1")]
    several = result_of(load_balancer_event(), headers)
    assert several["multiValueHeaders"] == {"set-cookie": ["a=1", "b=2", "c=3"], "x-1": ["1"]}
    assert "headers" not in several
    single = result_of(single_load_balancer_event(), headers)
    assert single["headers"] == {"set-cookie": "a=1", "Set-cookie": "b=2", "sEt-cookie": "c=3", "x-1": "1"}
    assert "multiValueHeaders" not in single


def test_more_lines_than_casings_keeps_what_fits() -> None:
    headers = [(b"a", b"%d" % number) for number in range(3)]
    assert result_of(single_load_balancer_event(), headers)["headers"] == {"a": "0", "A": "1"}
