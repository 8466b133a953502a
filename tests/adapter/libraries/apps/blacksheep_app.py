"""BlackSheep, which injects what it connected."""

import os
from collections.abc import AsyncIterator

import redis.asyncio
from blacksheep import Application, get, json
from blacksheep.messages import Response
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

app = Application()


@app.lifespan
async def connect() -> AsyncIterator[None]:
    async with redis.asyncio.from_url(os.environ["SERVER"], retry=Retry(NoBackoff(), 1)) as client:
        await client.ping()
        app.services.add_instance(client, redis.asyncio.Redis)
        yield


@get("/")
async def connection(client: redis.asyncio.Redis) -> Response:
    return json(await client.client_id())
