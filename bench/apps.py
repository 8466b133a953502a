"""The apps that are measured: one route that answers at once, under a lifespan that does as told."""

# Each process is to import the framework that it measures, and no other; nor anything of ours, beside stock.
# ruff: noqa: PLC0415

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from adapter.asgi import ASGIApp

STARTUP_S: Final = 0.05
"""Of the app that starts slowly: a small model, or a connection."""


def starlette(startup_s: float = 0) -> ASGIApp:
    """Starlette, with a parameter in the path and JSON in the answer."""
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    async def read(request: Request) -> JSONResponse:
        return JSONResponse({"id": request.path_params["ticket"]})

    return Starlette(routes=[Route("/tickets/{ticket}", read)], lifespan=_lifespan(startup_s))


def fastapi(startup_s: float = 0) -> ASGIApp:
    """FastAPI, the same."""
    from fastapi import FastAPI

    app = FastAPI(lifespan=_lifespan(startup_s))

    @app.get("/tickets/{ticket}")
    async def read(ticket: str) -> dict[str, str]:
        return {"id": ticket}

    return app


def sample() -> ASGIApp:
    """The sample service of a generated project."""
    app: ASGIApp = importlib.import_module("service.app").app
    return app


APPS: Final[dict[str, Callable[[], ASGIApp]]] = {
    "starlette": starlette,
    "fastapi": fastapi,
    "starlette-50ms": lambda: starlette(STARTUP_S),
    "fastapi-50ms": lambda: fastapi(STARTUP_S),
    "sample": sample,
}


def _lifespan(startup_s: float) -> Callable[[Any], Any]:
    @asynccontextmanager
    async def lifespan(_app: Any) -> AsyncIterator[None]:
        if startup_s:
            await asyncio.sleep(startup_s)
        yield

    return lifespan
