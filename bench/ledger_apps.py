"""Two ASGI apps that are cheap to serve and dear to start: one waits, one computes."""

import asyncio

from adapter import preload
from adapter.asgi import ASGIApp, Receive, Scope, Send

WAIT_S = 0.03
ROUNDS = 400_000
"""About as long on one core of 2026."""


async def wait() -> None:
    """Wait, as for a connection."""
    await asyncio.sleep(WAIT_S)


async def compute() -> None:
    """Compute, as to load a model."""
    sum(number * number for number in range(ROUNDS))


def app_of(resource: str) -> ASGIApp:
    """Make an app that loads `connection` or `model` at startup."""
    load = {"connection": wait, "model": compute}[resource]

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await receive()
            with preload(resource):
                await load()
            scope["state"][resource] = True
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        status = 204 if scope["state"][resource] else 500
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return app


waiting = app_of("connection")
computing = app_of("model")
