"""Events that are not HTTP, posted to a path of the app.

The request of a posted event carries an object that no request from outside can: `posted_event` tells them
apart by it. A path proves nothing, since frameworks and middlewares take many spellings for the same one.
"""

import json
import logging
import posixpath
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from mangum.types import Response

from adapter.asgi import Scope
from adapter.errors import EventFailedError
from adapter.http.response import response_lines
from adapter.http.scope import server_of

EXTENSION: Final = "aws.lambda.posted_event"
"""Key in the scope's `extensions`."""
_CHANGE_NOTHING: Final = frozenset({"GET", "HEAD", "OPTIONS"})

logger = logging.getLogger("adapter")


class PostedEvent(NamedTuple):
    """An event that the adapter has posted to the app."""

    event: Any
    context: Any


def posted_event(scope: Mapping[str, Any]) -> PostedEvent | None:
    """The event that the adapter itself has posted; None for a request that came from outside."""
    extensions = scope.get("extensions")
    post = extensions.get(EXTENSION) if isinstance(extensions, Mapping) else None
    return post.told_apart() if isinstance(post, EventPost) else None


class EventPath:
    """The path of the app that events are posted to.

    Args:
        path: Starts with `/`.
        host: Of the requests, for apps that check it.
    """

    def __init__(self, path: str, host: str) -> None:
        self.path = path
        self.host = host
        self._warned = False

    def post(self, event: Any, context: Any) -> "EventPost":
        """The request that brings the app an event."""
        return EventPost(event, context, self)

    def is_path_of(self, scope: Mapping[str, Any]) -> bool:
        """Whether a request from outside that may change something plainly goes to this path.

        A second fence, which stands before apps that do not ask `posted_event`; no proof.
        """
        if scope["method"] in _CHANGE_NOTHING:
            return False
        path = scope["path"].removeprefix(scope.get("root_path", "")).partition(";")[0].strip()
        return f"/{posixpath.normpath(path).strip('/')}".casefold() == self.path.casefold()

    def warn_of_forgery(self) -> None:
        """Log, once, that the app took an event without having asked `posted_event`."""
        if not self._warned:
            self._warned = True
            logger.warning(
                "The app took an event at %s and never asked `adapter.posted_event(scope)`, so it may take "
                "one that a caller has made up: answer 404 there where that is None, or use `on_event`.",
                self.path,
            )


class EventPost:
    """An event as a POST of its JSON to a path of the app, in the shape of a trigger."""

    def __init__(self, event: Any, context: Any, event_path: EventPath) -> None:
        self._posted = PostedEvent(event, context)
        self._event_path = event_path
        self._told_apart = False
        self.body = json.dumps(event, separators=(",", ":")).encode()

    @property
    def scope(self) -> Scope:
        """The request's scope."""
        path, host = self._event_path.path, self._event_path.host.encode()
        return {
            "type": "http",
            "method": "POST",
            "http_version": "1.1",
            "headers": [
                (b"host", host),
                (b"content-type", b"application/json"),
                (b"content-length", str(len(self.body)).encode()),
            ],
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "scheme": "https",
            "query_string": b"",
            "server": server_of(host, None, "https"),
            "client": ("127.0.0.1", 0),
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "extensions": {EXTENSION: self},
            "aws.event": self._posted.event,
            "aws.context": self._posted.context,
        }

    def told_apart(self) -> PostedEvent:
        """The event, for an app that asks whether it is one."""
        self._told_apart = True
        return self._posted

    def __call__(self, response: Any) -> Any:
        """What Lambda's caller gets: the body as JSON, as text where it is none, None where it is empty.

        The gateway of a WebSocket that asks to open gets the status: that is how an app refuses one.

        Raises:
            EventFailedError: The status is any but 2xx; of a WebSocket that asks to open, 500 or more.
        """
        status = response["status"]
        opens = _opens_websocket(self._posted.event)
        if status < 200 or status >= (500 if opens else 300):
            raise EventFailedError(self._event_path.path, status)
        if status < 300 and not self._told_apart:
            self._event_path.warn_of_forgery()
        result = _result(response["body"])
        has_status = isinstance(result, dict) and "statusCode" in result
        return result if not opens or (has_status and status < 300) else _websocket(response)


def _result(body: bytes) -> Any:
    if not body:
        return None
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")


def _opens_websocket(event: Any) -> bool:
    request_context = event.get("requestContext") if isinstance(event, Mapping) else None
    return isinstance(request_context, Mapping) and request_context.get("eventType") == "CONNECT"


def _websocket(response: Response) -> dict[str, Any]:
    """The status, and which of its subprotocols the app chose."""
    headers = {name: value for name, value in response_lines(response) if name == "sec-websocket-protocol"}
    body = response["body"].decode(errors="replace")
    return {"statusCode": response["status"], "headers": headers, "body": body}
