"""GraphQL by Strawberry, on ASGI."""

import contextlib
import os
from collections.abc import AsyncIterator
from typing import Any

import redis.asyncio
import strawberry
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.asgi import GraphQL


@contextlib.asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[dict[str, Any]]:
    async with redis.asyncio.from_url(os.environ["SERVER"], retry=Retry(NoBackoff(), 1)) as client:
        await client.ping()
        yield {"redis": client}


@strawberry.type
class Query:
    @strawberry.field
    async def connection(self, info: strawberry.Info) -> int:
        return int(await info.context["request"].state.redis.client_id())


app = Starlette(routes=[Route("/graphql", GraphQL(strawberry.Schema(Query)))], lifespan=lifespan)
