"""The app, as one request sees it."""

from typing import Any

from adapter.asgi import ASGIApp, Receive, Scope, Send
from adapter.errors import AppExitError
from adapter.state import RequestState


class Exchange:
    """Wraps the app for one request and keeps what becomes of it; the exception itself only with `keep`."""

    __slots__ = (
        "_app",
        "_keep",
        "_kept",
        "_lifespan_state",
        "_state",
        "error",
        "posted",
        "status",
        "touched",
    )

    def __init__(self, app: ASGIApp, *, keep: bool = False) -> None:
        self._app = app
        self._keep = keep
        self._kept: BaseException | None = None
        self._lifespan_state: dict[str, Any] = {}
        self._state: RequestState | None = None
        self.error: str | None = None
        """Type of the exception that left the app, which Mangum turns into a response."""
        self.posted = False
        """The event is not HTTP: the adapter itself made the request."""
        self.status: int | None = None
        self.touched: dict[str, int] = {}
        """How often the request has read each key of the lifespan's state; known after `release`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request."""
        try:
            await self._app(scope, receive, send)
        except BaseException as error:
            self.error = type(error).__name__
            if self._keep:
                self._kept = error
            raise

    def given(self, lifespan_state: dict[str, Any]) -> RequestState:
        """The state for this request."""
        self._lifespan_state = lifespan_state
        self._state = RequestState(lifespan_state)
        return self._state

    def refuse(self) -> None:
        """Answer the request without the app: there is nothing for it."""
        self._app = _not_found

    def raise_kept(self) -> None:
        """Raise what left the app, if anything did; what would end the process, as an `AppExitError`."""
        error, self._kept = self._kept, None
        if isinstance(error, Exception):
            raise error
        if error is not None:
            raise AppExitError(error) from error

    def release(self) -> None:
        """Let go of the state, so that a shutdown that follows frees it, and is charged for that."""
        if self._state is not None:
            self.touched = self._state.touched(self._lifespan_state)
        self._state, self._lifespan_state = None, {}


async def _not_found(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - ASGI's signature
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": b"Not Found"})
