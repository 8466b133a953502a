import enum
import json
from http import HTTPStatus
from typing import Any

import pytest
from starlette.responses import PlainTextResponse

from adapter import LifespanAdapter
from adapter.asgi import Receive, Scope, Send
from adapter.facts import Fact, InvocationEnded
from tests.adapter.events import TRIGGERS, http_event, of_every_trigger, rest_event
from tests.adapter.http.seen import result_of, values_of

GZIP = b"\x1f\x8b\x08\x00\x00"


def is_base64(result: dict[str, Any]) -> bool:
    return result.get("isBase64Encoded") is True or result.get("bodyEncoding") == "base64"


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_h1_header_that_is_not_utf8_is_latin_1(trigger: str) -> None:
    response = PlainTextResponse("ok", headers={"x-user": "José"})
    with LifespanAdapter(response, "off") as handler:
        result = handler(of_every_trigger()[trigger], None)
    assert values_of(result, "x-user") == ["José"]
    json.dumps(result)


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_h1_header_that_is_utf8_stays_so(trigger: str) -> None:
    result = result_of(of_every_trigger()[trigger], [(b"x-user", "Zoë 漢".encode())])
    assert values_of(result, "x-user") == ["Zoë 漢"]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("X-A", "text", "text"),
        (b"x-a", bytearray(b"\xe9"), "é"),
        (b"x-a", memoryview(b"v"), "v"),
        (b"x-a", 7, "7"),
        (b"x-a", None, "None"),
    ],
)
def test_h1_header_of_another_type_loses_no_response(name: Any, value: Any, expected: str) -> None:
    assert values_of(result_of(rest_event(), [(name, value)]), "x-a") == [expected]


def test_headers_may_be_an_iterator() -> None:
    result = result_of(http_event(), iter([(b"x-a", b"1"), (b"x-b", b"\xe9")]))  # type: ignore[arg-type] # as ASGI has it
    assert result["headers"] == {"x-a": "1", "x-b": "é"}


@pytest.mark.parametrize("trigger", TRIGGERS)
@pytest.mark.parametrize(("status", "body"), [(204, b""), (200, b""), (200, b"ok")])
def test_h9_no_content_type_is_added(trigger: str, status: int, body: bytes) -> None:
    result = result_of(of_every_trigger()[trigger], [(b"x-a", b"1")], body, status)
    assert values_of(result, "content-type") == []


class Status(int, enum.Enum):
    TEAPOT = 418


class Formatted(int):
    def __str__(self) -> str:
        return "four hundred"

    __repr__ = __int__ = __str__  # type: ignore[assignment] # as odd as can be


class Index:
    def __index__(self) -> int:
        return 418


@pytest.mark.parametrize("trigger", TRIGGERS)
@pytest.mark.parametrize("status", [Status.TEAPOT, Formatted(418), Index(), HTTPStatus(418), "418", 418.0])
def test_t6_status_is_a_plain_number(trigger: str, status: Any) -> None:
    ended: list[Any] = []

    def observe(fact: Fact) -> None:
        if isinstance(fact, InvocationEnded):
            ended.append(fact.status)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": status})
        await send({"type": "http.response.body"})

    with LifespanAdapter(app, "off", observe=observe) as handler:
        result = handler(of_every_trigger()[trigger], None)
    for found in (ended[0], result.get("statusCode", result.get("status"))):
        assert (str(found), type(found)) == ("418", str if found == "418" else int)


@pytest.mark.parametrize(
    "status", [True, 0, -1, 99, 1000, 10**30, 200.5, float("nan"), float("inf"), "OK", "9" * 5000, None]
)
def test_t6_status_that_no_response_can_have_fails_the_app(status: Any) -> None:
    facts: list[Fact] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": status})
        await send({"type": "http.response.body"})

    with LifespanAdapter(app, "off", observe=facts.append) as handler:
        assert handler(http_event(), None)["statusCode"] == 500
    [ended] = [fact for fact in facts if isinstance(fact, InvocationEnded)]
    assert (ended.status, ended.error) == (500, "UnexpectedMessage")


UNTYPED_TEXT = ["HTTP API", "function URL", "REST API", "VPC Lattice"]


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_h12_text_without_a_type_is_text_where_base64_would_be_given_out(trigger: str) -> None:
    result = result_of(of_every_trigger()[trigger], [], b"ok")
    assert is_base64(result) is (trigger not in UNTYPED_TEXT)
    assert is_base64(result_of(of_every_trigger()[trigger], [], b"\xff"))


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_h9_excluded_type_counts_all_the_same(trigger: str) -> None:
    event, headers = of_every_trigger()[trigger], [(b"content-type", b"image/png")]
    result = result_of(event, headers, b"ok", exclude_headers=["content-type"])
    assert is_base64(result)
    assert values_of(result, "content-type") == []


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_h9_excluded_headers_are_left_out(trigger: str) -> None:
    headers = [(b"X-Secret", b"1"), (b"x-secret", b"2"), (b"set-cookie", b"a=1"), (b"x-a", b"1")]
    event = of_every_trigger()[trigger]
    result = result_of(event, headers, exclude_headers=["x-Secret", "Set-Cookie"])
    assert [values_of(result, name) for name in ("x-secret", "set-cookie", "x-a")] == [[], [], ["1"]]


@pytest.mark.parametrize("trigger", TRIGGERS)
@pytest.mark.parametrize(
    "content_type",
    [
        "application/problem+json",
        "application/geo+json",
        "image/svg+xml",
        "Application/JSON",
        "TEXT/HTML",
        "application/vnd.api+json; charset=utf-8",
        "application/atom+xml ;type=entry",
    ],
)
def test_h12_text_is_not_encoded(trigger: str, content_type: str) -> None:
    headers = [(b"content-type", content_type.encode())]
    result = result_of(of_every_trigger()[trigger], headers, "é".encode())
    assert (result["body"], is_base64(result)) == ("é", False)


@pytest.mark.parametrize("trigger", TRIGGERS)
@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/octet-stream", b"ok"),
        ("image/png", b"\x89PNG"),
        ("text/plain", b"\xe9"),
        ("application/json", GZIP),
        (None, b"\xff"),
    ],
)
def test_all_else_is_base64(trigger: str, content_type: str | None, body: bytes) -> None:
    headers = [] if content_type is None else [(b"content-type", content_type.encode())]
    assert is_base64(result_of(of_every_trigger()[trigger], headers, body))


def test_types_of_ones_own_are_text_in_any_case() -> None:
    types: dict[str, Any] = {"text_mime_types": ["Image/Svg"]}
    assert not is_base64(result_of(http_event(), [(b"content-type", b"image/SVG")], b"<svg/>", **types))
    assert is_base64(result_of(http_event(), [(b"content-type", b"text/plain")], b"ok", **types))
