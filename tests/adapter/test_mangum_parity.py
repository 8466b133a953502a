import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from mangum import Mangum
from mangum.exceptions import ConfigurationError
from mangum.handlers import APIGateway

from adapter import LifespanAdapter
from adapter.asgi import Receive, Scope, Send
from tests.adapter.apps import Recorded
from tests.adapter.events import edge_event, http_event, load_balancer_event, rest_event


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with all that the app was given, as text or as bytes."""
    if scope["type"] == "lifespan":
        raise NotImplementedError
    request = await receive()
    seen = [scope[key] for key in ("method", "path", "query_string", "headers", "client", "server", "scheme")]
    kind = b"image/png" if scope["path"] == "/png" else b"application/json; charset=utf-8"
    headers = [(b"content-type", kind), (b"set-cookie", b"a=1"), (b"set-cookie", b"b=2"), (b"x-secret", b"s")]
    await send({"type": "http.response.start", "status": 207, "headers": headers})
    await send({"type": "http.response.body", "body": repr(seen).encode(), "more_body": True})
    await send({"type": "http.response.body", "body": request["body"]})


EVENTS: dict[str, dict[str, Any]] = {
    "http": http_event("/api/items", "POST", body="text"),
    "http base64": {**http_event("/png", "PUT", body="aGk="), "isBase64Encoded": True},
    "rest": rest_event("/api/items"),
    "load balancer": load_balancer_event(),
    "edge": edge_event(),
}


@pytest.fixture(autouse=True)
def current_loop() -> Iterator[None]:
    """A loop for Mangum itself, which takes the current one and closes none."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    asyncio.set_event_loop(None)
    loop.close()


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS.keys())
def test_same_response(event: dict[str, Any]) -> None:
    settings: tuple[Any, ...] = ("off", "/api", None, ["image/svg"], ["X-Secret"])
    expected = Mangum(echo, *settings)(event, None)  # type: ignore[arg-type] # Mangum takes None as well
    with LifespanAdapter(echo, *settings) as ours:
        assert ours(event, None) == expected


def test_same_attributes() -> None:
    with LifespanAdapter(echo, "on", "/api", None, ["image/svg"], ["X-Secret"]) as ours:
        stock = Mangum(echo, "on", "/api", None, ["image/svg"], ["X-Secret"])
        assert isinstance(ours, Mangum)
        for name in vars(stock):
            assert getattr(ours, name) == getattr(stock, name)


def test_same_refusal() -> None:
    with pytest.raises(ConfigurationError, match="Choices are: auto"):
        LifespanAdapter(echo, "maybe")  # type: ignore[arg-type] # that is the point


def test_same_500() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise ValueError("broken")

    expected = Mangum(app, "off")(http_event(), None)  # type: ignore[arg-type] # as above
    with LifespanAdapter(app, "off") as ours:
        assert ours(http_event(), None) == expected
    assert expected["statusCode"] == 500


class Direct(APIGateway):
    """A handler for an event of our own."""

    @classmethod
    def infer(cls, event: Any, *_: Any) -> bool:
        return "direct" in event

    def __call__(self, response: Any) -> dict[str, Any]:
        return {"direct": response["status"]}


def test_custom_handler() -> None:
    with LifespanAdapter(echo, custom_handlers=[Direct]) as ours:
        assert ours({**rest_event(), "direct": True}, None) == {"direct": 207}
        assert ours(rest_event(), None)["statusCode"] == 207


def test_app_may_be_replaced() -> None:
    first, second = Recorded(), Recorded()
    with LifespanAdapter(first) as ours:
        ours.app = second
        ours(http_event(), None)
    assert (first.log, second.log) == ([], ["startup", "request", "shutdown"])
