"""Litestar, which holds what it connected in its own state."""

import contextlib
import os
from collections.abc import AsyncIterator

import redis.asyncio
from litestar import Litestar, get
from litestar.datastructures import State
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff


@contextlib.asynccontextmanager
async def lifespan(app: Litestar) -> AsyncIterator[None]:
    async with redis.asyncio.from_url(os.environ["SERVER"], retry=Retry(NoBackoff(), 1)) as app.state.redis:
        await app.state.redis.ping()
        yield


@get("/")
async def connection(state: State) -> int:
    return int(await state.redis.client_id())


app = Litestar([connection], lifespan=[lifespan])
