"""A pool of asyncpg on a loop of uvloop, which was made the thread's current one before the handler."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

asyncio.set_event_loop(uvloop.new_event_loop())


@contextlib.asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[dict[str, Any]]:
    assert isinstance(asyncio.get_running_loop(), uvloop.Loop)
    async with asyncpg.create_pool(os.environ["SERVER"], min_size=1, max_size=1) as pool:
        yield {"pool": pool}


async def connection(request: Request) -> JSONResponse:
    return JSONResponse(await request.state.pool.fetchval("SELECT pg_backend_pid()"))


app = Starlette(routes=[Route("/", connection)], lifespan=lifespan)
