from typing import Any

import pytest

from tests.adapter.events import TRIGGERS, http_event, of_every_trigger, rest_event
from tests.adapter.http.seen import scope_of, seen


@pytest.mark.parametrize("trigger", TRIGGERS)
@pytest.mark.parametrize(
    ("host", "port", "server"),
    [
        ("example.com", None, ("example.com", 443)),
        ("example.com", "8443", ("example.com", 8443)),
        ("example.com:8080", "443", ("example.com", 8080)),
        ("[2001:db8::1]", None, ("2001:db8::1", 443)),
        ("[2001:db8::1]:8080", None, ("2001:db8::1", 8080)),
        ("2001:db8::1", None, ("2001:db8::1", 443)),
        ("example.com", "443,8443", ("example.com", 8443)),
        ("example.com", "no port", ("example.com", 443)),
        ("example.com:", "99999", ("example.com", 443)),
        ("example.com:³", "-1", ("example.com", 443)),
        ("", "443", None),
        (":443", None, None),
    ],
)
def test_h2_host_and_port_are_read_or_left_out(
    trigger: str, host: str, port: str | None, server: tuple[str, int] | None
) -> None:
    headers = {"host": host} | ({} if port is None else {"x-forwarded-port": port})
    event = of_every_trigger(headers)[trigger]
    if trigger in {"HTTP API 1.0", "REST API"}:
        del event["multiValueHeaders"]["Host"], event["headers"]["Host"]
    assert scope_of(event)["server"] == server


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_h3_raw_path_is_bytes(trigger: str) -> None:
    assert scope_of(of_every_trigger()[trigger])["raw_path"] == b"/"


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_as_uvicorn_has_it(trigger: str) -> None:
    scope = scope_of(of_every_trigger({"x-forwarded-for": "192.0.2.1"})[trigger])
    assert {
        name: scope[name] for name in ("type", "http_version", "method", "path", "root_path", "asgi")
    } == {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "path": "/",
        "root_path": "",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
    }
    assert scope["query_string"] == b"q=1"
    assert scope["client"] == ("192.0.2.1", 0)
    assert all(type(line) is tuple for line in scope["headers"])


@pytest.mark.parametrize(
    ("forwarded", "scheme"),
    [
        (None, "https"),
        ("http", "http"),
        ("HTTPS", "https"),
        ("https,http", "http"),
        ("http, https", "https"),
        ("gopher", "https"),
        ("", "https"),
    ],
)
def test_scheme_is_that_of_the_last_proxy(forwarded: str | None, scheme: str) -> None:
    event = http_event()
    event["headers"] = {} if forwarded is None else {"x-forwarded-proto": forwarded}
    assert scope_of(event)["scheme"] == scheme


def test_default_port_is_the_schemes() -> None:
    assert scope_of(http_event(headers={"x-forwarded-proto": "http"}))["server"] == ("example.com", 80)


def test_header_is_utf8_and_half_a_character_a_question_mark() -> None:
    headers = {"x-user": "José", "x-half": "\ud83d"}
    lines = dict(scope_of(http_event(headers=headers))["headers"])
    assert (lines[b"x-user"], lines[b"x-half"]) == ("José".encode(), b"?")


@pytest.mark.parametrize(
    ("body", "is_base64", "expected"),
    [
        (None, False, b""),
        ("", False, b""),
        ("é", False, "é".encode()),
        ("w6k=", True, "é".encode()),
        ("abcde", True, b"abcde"),
        ("é", True, "é".encode()),
        (b"bytes", False, b"bytes"),
        ({"a": 1}, False, b""),
        (7, True, b""),
        ("\ud83d", False, b"?"),
    ],
)
@pytest.mark.parametrize("event", [http_event, rest_event])
def test_body(event: Any, body: Any, is_base64: bool, expected: bytes) -> None:  # noqa: FBT001 - a case
    assert seen({**event(), "body": body, "isBase64Encoded": is_base64}).body == expected
