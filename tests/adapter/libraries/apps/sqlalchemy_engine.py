"""An engine of SQLAlchemy on asyncpg."""

import contextlib
import os
from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


def app_with(**options: Any) -> Starlette:
    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[dict[str, Any]]:
        url = os.environ["SERVER"].replace("postgresql:", "postgresql+asyncpg:")
        engine = create_async_engine(url, pool_size=1, **options)
        async with engine.connect():
            pass  # the pool opens its first connection now, not in the first request
        yield {"engine": engine}
        await engine.dispose()

    return Starlette(routes=[Route("/", connection)], lifespan=lifespan)


async def connection(request: Request) -> JSONResponse:
    async with request.state.engine.connect() as connected:
        return JSONResponse(await connected.scalar(text("SELECT pg_backend_pid()")))


plain = app_with()
pre_ping = app_with(pool_pre_ping=True)
