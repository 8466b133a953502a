"""The app: plain ASGI, for any server. Put yours in its place."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypedDict

from fastapi import FastAPI, Request

from adapter import preload


class State(TypedDict):
    """What the lifespan hands to every request; each key is the name of the `preload` block that loads it."""

    greeting: str


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[State]:
    """Load what requests need, once per execution environment; what follows `yield` closes it."""
    with preload("greeting"):
        greeting = "Hello from a lifespan that ran once."
    yield {"greeting": greeting}


app = FastAPI(title="Service", lifespan=lifespan)


@app.get("/")
async def greet(request: Request) -> dict[str, str]:
    """Say what the lifespan has loaded."""
    return {"message": request.state.greeting}
