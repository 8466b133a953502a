from typing import Any

import pytest
from fastapi import FastAPI, Request
from mangum.handlers import APIGateway
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from adapter import LifespanAdapter
from adapter.errors import SettingError
from tests.adapter.events import (
    edge_event,
    function_url_event,
    http_event,
    http_event_1,
    lattice_event,
    load_balancer_event,
    rest_event,
)
from tests.adapter.http.seen import scope_of


def paths(event: dict[str, Any], base: str = "/", **options: Any) -> tuple[str, str, Any]:
    """Path, root path and raw path of the scope."""
    scope = scope_of(event, base, **options)
    return scope["path"], scope["root_path"], scope["raw_path"]


def in_stage(event: dict[str, Any], stage: str, *, whole: Any = None, domain: str | None = None) -> Any:
    event["requestContext"] |= {"stage": stage, "path": whole, "domainName": domain}
    return event


@pytest.mark.parametrize("event", [http_event, rest_event, http_event_1])
@pytest.mark.parametrize("base", ["/api", "api", "/api/"])
@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("/api/items", ("/api/items", "/api", b"/api/items")),
        ("/api", ("/api/", "/api", b"/api/")),
        ("/api/", ("/api/", "/api", b"/api/")),
        ("/apiary/items", ("/apiary/items", "", b"/apiary/items")),
        ("/items/api", ("/items/api", "", b"/items/api")),
        ("/api/api/x", ("/api/api/x", "/api", b"/api/api/x")),
        ("", ("/", "", b"/")),
    ],
)
def test_h5_base_path_becomes_root_path(
    event: Any, base: str, sent: str, expected: tuple[str, str, bytes]
) -> None:
    assert paths(event(sent), base) == expected


def test_h4_base_path_is_no_second_decoding() -> None:
    assert paths(http_event("/api/50%20off"), "/api") == ("/api/50%20off", "/api", b"/api/50%2520off")
    assert paths(rest_event("/api/50%2520off"), "/api") == ("/api/50%20off", "/api", b"/api/50%2520off")
    url = function_url_event("/%61pi/50%2520off", path="/api/50%20off")
    assert paths(url, "/api") == ("/api/50%20off", "/api", b"/%61pi/50%2520off")


def test_several_segments() -> None:
    assert paths(http_event("/v1/api/x"), "/v1/api")[1] == "/v1/api"
    assert paths(http_event("/v1/apiary"), "/v1/api")[1] == ""


@pytest.mark.parametrize("base", ["/", "", "//"])
def test_no_base_path(base: str) -> None:
    assert paths(http_event("/api/x"), base) == ("/api/x", "", b"/api/x")


@pytest.mark.parametrize("event", [load_balancer_event, edge_event, lattice_event])
def test_other_triggers_have_no_base_path(event: Any) -> None:
    assert paths(event(path="/api/x"), "/api") == ("/api/x", "", b"/api/x")


@pytest.mark.parametrize("event", [load_balancer_event, edge_event, lattice_event])
def test_h5_root_path_is_put_before_every_path(event: Any) -> None:
    assert paths(event(path="/a%20b"), root_path="/v1") == ("/v1/a b", "/v1", b"/v1/a%20b")
    assert paths(event(), root_path="/v1") == ("/v1/", "/v1", b"/v1/")


def test_h5_root_path_stands_before_a_base_path() -> None:
    assert paths(rest_event("/api/x"), "/api", root_path="/é") == ("/é/api/x", "/é/api", b"/%C3%A9/api/x")


HOME = "id.execute-api.eu-west-1.amazonaws.com"
OWN = "api.example.com"


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        # A REST API takes the stage off.
        (in_stage(rest_event("/x"), "prod", whole="/prod/x", domain=HOME), ("/prod/x", "/prod", b"/prod/x")),
        (in_stage(rest_event("/"), "prod", whole="/prod", domain=HOME), ("/prod/", "/prod", b"/prod/")),
        (in_stage(rest_event("/"), "prod", whole="/prod/", domain=HOME), ("/prod/", "/prod", b"/prod/")),
        (
            in_stage(rest_event("/api/x"), "api", whole="/api/api/x", domain=HOME),
            ("/api/api/x", "/api", b"/api/api/x"),
        ),
        # Not behind a domain whose mapping names none.
        (
            in_stage(rest_event("/prod/x"), "prod", whole="/prod/x", domain=OWN),
            ("/prod/x", "/prod", b"/prod/x"),
        ),
        (in_stage(rest_event("/x"), "prod", whole="/x", domain=OWN), ("/x", "", b"/x")),
        (in_stage(rest_event("/x"), "prod"), ("/x", "", b"/x")),
        # An HTTP API leaves it in.
        (in_stage(http_event("/prod/x"), "prod", domain=HOME), ("/prod/x", "/prod", b"/prod/x")),
        (in_stage(http_event("/prod"), "prod", domain=HOME), ("/prod/", "/prod", b"/prod/")),
        (in_stage(http_event("/x"), "$default", domain=HOME), ("/x", "", b"/x")),
        (in_stage(http_event("/prod/x"), "prod", domain=OWN), ("/prod/x", "", b"/prod/x")),
        (in_stage(http_event("/prod/x"), "prod"), ("/prod/x", "/prod", b"/prod/x")),
        (in_stage(function_url_event("/x", path="/x"), "$default"), ("/x", "", b"/x")),
        (load_balancer_event(path="/x"), ("/x", "", b"/x")),
        (edge_event(path="/x"), ("/x", "", b"/x")),
    ],
)
def test_h5_stage(event: dict[str, Any], expected: tuple[str, str, bytes]) -> None:
    assert paths(event, root_path="stage") == expected


@pytest.mark.parametrize(
    ("event", "root_path"),
    [
        (in_stage(http_event("/prod/api/x"), "prod", domain=HOME), "/prod/api"),
        (in_stage(rest_event("/api/x"), "prod", whole="/prod/api/x", domain=HOME), "/prod/api"),
        (in_stage(rest_event("/api/prod/x"), "prod", whole="/api/prod/x", domain=OWN), "/api/prod"),
        (in_stage(http_event("/api/x"), "api", domain=HOME), "/api"),
    ],
)
def test_h5_stage_and_base_path(event: dict[str, Any], root_path: str) -> None:
    assert paths(event, "/api", root_path="stage")[1] == root_path


def test_h5_docs_and_redirects_keep_the_stage() -> None:
    app = FastAPI()

    @app.get("/items/")
    def items(request: Request) -> str:
        return str(request.url_for("items"))

    def answer(path: str) -> dict[str, Any]:
        event = in_stage(rest_event(path), "prod", whole=f"/prod{path}", domain=HOME)
        result: dict[str, Any] = handler(event, None)
        return result

    with LifespanAdapter(app, root_path="stage") as handler:
        assert "'/prod/openapi.json'" in answer("/docs")["body"]
        assert answer("/items")["headers"]["location"] == "https://example.com/prod/items/?q=1"
        assert answer("/items/")["body"] == '"https://example.com/prod/items/"'


@pytest.mark.parametrize("sent", ["/api", "/api/"])
def test_h5_base_path_alone_is_the_root(sent: str) -> None:
    async def root(request: Any) -> PlainTextResponse:
        return PlainTextResponse(str(request.url.path))

    with LifespanAdapter(Starlette(routes=[Route("/", root)]), "off", "/api") as handler:
        result = handler(http_event(sent), None)
    assert (result["statusCode"], result["body"]) == (200, "/api/")


@pytest.mark.parametrize("root_path", ["v1", "/v1/", "/", "Stage"])
def test_root_path_is_checked(root_path: str) -> None:
    with pytest.raises(SettingError, match="root_path must start with '/' and must not end with '/'"):
        LifespanAdapter(FastAPI(), root_path=root_path)


class Own(APIGateway):
    """A handler that knows better."""

    @property
    def scope(self) -> Any:
        return {**super().scope, "path": "/own"}


def test_custom_handler_keeps_its_path() -> None:
    assert paths(rest_event("/api/x"), "/api", custom_handlers=[Own]) == ("/own", "", None)
    stock = paths(rest_event("/api/x"), "/api", custom_handlers=[APIGateway])
    assert stock == ("/x", "", None)


def test_custom_handler_gets_the_root_path() -> None:
    assert paths(rest_event("/x"), custom_handlers=[Own], root_path="/v1") == ("/v1/own", "/v1", None)
    assert paths(rest_event("/x"), custom_handlers=[Own], root_path="stage") == ("/own", "", None)
