"""One HTTP request to the app, the state that it sees, and its response.

Stands in for Mangum's HTTP cycle, and leaves the same response in every case. That one makes a queue, a
buffer and a logger for each request, which is a fifth of what a small request costs.
"""

import asyncio
import logging
from collections.abc import Coroutine, ItemsView, Iterator, Mapping, ValuesView
from typing import Any, Self

from mangum.exceptions import UnexpectedMessage

from adapter.asgi import ASGIApp, Message, Receive, Scope, Send
from adapter.errors import AppExitError, EventTimeoutError
from adapter.http.response import HIGHEST_STATUS, LOWEST_STATUS, plain_status
from adapter.process.loop import EventLoop
from adapter.settings import EventSettings


class RequestState(dict[str, Any]):
    """A shallow copy of the lifespan's state that counts how often each key is read.

    Whoever copies it or walks its values has read them all: what becomes of the values cannot be seen.
    """

    __slots__ = ("_reads",)

    def __init__(self, state: dict[str, Any]) -> None:
        super().__init__(state)
        self._reads: dict[str, int] = {}

    def __getitem__(self, key: str) -> Any:
        value = super().__getitem__(key)
        self._reads[key] = self._reads.get(key, 0) + 1
        return value

    def __iter__(self) -> Iterator[str]:
        # Because of this method `dict(state)` and `{**state}` read key by key, as of any mapping.
        return super().__iter__()

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of `key`, or `default`."""
        if key not in self:
            return default
        return self[key]

    def pop(self, key: str, *default: Any) -> Any:
        """Take the value of `key` out of this copy: a read of it, if it was there."""
        if key in self:
            self._reads[key] = self._reads.get(key, 0) + 1
        return super().pop(key, *default)

    def setdefault(self, key: str, default: Any = None) -> Any:
        """Return the value of `key`, which is `default` from now on if there was none."""
        super().setdefault(key, default)
        return self[key]

    def items(self) -> ItemsView[str, Any]:  # type: ignore[override] # a view of a copy serves a reader as well
        """Return a view of all items, all of them read."""
        return dict(self).items()

    def values(self) -> ValuesView[Any]:  # type: ignore[override] # as above
        """Return a view of all values, all of them read."""
        return dict(self).values()

    def copy(self) -> dict[str, Any]:
        """Return a plain copy, all of it read."""
        return dict(self)

    def __or__(self, other: Mapping[str, Any]) -> dict[str, Any]:  # type: ignore[override] # no overloads needed
        return {**self, **other}

    def __ror__(self, other: Mapping[str, Any]) -> dict[str, Any]:  # type: ignore[override] # as above
        return {**other, **self}

    def __copy__(self) -> Self:
        return type(self)(dict(self))

    def touched(self, state: Mapping[str, Any]) -> dict[str, int]:
        """Reads by key, of those keys that are the lifespan's own."""
        return {key: count for key, count in self._reads.items() if key in state}


logger = logging.getLogger("mangum.http")


class Request:
    """Takes one request through the app, and keeps what became of it.

    Args:
        app: The app that is to answer.
        reraise: Keep what the app raises, for `response` to raise.
    """

    __slots__ = (
        "_answered", "_app", "_body", "_headers", "_lifespan_state", "_over", "_raised", "_reraise", "_scope",
        "_started", "_state", "_unread", "cut", "error", "ping", "posted", "startup_ordinal", "status",
        "touched",
    )  # fmt: skip

    def __init__(self, app: ASGIApp, *, reraise: bool = False) -> None:
        self.error: str | None = None
        """Type of the exception that left the app, or failed the invocation."""
        self.cut = False
        """Its time was up before it had ended."""
        self.ping = False
        """The event only keeps the environment warm: the app does not see it."""
        self.posted = False
        """The event is not HTTP: the adapter itself made the request."""
        self.startup_ordinal: int | None = None
        """Of the lifespan that serves it."""
        self.status: int | None = None
        """Of the response; None until there is a whole one."""
        self.touched: dict[str, int] = {}
        """How often the request has read each key of the lifespan's state; known after `release`."""
        self._app = app
        self._reraise = reraise
        self._raised: BaseException | None = None
        self._lifespan_state: dict[str, Any] = {}
        self._state: RequestState | None = None
        self._scope: Scope = {}
        self._unread: Message | None = None
        """The request's only message, until the app has received it."""
        self._over: asyncio.Event | None = None
        """Made for an app that waits for the client to go away."""
        self._started: int | None = None
        """Status of the response that the app has begun."""
        self._headers: Any = None
        self._body: bytes | bytearray | None = None
        self._answered = False

    def give_state(self, lifespan_state: dict[str, Any]) -> None:
        """Let the app see a copy of the lifespan's state; without this it sees none."""
        self._lifespan_state = lifespan_state
        self._state = RequestState(lifespan_state)

    def response(self, scope: Scope, body: bytes, loop: EventLoop) -> dict[str, Any]:
        """Run the app on `loop`; return its response in the shape that Mangum's handlers take.

        What the app raises becomes a response with status 500, and a request that is cut one with status 504,
        unless the app has sent a whole one before.

        Raises:
            AppExitError: With `reraise`: the app raised what would end the process.
            Exception: With `reraise`: whatever the app raised.
        """
        if self._state is not None:
            scope["state"] = self._state
        self._scope = scope
        self._unread = {"type": "http.request", "body": body, "more_body": False}
        self.cut = loop.serve(self._run())
        if not self._answered:
            self._answer_for_the_app()
        self.status = self._started
        if self._reraise and not self.cut:
            self._raise_kept()
        return {"status": self._started, "headers": self._headers, "body": self._body}

    def result(self, events: EventSettings, event: Any, context: Any, loop: EventLoop) -> Any:
        """Have the app's own function handle an event that is not HTTP; return what it returns.

        Raises:
            AppExitError: The function raised what would end the process.
            EventTimeoutError: It was cut, so that the source tries again.
            Exception: Whatever the function raised.
        """
        state = {} if self._state is None else self._state
        results: list[Any] = []
        self.cut = loop.serve(self._handle(events.handle(event, context, state), results))
        if not results and self.cut:
            raise EventTimeoutError
        self._raise_kept()
        if not results:
            raise AppExitError(asyncio.CancelledError())
        self.status = 200
        return results[0]

    def refuse(self) -> None:
        """Answer the request without the app, by 404: there is nothing for it."""
        self._app = _not_found

    def release(self) -> None:
        """Let go of the state, so that a shutdown that follows frees it, and is charged for that."""
        if self._state is not None:
            self.touched = self._state.touched(self._lifespan_state)
        self._state, self._lifespan_state, self._scope = None, {}, {}

    async def _handle(self, work: Coroutine[Any, Any, Any], results: list[Any]) -> None:
        try:
            results.append(await work)
        except BaseException as error:  # noqa: BLE001 - raised again outside of the loop
            self.error = type(error).__name__
            self._raised = error

    async def _run(self) -> None:
        try:
            await self._app(self._scope, self._receive, self._send)
        except BaseException as error:  # the process goes on, as with Mangum
            self.error = type(error).__name__
            if self._reraise:
                self._raised = error
            logger.exception("An error occurred running the application.")

    async def _receive(self) -> Message:
        message, self._unread = self._unread, None
        if message is not None:
            return message
        if not self._answered:
            self._over = self._over or asyncio.Event()
            await self._over.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        kind = message["type"]
        if kind == "http.response.start" and self._started is None:
            status = message["status"]
            is_plain = type(status) is int and LOWEST_STATUS <= status <= HIGHEST_STATUS
            self._started = status if is_plain else plain_status(status)
            self._headers = list(message.get("headers", ()))
        elif kind == "http.response.body" and self._started is not None and not self._answered:
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
        self._body = body
        self._answered = True
        if self._over is not None:
            self._over.set()

    def _answer_for_the_app(self) -> None:
        if self.error is None and not self.cut:
            missing = "a response" if self._started is None else "the end of its response"
            logging.getLogger("adapter").error(
                "The app ended a request without %s: answered with status 500.", missing
            )
        self._started, body = (504, b"Gateway Timeout") if self.cut else (500, b"Internal Server Error")
        self._headers = [[b"content-type", b"text/plain; charset=utf-8"]]
        self._end(body)

    def _raise_kept(self) -> None:
        error, self._raised = self._raised, None
        if isinstance(error, Exception):
            raise error
        if error is not None:
            raise AppExitError(error) from error


async def _not_found(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - ASGI's signature
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": b"Not Found"})
