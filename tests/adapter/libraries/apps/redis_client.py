"""A client of redis-py."""

import contextlib
import os
from collections.abc import AsyncIterator
from typing import Any

import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


def app_with(**options: Any) -> Starlette:
    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[dict[str, Any]]:
        async with redis.asyncio.from_url(os.environ["SERVER"], **options) as client:
            await client.ping()
            yield {"client": client}

    return Starlette(routes=[Route("/", connection)], lifespan=lifespan)


async def connection(request: Request) -> JSONResponse:
    return JSONResponse(await request.state.client.client_id())


plain = app_with()
resp2 = app_with(protocol=2)
retry = app_with(retry=Retry(NoBackoff(), 1))
