"""The base path of an API Gateway's custom domain, which the app does not know."""

from typing import Any
from urllib.parse import unquote

from mangum.handlers import APIGateway, HTTPGateway

from adapter.http_gateway import OneScope


class BasePath:
    """Takes a base path off the paths of events; `/` is none.

    Only whole segments, so `/api` is not taken off `/apiary`, and what is left starts with a slash. Mangum
    takes off any prefix, with whatever that leaves.
    """

    def __init__(self, path: str) -> None:
        trimmed = path.strip("/")
        self._prefix = f"/{trimmed}" if trimmed else ""

    def __bool__(self) -> bool:
        return bool(self._prefix)

    def off(self, handler: Any, scope_path: str) -> str:
        """The path that the app should see; `scope_path` is Mangum's, kept where Mangum takes nothing off.

        That is for the events of load balancers and CloudFront, and for those of custom handlers.
        """
        if type(handler) not in (APIGateway, HTTPGateway, OneScope):
            return scope_path
        event = handler.event
        path = event["requestContext"]["http"]["path"] if event.get("version") == "2.0" else event["path"]
        path = path or "/"
        if path == self._prefix or path.startswith(f"{self._prefix}/"):
            path = path[len(self._prefix) :] or "/"
        return unquote(path)
