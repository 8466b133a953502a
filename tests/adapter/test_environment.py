import asyncio
import gc
import weakref
from pathlib import Path

import pytest

from adapter import LifespanAdapter
from adapter.asgi import Receive, Scope, Send
from adapter.errors import LifespanStartupError
from tests.adapter.apps import COMPLETE, Recorded, respond
from tests.adapter.events import http_event
from tests.adapter.runtime_api import Function


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


PER_EVENT = """
from adapter import LifespanAdapter
from tests.adapter.apps import Recorded

app = Recorded()
{handler}
"""
IN_FUNCTION = """
def handler(event, context):
    with LifespanAdapter(app) as adapted:
        return adapted(event, context)
"""
LATE = """
import functools

@functools.cache
def adapter():
    return LifespanAdapter(app)

def handler(event, context):
    return adapter()(event, context)
"""


@pytest.mark.parametrize(
    ("handler", "warnings"), [(IN_FUNCTION, 1), (LATE, 1), ("handler = LifespanAdapter(app)", 0)]
)
def test_l10_adapter_made_inside_the_handler_is_warned_of_once(
    tmp_path: Path, handler: str, warnings: int
) -> None:
    with Function(PER_EVENT.format(handler=handler), tmp_path) as function:
        for _ in range(3):
            assert function.invoke(http_event())[0] == "response"
        assert function.output().count("was made inside an invocation") == warnings
        assert function.output().count("at the top level of the handler's module") == warnings
