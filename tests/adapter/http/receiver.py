"""An app that keeps what it was sent, and events that are posted to it."""

from typing import Any

from adapter.asgi import Receive, Scope, Send
from tests.adapter.apps import respond
from tests.adapter.http.test_triggers import EVENTS

SQS = EVENTS["sqs"]
CONNECT = {"requestContext": {"eventType": "CONNECT", "routeKey": "$connect", "connectionId": "c="}}


class Receiver:
    """An app that answers events with `status` and `body`, and keeps what it was sent."""

    def __init__(self, body: bytes = b"", status: int = 200) -> None:
        self.body = body
        self.status = status
        self.scope: dict[str, Any] = {}
        self.sent = b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = dict(scope)
        self.sent = (await receive())["body"]
        await respond(send, self.body, self.status)
