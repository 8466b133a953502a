"""An app answers 404, 405 or 406: the lab shows an event that would reach it, as far as that is known."""

import json
from pathlib import Path
from typing import Any

import pytest

from telemetry.lab.app.routes import ServedPath
from telemetry.lab.events import GET_ROOT
from telemetry.lab.platform.invocation import HttpResponse
from telemetry.lab.run.example_event import example_event
from tests.adapter.libraries.kept_function import python
from tests.telemetry.lab.conftest import Lab

FEW = ("--environments", 1, "--invocations", 2)
NOT_FOUND = HttpResponse(404, {}, "Not Found")
ITEMS = [
    ServedPath("/docs", ("GET",), documented=False),
    ServedPath("/items", ("POST",)),
    ServedPath("/items/{number}", ("DELETE", "GET")),
]


def shown(text: str) -> dict[str, Any]:
    """The event in what was said."""
    (line,) = [line for line in text.splitlines() if line.startswith('  {"version"')]
    found: dict[str, Any] = json.loads(line)
    return found


def said(response: HttpResponse, paths: list[ServedPath], event: Any = GET_ROOT) -> str:
    return "\n".join(example_event(event, response, paths))


def event_of(method: str, path: str) -> dict[str, Any]:
    return {"version": "2.0", "rawPath": path, "requestContext": {"http": {"method": method}}}


def asked(event: dict[str, Any]) -> str:
    http = event["requestContext"]["http"]
    assert event["rawPath"] == http["path"]
    return f"{http['method']} {http['path']}"


def test_n4_default_request_that_is_not_served() -> None:
    text = said(NOT_FOUND, ITEMS)
    assert text.startswith("Without --event, the lab sends GET /.\nThe app says that it serves:\n")
    assert "  POST /items\n  DELETE, GET /items/{number}\n" in text
    assert "/docs" not in text
    assert asked(shown(text)) == "GET /items/{number}"
    assert "save it as event.json, with values for {number}:" in text
    assert text.endswith("and add: --event event.json")


def test_n4_request_whose_path_is_served_with_another_method() -> None:
    response = HttpResponse(405, {"allow": "POST"}, "")
    text = said(response, ITEMS, event_of("GET", "/items"))
    assert "Without --event" not in text
    event = shown(text)
    assert (asked(event), event["body"]) == ("POST /items", "BODY")
    assert "with values for BODY:" in text
    text = said(response, ITEMS, event_of("GET", "/items/7"))
    assert asked(shown(text)) == "DELETE /items/7"


def test_n4_app_that_does_not_tell_its_routes() -> None:
    text = said(NOT_FOUND, [])
    assert "Which paths the app serves cannot be read from it." in text
    assert asked(shown(text)) == "GET /PATH"
    assert "with values for /PATH:" in text
    text = said(HttpResponse(405, {"allow": "HEAD, PUT"}, ""), [], event_of("GET", "/cart"))
    assert asked(shown(text)) == "PUT /cart"
    text = said(HttpResponse(405, {}, ""), [ServedPath("/cart")], event_of("GET", "/cart"))
    assert asked(shown(text)) == "METHOD /cart"
    assert "with values for METHOD:" in text
    text = said(HttpResponse(406, {}, ""), ITEMS, event_of("GET", "/items/7"))
    assert (asked(shown(text)), shown(text)["headers"]["accept"]) == ("GET /items/7", "CONTENT-TYPE")
    assert "with values for CONTENT-TYPE:" in text


@pytest.mark.parametrize(
    ("response", "paths", "event"),
    [
        (NOT_FOUND, [ServedPath("/mcp", mcp=True)], GET_ROOT),
        (HttpResponse(406, {}, ""), [ServedPath("/mcp", mcp=True)], event_of("POST", "/mcp")),
        (HttpResponse(406, {}, '{"jsonrpc":"2.0","error":{}}'), [], event_of("GET", "/mcp")),
        (HttpResponse(405, {}, '{"jsonrpc":"2.0","error":{}}'), [], event_of("GET", "/mcp")),
    ],
)
def test_n4_mcp_server_gets_the_first_request_of_a_client(
    response: HttpResponse, paths: list[ServedPath], event: Any
) -> None:
    text = said(response, paths, event)
    assert ("if that is a server of the Model Context Protocol" in text) == (not paths)
    found = shown(text)
    assert asked(found) == "POST /mcp"
    assert found["headers"]["accept"] == "application/json, text/event-stream"
    assert json.loads(found["body"])["method"] == "initialize"


def test_n4_many_paths_are_not_all_shown() -> None:
    text = said(NOT_FOUND, [ServedPath(f"/{number}", ("GET",)) for number in range(30)])
    assert "  GET /9\n  and 20 more\n" in text


def test_n4_event_that_is_shown_reaches_the_app(lab: Lab, here: Path) -> None:
    source = """
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

async def cart(request):
    return PlainTextResponse("empty", 200 if request.url.path == "/shop/cart" else 500)

app = Starlette(routes=[Mount("/shop", routes=[Route("/cart", cart, methods=["DELETE"])])])
"""
    (here / "shop.py").write_text(source, encoding="utf-8")
    run = lab("--app", "shop:app", *FEW)
    assert run.code == 1
    assert "GET /: status 404\n  Its body: Not Found\n" in run.stderr
    (here / "event.json").write_text(json.dumps(shown(run.stderr)), encoding="utf-8")
    run = lab("--app", "shop:app", "--event", "event.json", *FEW)
    assert (run.code, run.stderr.count("first failing")) == (0, 0)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_n4_event_that_is_shown_reaches_an_mcp_server(lab: Lab, here: Path) -> None:
    source = """
from mcp.server import MCPServer
app = MCPServer("none").streamable_http_app(stateless_http=True, json_response=True, host="0.0.0.0")
"""
    (here / "tools.py").write_text(source, encoding="utf-8")
    target = ("--python", python(), "--app", "tools:app", "--app-dir", ".", *FEW)
    run = lab(*target)
    assert "POST /mcp (Model Context Protocol)" in run.stderr
    (here / "event.json").write_text(json.dumps(shown(run.stderr)), encoding="utf-8")
    run = lab(*target, "--event", "event.json")
    assert (run.code, run.stderr.count("first failing")) == (0, 0)
