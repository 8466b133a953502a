"""Events of a WebSocket that are posted: the answer decides on the connection."""

from typing import Any

import pytest

from adapter import LifespanAdapter
from adapter.asgi import Receive, Scope, Send
from adapter.errors import EventFailedError
from adapter.facts import Fact, InvocationEnded
from tests.adapter.http.receiver import CONNECT, Receiver


@pytest.mark.parametrize("status", [301, 401, 403])
def test_e4_refusal_of_a_websocket_is_passed_on(status: int) -> None:
    facts: list[Fact] = []
    app = Receiver(b"Forbidden", status)
    with LifespanAdapter(app, "off", event_path="/events", observe=facts.append) as handler:
        assert handler(CONNECT, None) == {"statusCode": status, "headers": {}, "body": "Forbidden"}
    [ended] = [fact for fact in facts if isinstance(fact, InvocationEnded)]
    assert (ended.status, ended.error) == (status, None)


@pytest.mark.parametrize(
    ("body", "result"),
    [
        (b"", {"statusCode": 200, "headers": {}, "body": ""}),
        (b"ok", {"statusCode": 200, "headers": {}, "body": "ok"}),
        (b'{"statusCode": 201}', {"statusCode": 201}),
    ],
)
def test_e4_accepted_websocket_gets_a_status(body: bytes, result: Any) -> None:
    with LifespanAdapter(Receiver(body), "off", event_path="/events") as handler:
        assert handler(CONNECT, None) == result


def test_e4_chosen_subprotocol_is_passed_on() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"Sec-WebSocket-Protocol", b"chat"), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body"})

    with LifespanAdapter(app, "off", event_path="/events") as handler:
        assert handler(CONNECT, None)["headers"] == {"sec-websocket-protocol": "chat"}


def test_e4_other_messages_of_a_websocket_fail() -> None:
    message = {"requestContext": {**CONNECT["requestContext"], "eventType": "MESSAGE"}, "body": "hi"}
    app = Receiver(b"", 403)
    with LifespanAdapter(app, "off", event_path="/events") as handler:
        with pytest.raises(EventFailedError):
            handler(message, None)
        app.status = 500
        with pytest.raises(EventFailedError):
            handler(CONNECT, None)
