import contextlib
from collections.abc import AsyncIterator
from typing import Annotated, Any

import pytest
from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException, Request
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request as StarletteRequest
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from adapter import LifespanAdapter
from adapter.asgi import ASGIApp
from adapter.facts import Fact, InvocationEnded, ShutdownEnded
from adapter.placement import Placement
from tests.adapter.events import http_event


class Pool:
    def __init__(self) -> None:
        self.open = True


@contextlib.asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[dict[str, object]]:
    pool = Pool()
    yield {"pool": pool, "unused": 1}
    pool.open = False


def ended(app: ASGIApp, event: dict[str, Any], *, status: int = 200) -> InvocationEnded:
    facts: list[Fact] = []
    with LifespanAdapter(app, observe=facts.append) as handler:
        assert handler(event, None)["statusCode"] == status
    fact = facts[4]
    assert isinstance(fact, InvocationEnded)
    return fact


def test_starlette_state() -> None:
    async def read(request: StarletteRequest) -> PlainTextResponse:
        assert request.state.pool.open
        assert request.state.pool is request.state.pool
        return PlainTextResponse("ok")

    app = Starlette(routes=[Mount("/api", routes=[Route("/read", read)])], lifespan=lifespan)
    assert ended(app, http_event("/api/read")).touched == {"pool": 3}


def test_starlette_middleware_state() -> None:
    class Marks(BaseHTTPMiddleware):
        async def dispatch(self, request: StarletteRequest, call_next: Any) -> Response:
            request.state.user = "ann"
            response: Response = await call_next(request)
            return response

    async def read(request: StarletteRequest) -> PlainTextResponse:
        return PlainTextResponse(request.state.user + str(request.state.pool.open))

    app = Starlette(routes=[Route("/", read)], middleware=[Middleware(Marks)], lifespan=lifespan)
    assert ended(app, http_event()).touched == {"pool": 1}


def pool_of(request: Request) -> Pool:
    pool: Pool = request.state.pool
    return pool


def fastapi_app() -> FastAPI:
    app = FastAPI(lifespan=lifespan)

    @app.get("/sync/{number}")
    def sync(number: int, pool: Annotated[Pool, Depends(pool_of)]) -> dict[str, bool]:
        return {"open": pool.open}

    @app.post("/later")
    async def later(tasks: BackgroundTasks, pool: Annotated[Pool, Depends(pool_of)]) -> None:
        def use() -> None:
            assert pool.open

        tasks.add_task(use)

    @app.get("/missing")
    async def missing() -> None:
        raise HTTPException(404)

    return app


@pytest.mark.parametrize(
    ("event", "status", "touched"),
    [
        (http_event("/sync/3"), 200, {"pool": 1}),
        (http_event("/sync/three"), 422, {"pool": 1}),
        (http_event("/later", "POST"), 200, {"pool": 1}),
        (http_event("/missing"), 404, {}),
    ],
)
def test_fastapi(event: dict[str, Any], status: int, touched: dict[str, int]) -> None:
    assert ended(fastapi_app(), event, status=status).touched == touched


@pytest.mark.parametrize("placement", ["init", "every_invocation"])
def test_fastapi_events_with_app_state(placement: Placement) -> None:
    app = FastAPI()

    def start() -> None:
        app.state.pool = Pool()

    def stop() -> None:
        app.state.pool.open = False

    app.router.on_startup.append(start)
    app.router.on_shutdown.append(stop)

    @app.get("/")
    def read() -> bool:
        is_open: bool = app.state.pool.open
        return is_open

    facts: list[Fact] = []
    with LifespanAdapter(app, placement=placement, observe=facts.append) as handler:
        assert [handler(http_event(), None)["body"] for _ in range(4)] == ["true"] * 4
    assert not app.state.pool.open
    assert all(fact.outcome == "complete" for fact in facts if isinstance(fact, ShutdownEnded))


def test_run_once_lifespan_every_invocation() -> None:
    runs = []

    @contextlib.asynccontextmanager
    async def once(app: FastAPI) -> AsyncIterator[dict[str, str]]:
        runs.append(1)
        if len(runs) > 1:
            raise RuntimeError(".run() can only be called once per instance")
        yield {"session": "s"}

    app = FastAPI(lifespan=once)

    @app.get("/")
    def read(request: Request) -> str:
        session: str = request.state.session
        return session

    with LifespanAdapter(app, placement="every_invocation") as handler:
        assert [handler(http_event(), None)["body"] for _ in range(4)] == ['"s"'] * 4
    assert len(runs) == 2
