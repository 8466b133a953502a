import asyncio
import gc
import weakref

import pytest

from adapter import LifespanAdapter
from adapter.asgi import Receive, Scope, Send
from adapter.errors import LifespanStartupError
from tests.adapter.apps import COMPLETE, Recorded, respond
from tests.adapter.events import http_event


@pytest.mark.conformance("C36")
def test_lifespan_survives_garbage_collection() -> None:
    log = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send(COMPLETE)
            try:
                await receive()
            finally:
                log.append("lifespan ended")
            await send({"type": "lifespan.shutdown.complete"})
        else:
            gc.collect()
            log.append("request")
            await respond(send)

    handler = LifespanAdapter(app)
    handler(http_event(), None)
    handler(http_event(), None)
    assert log == ["request", "request"]
    handler.shutdown()
    assert log == ["request", "request", "lifespan ended"]


def test_shutdown_lets_go_of_the_app() -> None:
    """Nothing that outlives the adapter keeps what it was made of, so tests can make thousands."""
    app = Recorded()
    with LifespanAdapter(app) as handler:
        handler(http_event(), None)
    freed = weakref.ref(app)
    del app, handler
    gc.collect()
    assert freed() is None


@pytest.mark.conformance("C39")
def test_crash_of_request_leaves_lifespan() -> None:
    log = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send(COMPLETE)
            await receive()
            log.append("shutdown")
            await send({"type": "lifespan.shutdown.complete"})
        elif scope["path"] == "/exit":
            raise SystemExit(3)
        elif scope["path"] == "/cancel":
            raise asyncio.CancelledError
        elif scope["path"] == "/raise":
            raise ValueError
        else:
            await respond(send)

    with LifespanAdapter(app) as handler:
        assert handler(http_event("/exit"), None)["statusCode"] == 500
        assert handler(http_event("/cancel"), None)["statusCode"] == 500
        assert handler(http_event("/raise"), None)["statusCode"] == 500
        assert handler(http_event(), None)["statusCode"] == 200
        assert log == []
    assert log == ["shutdown"]


def test_exit_beside_request_leaves_lifespan() -> None:
    async def exits() -> None:
        raise SystemExit(3)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send(COMPLETE)
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
        elif scope["path"] == "/exit":
            await asyncio.gather(exits())
        else:
            await respond(send)

    with LifespanAdapter(app) as handler:
        with pytest.raises(SystemExit):
            handler(http_event("/exit"), None)
        assert handler(http_event(), None)["statusCode"] == 200


def test_exit_beside_startup_is_a_startup_error() -> None:
    async def exits() -> None:
        raise SystemExit(3)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await asyncio.gather(exits())

    with (
        LifespanAdapter(app) as handler,
        pytest.raises(LifespanStartupError, match=r"SystemExit at test_environment\.py"),
    ):
        handler(http_event(), None)
