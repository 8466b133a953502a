"""What an event is: a request by way of one of Mangum's handlers, an event for the app's own path, or a ping.

A trigger has the shape of Mangum's handlers: `scope` and `body` are the request, and called with the response
it returns what the trigger's caller gets.
"""

import json
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import unquote

from mangum.handlers import APIGateway, HTTPGateway
from mangum.types import Scope as MangumScope

from adapter.asgi import Scope
from adapter.errors import EventFailedError


class Trigger(Protocol):
    """One event, as the source that sent it has requests and responses."""

    @property
    def scope(self) -> Any:
        """The request's ASGI scope."""

    @property
    def body(self) -> bytes:
        """The request's body."""

    def __call__(self, response: Any) -> Any:
        """Put the app's response into the form that the source takes."""


class HttpApi(HTTPGateway):
    """An HTTP API or a function URL. Builds the scope once; Mangum builds it again for the response."""

    _built: MangumScope | None = None

    @property
    def scope(self) -> MangumScope:
        """The request's scope."""
        if self._built is None:
            self._built = super().scope
        return self._built


def made_cheaper(handler: Any) -> Any:
    """`handler`, or one that does the same for less; those of custom classes are left alone."""
    if type(handler) is HTTPGateway:
        return HttpApi(handler.event, handler.context, handler.config)
    return handler


class PostedEvent:
    """An event that is not HTTP, as a POST of its JSON to a path of the app."""

    def __init__(self, event: Any, context: Any, path: str) -> None:
        self._event = event
        self._context = context
        self._path = path
        self.body = json.dumps(event, separators=(",", ":")).encode()

    @property
    def scope(self) -> Scope:
        """The request's scope; there is no client."""
        return {
            "type": "http",
            "method": "POST",
            "http_version": "1.1",
            "headers": [
                [b"host", b"lambda"],
                [b"content-type", b"application/json"],
                [b"content-length", str(len(self.body)).encode()],
            ],
            "path": self._path,
            "raw_path": None,
            "root_path": "",
            "scheme": "https",
            "query_string": b"",
            "server": ("lambda", 443),
            "client": None,
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "aws.event": self._event,
            "aws.context": self._context,
        }

    def __call__(self, response: Mapping[str, Any]) -> Any:
        """What Lambda's caller gets: the body as JSON, as text where it is none, None where it is empty.

        Raises:
            EventFailedError: The status is any but 2xx.
        """
        if not 200 <= response["status"] < 300:
            raise EventFailedError(self._path, response["status"])
        body: bytes = response["body"]
        if not body:
            return None
        try:
            return json.loads(body)
        except ValueError:
            return body.decode(errors="replace")


class Paths:
    """The paths that requests may not reach the app by as they are: a base path, and that of posted events.

    The base path of an API Gateway's custom domain is taken off, by whole segments: `/api` is not taken off
    `/apiary`, and what is left starts with a slash; `/` is no base path. Mangum takes off any prefix, with
    whatever that leaves.
    """

    def __init__(self, base_path: str, event_path: str | None) -> None:
        trimmed = base_path.strip("/")
        self._base_path = f"/{trimmed}" if trimmed else ""
        self._event_path = event_path

    def __bool__(self) -> bool:
        return bool(self._base_path) or self._event_path is not None

    def admit(self, trigger: Any, scope: Scope) -> bool:
        """Take the base path off the scope's path; whether the app may see the request."""
        if isinstance(trigger, PostedEvent):
            return True
        if self._base_path:
            scope["path"] = self._without_base_path(trigger, scope["path"])
        # A router may take off what is before it (`root_path`), or slashes after it.
        return self._event_path is None or not scope["path"].rstrip("/").endswith(self._event_path)

    def _without_base_path(self, trigger: Any, scope_path: str) -> str:
        """The path that the app should see; `scope_path` is Mangum's, kept where Mangum takes nothing off.

        That is for the events of load balancers and CloudFront, and for those of custom handlers.
        """
        if type(trigger) not in (APIGateway, HTTPGateway, HttpApi):
            return scope_path
        event = trigger.event
        path = event["requestContext"]["http"]["path"] if event.get("version") == "2.0" else event["path"]
        path = path or "/"
        if path == self._base_path or path.startswith(f"{self._base_path}/"):
            path = path[len(self._base_path) :] or "/"
        return unquote(path)


def is_ping(event: Any, shape: Mapping[str, Any] | None) -> bool:
    """Whether an event only keeps the function warm: it is empty, or has all that `shape` has."""
    if event == {}:
        return True
    return bool(shape) and isinstance(event, Mapping) and (shape or {}).items() <= event.items()
