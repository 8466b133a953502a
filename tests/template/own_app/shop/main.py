"""A team's own app, as it was before it came here but for `preload`."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from itsdangerous import Signer

from adapter import preload


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[dict[str, Any]]:
    with preload("prices"):
        prices = {"tea": 3, "coffee": 4}
    with preload("signer"):
        signer = Signer("a secret of this test")
    yield {"prices": prices, "signer": signer, "currency": os.environ["SHOP_CURRENCY"]}


app = FastAPI(lifespan=lifespan)


@app.get("/prices/{name}")
async def price(name: str, request: Request) -> dict[str, str]:
    return {"price": f"{request.state.prices[name]} {request.state.currency}"}


@app.post("/orders", status_code=201)
async def order(request: Request) -> dict[str, str]:
    return {"receipt": request.state.signer.sign(await request.body()).decode()}
