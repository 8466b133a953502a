"""Events that are not HTTP: queues, schedules, topics, direct calls."""

import json
from collections.abc import Mapping
from typing import Any

from adapter.asgi import Scope
from adapter.errors import EventFailedError


class PostedEvent:
    """An event as a POST of its JSON to a path of the app, in the shape of Mangum's handlers."""

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

        Raises `EventFailedError` for any status but 2xx.
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


def is_ping(event: Any, shape: Mapping[str, Any] | None) -> bool:
    """Whether an event only keeps the function warm: it is empty, or has all that `shape` has."""
    if event == {}:
        return True
    return bool(shape) and isinstance(event, Mapping) and (shape or {}).items() <= event.items()
