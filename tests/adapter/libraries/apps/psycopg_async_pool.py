"""A pool of psycopg, which keeps workers of its own on the loop."""

import contextlib
import os
from collections.abc import AsyncIterator
from typing import Any

from psycopg_pool import AsyncConnectionPool
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


def app_with(**options: Any) -> Starlette:
    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[dict[str, Any]]:
        async with AsyncConnectionPool(os.environ["SERVER"], min_size=1, open=False, **options) as pool:
            await pool.wait()
            yield {"pool": pool}

    return Starlette(routes=[Route("/", connection)], lifespan=lifespan)


async def connection(request: Request) -> JSONResponse:
    async with request.state.pool.connection() as connected:
        (number,) = await (await connected.execute("SELECT pg_backend_pid()")).fetchone()
        return JSONResponse(number)


plain = app_with()
checked = app_with(check=AsyncConnectionPool.check_connection)
