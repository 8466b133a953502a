"""A client of aioboto3."""

import contextlib
import os
from collections.abc import AsyncIterator
from typing import Any

import aioboto3
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


@contextlib.asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[dict[str, Any]]:
    async with aioboto3.Session().client("s3", endpoint_url=os.environ["SERVER"]) as s3:
        await s3.list_buckets()
        yield {"s3": s3}


async def connection(request: Request) -> JSONResponse:
    listed = await request.state.s3.list_buckets()
    return JSONResponse(int(listed["ResponseMetadata"]["HTTPHeaders"]["x-connection"]))


app = Starlette(routes=[Route("/", connection)], lifespan=lifespan)
