"""What an app sees of an event, and what becomes of its response."""

from collections.abc import Sequence
from typing import Any

from adapter import LifespanAdapter
from adapter.asgi import Receive, Scope, Send
from tests.adapter.apps import respond


class Seen:
    """An app that answers `ok` and keeps the scope and body of the last request."""

    def __init__(self) -> None:
        self.scope: dict[str, Any] = {}
        self.body = b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = dict(scope)
        self.body = (await receive())["body"]
        await respond(send)


def seen(event: Any, *arguments: Any, **options: Any) -> Seen:
    """The app after it has served an event, which must be HTTP."""
    app = Seen()
    with LifespanAdapter(app, "off", *arguments, **options) as handler:
        handler(event, None)
    return app


def scope_of(event: Any, *arguments: Any, **options: Any) -> dict[str, Any]:
    """The scope that the app sees."""
    return seen(event, *arguments, **options).scope


def result_of(
    event: Any,
    headers: Sequence[tuple[Any, Any]] = (),
    body: bytes = b"",
    status: int = 200,
    **options: Any,
) -> dict[str, Any]:
    """What the adapter returns when the app answers so."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    with LifespanAdapter(app, "off", **options) as handler:
        result: dict[str, Any] = handler(event, None)
        return result


def values_of(result: dict[str, Any], name: str) -> list[str]:
    """The values of a header in a result, of whichever trigger."""
    found: list[str] = []
    for key in ("headers", "multiValueHeaders"):
        for header, value in result.get(key, {}).items():
            if header.lower() == name:
                values = value if isinstance(value, list) else [value]
                found += [entry["value"] if isinstance(entry, dict) else entry for entry in values]
    return found + (result.get("cookies", []) if name == "set-cookie" else [])
