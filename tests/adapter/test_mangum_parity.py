"""Side by side with Mangum: the same app, the same real events; but for what docs/adapter.md lists."""

from typing import Any, NamedTuple
from urllib.parse import unquote

import pytest
from mangum import Mangum

from adapter import LifespanAdapter
from adapter.asgi import Receive, Scope, Send
from tests.adapter.mangum_apps import APPS, COOKIES, FORMAT_2, HTTP_EVENTS, SETTINGS, echo
from tests.docs.documents import table

pytestmark = pytest.mark.usefixtures("current_loop")


class Case(NamedTuple):
    """What is compared: names of an event, an app and settings."""

    event: str
    app: str
    settings: str


# What Mangum's result becomes by each row of the table "Different from Mangum", named by its first cell.


def untyped_format_2(case: Case, expected: dict[str, Any]) -> dict[str, Any]:
    if case.event not in FORMAT_2 or case.app not in {"untyped", "empty", "redirect"}:
        return expected
    headers = {name: value for name, value in expected["headers"].items() if name != "content-type"}
    body = {"body": "bytes", "isBase64Encoded": False} if case.app == "untyped" else {}
    return {**expected, "headers": headers, **body}


def untyped_rest(case: Case, expected: dict[str, Any]) -> dict[str, Any]:
    if case.event != "rest-api" or case.app != "untyped":
        return expected
    return {**expected, "body": "bytes", "isBase64Encoded": False}


def svg_is_text(case: Case, expected: dict[str, Any]) -> dict[str, Any]:
    if case.app != "binary that is text":
        return expected
    return {**expected, "body": "<svg/>", "isBase64Encoded": False}


def excluded(case: Case, expected: dict[str, Any]) -> dict[str, Any]:
    if case.settings != "all set" or case.event not in {*FORMAT_2, "http-api-1.0"}:
        return expected
    return {**expected, "headers": {name: v for name, v in expected["headers"].items() if name != "x-secret"}}


def edge_body(case: Case, expected: dict[str, Any]) -> dict[str, Any]:
    if case.event != "edge":
        return expected
    encoding = "base64" if expected["isBase64Encoded"] else "text"
    return {name: v for name, v in expected.items() if name != "isBase64Encoded"} | {"bodyEncoding": encoding}


def edge_lines(case: Case, expected: dict[str, Any]) -> dict[str, Any]:
    if case.event != "edge" or case.app != "cookies":
        return expected
    lines = {"set-cookie": COOKIES, "x-several": ["1", "2"]}
    headers = {name: [{"key": name, "value": value} for value in values] for name, values in lines.items()}
    return {**expected, "headers": expected["headers"] | headers}


DIFFERENT_RESPONSES = {
    "A response without `content-type`, format 2.0": untyped_format_2,
    "A response without `content-type`, REST API": untyped_rest,
    "A response of `+json`, `+xml`, or `Application/JSON`": svg_is_text,
    "`exclude_headers`, HTTP API and function URL": excluded,
    "Lambda@Edge: a binary response": edge_body,
    "Lambda@Edge: several lines of a response header": edge_lines,
}


def decoded_edge_path(event: str, scope: dict[str, Any]) -> dict[str, Any]:
    return {**scope, "path": unquote(scope["path"])} if event == "edge" else scope


def raw_path(event: str, scope: dict[str, Any]) -> dict[str, Any]:
    written = {"load-balancer-multi-value": b"/path/to%20the/resource"}
    return {**scope, "raw_path": written.get(event, scope["path"].encode())}


def spec_version(event: str, scope: dict[str, Any]) -> dict[str, Any]:
    return {**scope, "asgi": {"version": "3.0", "spec_version": "2.3"}}


def header_lines(event: str, scope: dict[str, Any]) -> dict[str, Any]:
    pairs = [(name, value) for name, value in scope["headers"]]
    if event == "load-balancer-multi-value":
        pairs = [pair for pair in pairs if pair != (b"cookie", b"cookie2=value2")]
        pairs[pairs.index((b"cookie", b"cookie1=value1"))] = (b"cookie", b"cookie1=value1; cookie2=value2")
    return {**scope, "headers": pairs}


def balanced_query(event: str, scope: dict[str, Any]) -> dict[str, Any]:
    written = {"load-balancer-multi-value": b"query=1234ABCD&query=a%20b"}
    return {**scope, "query_string": written.get(event, scope["query_string"])}


def no_server(event: str, scope: dict[str, Any]) -> dict[str, Any]:
    return {**scope, "server": None if scope["server"] == ("mangum", 80) else scope["server"]}


def default_port(event: str, scope: dict[str, Any]) -> dict[str, Any]:
    return {**scope, "server": ("d123.cf.net", 443)} if event == "edge" else scope


DIFFERENT_SCOPES = {
    "Lambda@Edge: the path": decoded_edge_path,
    "`raw_path`": raw_path,
    "`asgi.spec_version`": spec_version,
    "Header lines": header_lines,
    "Query of a load balancer": balanced_query,
    "Unknown client or server": no_server,
    "Default port": default_port,
}


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("app", APPS)
@pytest.mark.parametrize("event", HTTP_EVENTS)
def test_same_response(event: str, app: str, settings: str) -> None:
    expected = Mangum(APPS[app], *SETTINGS[settings])(HTTP_EVENTS[event], None)  # type: ignore[arg-type] # Mangum takes None as well
    for change in DIFFERENT_RESPONSES.values():
        expected = change(Case(event, app, settings), expected)
    with LifespanAdapter(APPS[app], *SETTINGS[settings]) as ours:
        assert ours(HTTP_EVENTS[event], None) == expected


@pytest.mark.parametrize("event", HTTP_EVENTS)
def test_same_scope(event: str) -> None:
    scopes: list[dict[str, Any]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scopes.append({**scope})
        await echo(scope, receive, send)

    Mangum(app)(HTTP_EVENTS[event], None)  # type: ignore[arg-type] # as above
    with LifespanAdapter(app) as ours:
        ours(HTTP_EVENTS[event], None)
    _, theirs, _, mine = scopes
    assert theirs["aws.event"] is mine["aws.event"] is HTTP_EVENTS[event]
    for change in DIFFERENT_SCOPES.values():
        theirs = change(event, theirs)
    assert theirs == mine


def test_differences_are_rows_of_the_table() -> None:
    rows = {row[0] for row in table("adapter", "Different from Mangum")}
    assert {*DIFFERENT_RESPONSES, *DIFFERENT_SCOPES} - rows == set()
