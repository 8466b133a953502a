"""One HTTP request and its response, as ASGI has them.

Stands in for Mangum's cycle, and leaves the same response in every case. That one makes a queue, a buffer and
a logger for each request, which is a fifth of what a small request costs.
"""

import asyncio
import logging
from typing import Any

from mangum.exceptions import UnexpectedMessage

from adapter.asgi import ASGIApp, Message, Scope

logger = logging.getLogger("mangum.http")


class HttpCycle:
    """`status`, `headers` and `body` are there once the app has sent them."""

    __slots__ = ("_answered", "_body", "_over", "_request", "_scope", "body", "headers", "status")

    def __init__(self, scope: Scope, body: bytes) -> None:
        self._scope = scope
        self._request: Message | None = {"type": "http.request", "body": body, "more_body": False}
        self._over: asyncio.Event | None = None
        """Made for an app that waits for the client to go away."""
        self._body: bytearray | None = None
        """What has come of a body in several parts."""
        self._answered = False
        self.status: int
        self.headers: Any
        self.body: bytes

    async def run(self, app: ASGIApp) -> None:
        """Run the app; what it raises becomes a response with status 500, unless there is a whole one."""
        try:
            await app(self._scope, self._receive, self._send)
        except BaseException:  # the process goes on, as with Mangum
            logger.exception("An error occurred running the application.")
            if not self._answered:
                self.status = 500
                self.headers = [[b"content-type", b"text/plain; charset=utf-8"]]
                self._end(b"Internal Server Error")

    async def _receive(self) -> Message:
        request, self._request = self._request, None
        if request is not None:
            return request
        if not self._answered:
            self._over = self._over or asyncio.Event()
            await self._over.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        kind = message["type"]
        started = hasattr(self, "status")
        if kind == "http.response.start" and not started:
            self.status = message["status"]
            self.headers = message.get("headers", [])
        elif kind == "http.response.body" and started and not self._answered:
            self._take(message.get("body", b""), more=message.get("more_body", False))
        else:
            raise UnexpectedMessage(f"Unexpected {kind}")

    def _take(self, part: bytes, *, more: bool) -> None:
        if self._body is None and not more:
            self._end(b"" + part)
            return
        if self._body is None:
            self._body = bytearray()
        self._body += b"" + part  # of bytes only, as a plain sum would be
        if not more:
            self._end(bytes(self._body))

    def _end(self, body: bytes) -> None:
        self.body = body
        self._answered = True
        if self._over is not None:
            self._over.set()
        logger.info("%s %s %s", self._scope["method"], self._scope["path"], self.status)
