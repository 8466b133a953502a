from typing import Any

import pytest

from adapter.http.function_url import FunctionUrl
from tests.adapter.events import function_url_event, http_event
from tests.adapter.http.seen import scope_of

CONFIG: Any = None


@pytest.mark.parametrize(
    ("raw_path", "decoded"),
    [
        ("/50%2520off", "/50%20off"),
        ("/capture/space%20value", "/capture/space value"),
        ("/a%2Fb", "/a/b"),
        ("/%C3%A9", "/é"),
        ("/%FF", "/\N{REPLACEMENT CHARACTER}"),
        ("/%zz%", "/%zz%"),
    ],
)
def test_h4_function_url_path_is_decoded_once(raw_path: str, decoded: str) -> None:
    scope = scope_of(function_url_event(raw_path, path=decoded))
    assert (scope["path"], scope["raw_path"]) == (decoded, raw_path.encode())


def test_text_that_is_not_ascii_is_encoded() -> None:
    scope = scope_of(function_url_event("/é%20\ud83d", path="/é ?"))
    assert (scope["path"], scope["raw_path"]) == ("/é ?", b"/%C3%A9%20%3F")


def test_decoded_path_stands_in() -> None:
    event = function_url_event(path="/50%20off")
    del event["rawPath"]
    scope = scope_of(event)
    assert (scope["path"], scope["raw_path"]) == ("/50%20off", b"/50%2520off")


def test_told_by_its_domain() -> None:
    event = function_url_event("/a%20b", path="/a b")
    event["requestContext"]["domainName"] = "api.example.com"
    assert scope_of(event)["raw_path"] == b"/a%20b"
    event["requestContext"]["http"]["path"] = "/a%20b"
    assert scope_of(event)["path"] == "/a%20b"


def test_as_a_custom_handler_it_takes_its_own_only() -> None:
    own, other = function_url_event("/50%2520off", path="/50%20off"), http_event("/50%20off")
    for event in (own, other):
        assert scope_of(event, custom_handlers=[FunctionUrl])["path"] == "/50%20off"
    assert (FunctionUrl.infer(own, None, CONFIG), FunctionUrl.infer(other, None, CONFIG)) == (True, False)
