"""What apps of several frameworks say that they serve."""

from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route, WebSocketRoute

from telemetry.lab.app.routes import ServedPath, served_paths


async def endpoint(_request: Any) -> PlainTextResponse:
    return PlainTextResponse("")


async def asgi(_scope: Any, _receive: Any, _send: Any) -> None:
    return None


def lines(app: Any) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.path, one.methods) for one in served_paths(app) if one.documented]


def test_routes_of_starlette_in_mounts_and_middleware() -> None:
    inner = Starlette(routes=[Route("/", endpoint), Route("/{name:path}", endpoint, methods=["PUT", "POST"])])
    routes = [
        Route("/items/{number:int}", endpoint),
        WebSocketRoute("/socket", asgi),
        Mount("/files", CORSMiddleware(inner)),
        Mount("/other", asgi),
        Route("/raw", type("Raw", (), {"__call__": staticmethod(asgi)})()),
    ]
    assert lines(CORSMiddleware(Starlette(routes=routes))) == [
        ("/items/{number}", ("GET",)),
        ("/files/", ("GET",)),
        ("/files/{name}", ("POST", "PUT")),
        ("/other/", ()),
        ("/raw", ()),
    ]


def test_routes_of_fastapi_in_routers_and_mounts() -> None:
    router, app, mounted = APIRouter(prefix="/v1"), FastAPI(), FastAPI()
    router.get("/items/{number}")(lambda number: number)
    router.post("/items")(lambda: None)
    router.put("/items")(lambda: None)
    mounted.get("/inner")(lambda: None)
    app.include_router(router)
    app.mount("/outer", mounted)
    assert sorted(lines(app)) == [
        ("/outer/inner", ("GET",)),
        ("/v1/items", ("POST", "PUT")),
        ("/v1/items/{number}", ("GET",)),
    ]
    assert "/docs" in [one.path for one in served_paths(app)]


def test_routes_of_fastapi_without_a_description(monkeypatch: pytest.MonkeyPatch) -> None:
    def raises() -> None:
        raise TypeError

    app = FastAPI()
    app.get("/items")(lambda: None)
    monkeypatch.setattr(app, "openapi", raises)
    assert lines(app) == [("/items", ("GET",))]


def test_endpoint_of_an_mcp_server_is_known_by_its_class() -> None:
    of_sdk = type("StreamableHTTPASGIApp", (), {"__module__": "mcp.server.streamable_http_manager"})()
    behind = type("RequireAuth", (), {"app": of_sdk, "__call__": asgi})()
    of_somebody = type("StreamableHTTP", (), {"__module__": "shop.http", "__call__": asgi})()
    routes = [Route("/mcp", behind), Route("/stream", of_somebody), Mount("/tools", of_sdk)]
    assert served_paths(Starlette(routes=routes)) == [
        ServedPath("/mcp", mcp=True),
        ServedPath("/stream"),
        ServedPath("/tools/", mcp=True),
    ]


def test_app_without_routes_says_nothing() -> None:
    assert served_paths(asgi) == []
    assert served_paths(type("Endless", (), {})()) == []
    endless: Any = type("Endless", (), {})()
    endless.app = endless
    assert served_paths(endless) == []


def test_routes_with_handlers_as_litestar_keeps_them() -> None:
    def route(path: str, documented: list[bool]) -> Any:
        handlers = [SimpleNamespace(resolve_include_in_schema=lambda said=said: said) for said in documented]
        return SimpleNamespace(path=path, methods={"GET", "OPTIONS"}, route_handlers=handlers)

    app: Any = SimpleNamespace(
        routes=[route("/items/{number:int}", [True, False]), route("/schema", [False])]
    )
    assert served_paths(app) == [
        ServedPath("/items/{number}", ("GET",)),
        ServedPath("/schema", ("GET",), documented=False),
    ]
