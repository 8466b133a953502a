"""The app, as one request sees it."""

from typing import Any

from adapter.asgi import ASGIApp, Receive, Scope, Send
from adapter.state import RequestState


class Exchange:
    """Wraps the app for one request and keeps what becomes of it."""

    __slots__ = ("_app", "_lifespan_state", "_state", "error", "status", "touched")

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._lifespan_state: dict[str, Any] = {}
        self._state: RequestState | None = None
        self.error: str | None = None
        """Type of the exception that left the app, which Mangum turns into a response."""
        self.status: int | None = None
        self.touched: dict[str, int] = {}
        """How often the request has read each key of the lifespan's state; known after `release`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request."""
        try:
            await self._app(scope, receive, send)
        except BaseException as error:
            self.error = type(error).__name__
            raise

    def given(self, lifespan_state: dict[str, Any]) -> RequestState:
        """The state for this request."""
        self._lifespan_state = lifespan_state
        self._state = RequestState(lifespan_state)
        return self._state

    def release(self) -> None:
        """Let go of the state, so that a shutdown that follows frees it, and is charged for that."""
        if self._state is not None:
            self.touched = self._state.touched(self._lifespan_state)
        self._state, self._lifespan_state = None, {}
