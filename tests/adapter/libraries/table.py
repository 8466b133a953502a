"""The libraries that are tried, one row for each way to use them."""

import json
from collections.abc import Mapping
from typing import Any, Final

from tests.adapter.events import http_event
from tests.adapter.libraries.row import Row

JSON: Final = {"content-type": "application/json"}


def post(path: str, body: Mapping[str, Any], **headers: str) -> Mapping[str, Any]:
    """A request with a body in JSON."""
    return http_event(path, "POST", headers={**JSON, **headers}, body=json.dumps(body))


def rpc(method: str, number: int | None = 1, **parameters: Any) -> Mapping[str, Any]:
    """A message of the Model Context Protocol; without a number, a notification."""
    message = {"jsonrpc": "2.0", "method": method, "params": parameters}
    identified = message if number is None else {**message, "id": number}
    return post("/mcp", identified, accept="application/json, text/event-stream")


HELLO: Final = rpc(
    "initialize",
    protocolVersion="2025-06-18",
    capabilities={},
    clientInfo={"name": "test", "version": "1"},
)
LIST: Final = rpc("tools/list")
CALL: Final = rpc("tools/call", name="connection", arguments={})

CLIENTS: Final = [
    Row(
        name="asyncpg, a connection",
        package="asyncpg",
        app="asyncpg_connection",
        server="postgres",
        after_close=(500, 500),
        note="use a pool",
    ),
    Row(name="asyncpg, a pool", package="asyncpg", app="asyncpg_pool", server="postgres"),
    Row(name="asyncpg, a pool, on uvloop", package="asyncpg", app="asyncpg_on_uvloop", server="postgres"),
    Row(
        name="SQLAlchemy on asyncpg",
        package="sqlalchemy",
        app="sqlalchemy_engine:plain",
        server="postgres",
        after_close=(500, 200),
        note="set `pool_pre_ping=True`",
    ),
    Row(
        name="SQLAlchemy on asyncpg, `pool_pre_ping=True`",
        package="sqlalchemy",
        app="sqlalchemy_engine:pre_ping",
        server="postgres",
    ),
    Row(
        name="psycopg_pool",
        package="psycopg-pool",
        app="psycopg_async_pool:plain",
        server="postgres",
        after_close=(500, 200),
        note="set `check=AsyncConnectionPool.check_connection`",
    ),
    Row(
        name="psycopg_pool, `check=AsyncConnectionPool.check_connection`",
        package="psycopg-pool",
        app="psycopg_async_pool:checked",
        server="postgres",
    ),
    Row(
        name="redis-py, `from_url`",
        package="redis",
        app="redis_client:plain",
        server="redis",
        after_close=(500, 200),
        note="set `retry` or `protocol=2` ([a fault](https://github.com/redis/redis-py/issues/4252))",
    ),
    Row(name="redis-py, `from_url`, `retry`", package="redis", app="redis_client:retry", server="redis"),
    Row(name="redis-py, `from_url`, `protocol=2`", package="redis", app="redis_client:resp2", server="redis"),
    Row(name="httpx, POST requests", package="httpx", app="httpx_client", server="http"),
    Row(name="aiohttp, POST requests", package="aiohttp", app="aiohttp_session", server="http"),
    Row(name="aioboto3 on moto", package="aioboto3", app="aioboto3_client", server="s3"),
]
FRAMEWORKS: Final = [
    Row(name="Litestar", package="litestar", app="litestar_app", server="redis"),
    Row(name="Quart", package="quart", app="quart_app", server="redis"),
    Row(name="BlackSheep", package="blacksheep", app="blacksheep_app", server="redis"),
    Row(name="Sanic", package="sanic", app="sanic_app", server="redis"),
    Row(name="Django", package="django", app="django_app", server="postgres"),
    Row(
        name="Strawberry",
        package="strawberry-graphql",
        app="strawberry_app",
        server="redis",
        event=post("/graphql", {"query": "{ connection }"}),
        number=lambda body: int(body["data"]["connection"]),
    ),
    Row(
        name="MCP SDK",
        package="mcp",
        app="mcp_server",
        server="redis",
        first=(HELLO, rpc("notifications/initialized", None), LIST),
        event=CALL,
        number=lambda body: int(body["result"]["content"][0]["text"]),
    ),
]
TABLE: Final = [*CLIENTS, *FRAMEWORKS]
