"""A client of httpx."""

import contextlib
import os
from collections.abc import AsyncIterator
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


@contextlib.asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[dict[str, Any]]:
    async with httpx.AsyncClient(base_url=os.environ["SERVER"]) as client:
        await client.post("/")
        yield {"client": client}


async def connection(request: Request) -> JSONResponse:
    return JSONResponse((await request.state.client.post("/")).json())


app = Starlette(routes=[Route("/", connection)], lifespan=lifespan)
