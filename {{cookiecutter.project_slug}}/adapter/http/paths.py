"""What comes before an app's own paths: `root_path`, the stage of an API, a base path."""

from typing import Any, Final
from urllib.parse import quote

from adapter.asgi import Scope
from adapter.http.scope import IN_PATH, NO_STAGE, Stage

STAGE: Final = "stage"
"""As `root_path`: whatever the client's path begins with because of the API's stage."""


class Paths:
    """Completes scopes: as with uvicorn, `path` is `root_path` and the app's own path, which begins with `/`.

    Args:
        root_path: Put before every path; `stage` stands for the stage of an API Gateway.
        base_path: Of an API Gateway, without the slashes around it. Events have it in their path, where it
            becomes a part of `root_path`, by whole segments. Custom handlers see to it themselves.
    """

    def __init__(self, root_path: str, base_path: str) -> None:
        self._of_stage = root_path == STAGE
        self._root_path = Stage("" if self._of_stage else root_path, "")
        self._base_path = f"/{base_path}" if base_path else ""

    def complete(self, trigger: Any, scope: Scope) -> None:
        """Set the root path of a scope, and put it before the path where the event has left it out."""
        stage: Stage = getattr(trigger, "stage", NO_STAGE) if self._of_stage else self._root_path
        base_path = self._base_path if getattr(trigger, "takes_base_path", False) else ""
        path, raw_path = scope["path"], scope.get("raw_path")
        present = _beginning(path, [stage.present, base_path])
        root_path = stage.missing + present + scope.get("root_path", "")
        slash = "/" if path == present else ""
        scope["root_path"] = root_path
        scope["path"] = f"{stage.missing}{path}{slash}"
        if isinstance(raw_path, bytes):
            scope["raw_path"] = quote(stage.missing, safe=IN_PATH).encode() + raw_path + slash.encode()


def _beginning(path: str, prefixes: list[str]) -> str:
    """With which of the prefixes, each once and in any order, the path begins by whole segments."""
    for prefix in filter(None, prefixes):
        rest = path.removeprefix(prefix)
        if rest != path and (not rest or rest.startswith("/")):
            return prefix + _beginning(rest, [other for other in prefixes if other != prefix])
    return ""
