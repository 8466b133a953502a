"""Sanic, with its listeners, run by an ASGI server."""

import os

import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from sanic import Request, Sanic
from sanic.response import HTTPResponse, json

app = Sanic("connection")


@app.before_server_start
async def connect(app: Sanic) -> None:
    app.ctx.redis = redis.asyncio.from_url(os.environ["SERVER"], retry=Retry(NoBackoff(), 1))
    await app.ctx.redis.ping()


@app.after_server_stop
async def disconnect(app: Sanic) -> None:
    await app.ctx.redis.aclose()


@app.get("/")
async def connection(request: Request) -> HTTPResponse:
    return json(await request.app.ctx.redis.client_id())
