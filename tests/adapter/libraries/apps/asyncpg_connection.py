"""A connection of asyncpg, without a pool."""

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
    connection = await asyncpg.connect(os.environ["SERVER"])
    yield {"connection": connection}
    await connection.close()


async def connection(request: Request) -> JSONResponse:
    return JSONResponse(await request.state.connection.fetchval("SELECT pg_backend_pid()"))


app = Starlette(routes=[Route("/", connection)], lifespan=lifespan)
