"""A pool of asyncpg."""

import contextlib
import os
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


@contextlib.asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[dict[str, Any]]:
    async with asyncpg.create_pool(os.environ["SERVER"], min_size=1, max_size=1) as pool:
        yield {"pool": pool}


async def connection(request: Request) -> JSONResponse:
    return JSONResponse(await request.state.pool.fetchval("SELECT pg_backend_pid()"))


app = Starlette(routes=[Route("/", connection)], lifespan=lifespan)
