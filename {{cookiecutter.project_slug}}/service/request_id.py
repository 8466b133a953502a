"""Gives every request an id that its answer, its logs and Lambda's own lines share."""

from collections.abc import MutableMapping
from typing import Any, Final
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER: Final = "x-request-id"
_KEY: Final = "service.request_id"


class RequestId:
    """ASGI middleware that puts the request's id into the scope and into the response's headers.

    On Lambda it is the invocation's id. One sent by the caller is not trusted: it would end up in logs.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        header = (HEADER.encode(), request_id_of(scope).encode())

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), header]
            await send(message)

        await self._app(scope, receive, send_with_id)


def request_id_of(scope: MutableMapping[str, Any]) -> str:
    """Return the request's id; the first call decides it."""
    context = scope.get("aws.context")
    request_id: str = scope.setdefault(_KEY, getattr(context, "aws_request_id", None) or uuid4().hex)
    return request_id
