from typing import Any

import pytest
from mangum.handlers import APIGateway

from adapter import LifespanAdapter
from adapter.asgi import Receive, Scope, Send
from tests.adapter.apps import respond
from tests.adapter.events import edge_event, http_event, load_balancer_event, rest_event


async def path(scope: Scope, receive: Receive, send: Send) -> None:
    await respond(send, scope["path"].encode())


def seen(event: dict[str, Any], base: str, **options: Any) -> str:
    with LifespanAdapter(path, "off", base, **options) as handler:
        return str(handler(event, None)["body"])


@pytest.mark.parametrize("event", [http_event, rest_event])
@pytest.mark.parametrize("base", ["/api", "api", "/api/"])
@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("/api/items", "/items"),
        ("/api", "/"),
        ("/api/", "/"),
        ("/apiary/items", "/apiary/items"),
        ("/items/api", "/items/api"),
        ("/api/a%20b", "/a b"),
        ("/api/api/x", "/api/x"),
        ("", "/"),
    ],
)
def test_whole_segments_are_taken_off(event: Any, base: str, sent: str, kept: str) -> None:
    assert seen(event(sent), base) == kept


def test_several_segments() -> None:
    assert seen(http_event("/v1/api/x"), "/v1/api") == "/x"
    assert seen(http_event("/v1/apiary"), "/v1/api") == "/v1/apiary"


@pytest.mark.parametrize("base", ["/", "", "//"])
def test_no_base_path(base: str) -> None:
    assert seen(http_event("/api/x"), base) == "/api/x"


@pytest.mark.parametrize("event", [load_balancer_event, edge_event])
def test_other_sources_have_none(event: Any) -> None:
    assert seen(event(), "/api") == "/"


class Own(APIGateway):
    """A handler that knows better."""

    @property
    def scope(self) -> Any:
        return {**super().scope, "path": "/own"}


def test_custom_handler_keeps_its_path() -> None:
    assert seen(rest_event("/api/x"), "/api", custom_handlers=[Own]) == "/own"
