from typing import Any

import pytest

from tests.adapter.events import http_event
from tests.adapter.http.seen import result_of, scope_of


@pytest.mark.parametrize(
    ("path", "raw_path"),
    [
        ("/50%20off", b"/50%2520off"),  # a client's /50%2520off
        ("/a%2Fadmin", b"/a%252Fadmin"),  # a client's /a%252Fadmin, which an authorizer has seen so too
        ("/é/ü", b"/%C3%A9/%C3%BC"),
        ("/a b?c#d", b"/a%20b%3Fc%23d"),
        ("/plain/:@!$&'()*+,;=-._~", b"/plain/:@!$&'()*+,;=-._~"),
        ("/\ud83d", b"/%3F"),
    ],
)
def test_h4_http_api_path_is_not_decoded_twice(path: str, raw_path: bytes) -> None:
    scope = scope_of(http_event(path))
    assert (scope["path"], scope["raw_path"]) == (path.replace("\ud83d", "?"), raw_path)


@pytest.mark.parametrize("raw_path", ["/only/raw", "", None, 3])
def test_raw_path_stands_in(raw_path: Any) -> None:
    event = http_event()
    del event["requestContext"]["http"]["path"]
    assert scope_of({**event, "rawPath": raw_path})["path"] == (
        raw_path if isinstance(raw_path, str) and raw_path else "/"
    )


@pytest.mark.parametrize(
    ("cookies", "header", "expected"),
    [
        (["a=1", "b=2"], None, [b"a=1; b=2"]),
        (["a=1", "b=2"], "a=1; b=2", [b"a=1; b=2"]),  # a function URL has both
        (None, "a=1", [b"a=1"]),
        ([], "a=1", [b"a=1"]),
        ("a=1", None, []),
    ],
)
def test_cookies_are_one_line(cookies: Any, header: str | None, expected: list[bytes]) -> None:
    event = http_event(headers={} if header is None else {"cookie": header})
    lines = scope_of({**event, "cookies": cookies})["headers"]
    assert [value for name, value in lines if name == b"cookie"] == expected


def test_lines_of_one_name_are_joined() -> None:
    headers = [(b"Vary", b"a"), (b"set-cookie", b"x=1"), (b"vary", b"b"), (b"set-cookie", b"y=2")]
    result = result_of(http_event(), headers)
    assert result["headers"] == {"vary": "a,b"}
    assert result["cookies"] == ["x=1", "y=2"]


def test_no_cookies_no_key() -> None:
    assert set(result_of(http_event())) == {"statusCode", "headers", "body", "isBase64Encoded"}
