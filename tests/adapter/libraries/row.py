"""One row: a library, the app that uses it, and what was seen."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.adapter.events import http_event

ServerKind = Literal["postgres", "redis", "http", "s3"]
Response = Mapping[str, Any]
"""What Lambda gets for an HTTP request."""


@dataclass(frozen=True, slots=True)
class Row:
    """A library under the real runtime client."""

    name: str
    package: str
    """As the lock names it."""
    app: str
    """Module of `tests.adapter.libraries.apps`, with an `app`; or `module:name`."""
    server: ServerKind
    """Where the app's connection goes."""
    event: Mapping[str, Any] = field(default_factory=http_event)
    """A request for the number of the connection."""
    number: Callable[[Any], int] = int
    """Takes it from the response's body, which is JSON."""
    first: tuple[Mapping[str, Any], ...] = ()
    """Requests that come before."""
    after_close: tuple[int, int] = (200, 200)
    """Statuses of the next two requests when the server has closed the idle connection."""
    note: str = ""
    """For the document: what to do where requests fail."""

    def connection(self, response: Response) -> int | None:
        """Number of the connection; None when the request has failed."""
        return self.number(json.loads(response["body"])) if response["statusCode"] == 200 else None
