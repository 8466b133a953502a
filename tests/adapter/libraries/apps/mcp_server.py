"""A server of the Model Context Protocol, by its SDK, over HTTP."""

import contextlib
import os
from collections.abc import AsyncIterator
from typing import Any

import redis.asyncio
from mcp.server.mcpserver import Context, MCPServer
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff


@contextlib.asynccontextmanager
async def lifespan(server: MCPServer) -> AsyncIterator[redis.asyncio.Redis]:
    async with redis.asyncio.from_url(os.environ["SERVER"], retry=Retry(NoBackoff(), 1)) as client:
        await client.ping()
        yield client


server = MCPServer("connections", lifespan=lifespan)


@server.tool()
async def connection(context: Context[Any, Any]) -> int:
    """Number of the connection to Redis."""
    return int(await context.request_context.lifespan_context.client_id())


app = server.streamable_http_app(json_response=True, stateless_http=True, host="0.0.0.0")
