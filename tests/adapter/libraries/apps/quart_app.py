"""Quart, with one generator around all that it serves."""

import os
from collections.abc import AsyncIterator
from typing import Any

import redis.asyncio
from quart import Quart, current_app
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

app = Quart(__name__)


@app.while_serving
async def connect() -> AsyncIterator[None]:
    async with redis.asyncio.from_url(os.environ["SERVER"], retry=Retry(NoBackoff(), 1)) as client:
        await client.ping()
        app.extensions["redis"] = client
        yield


@app.get("/")
async def connection() -> Any:
    return str(await current_app.extensions["redis"].client_id())
