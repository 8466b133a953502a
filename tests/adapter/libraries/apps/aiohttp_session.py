"""A session of aiohttp."""

import contextlib
import os
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


async def number(session: aiohttp.ClientSession) -> int:
    """Number that the server has given to the connection."""
    async with session.post("/") as response:
        return int(await response.text())


@contextlib.asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[dict[str, Any]]:
    async with aiohttp.ClientSession(os.environ["SERVER"]) as session:
        await number(session)
        yield {"session": session}


async def connection(request: Request) -> JSONResponse:
    return JSONResponse(await number(request.state.session))


app = Starlette(routes=[Route("/", connection)], lifespan=lifespan)
