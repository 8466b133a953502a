"""Finds what the function is to run, in the function's own process: an ASGI app, or a handler."""

import importlib
import importlib.util
import os
import sys
from typing import Any


class TargetError(Exception):
    """`module:attribute` or `module.attribute` leads nowhere. The text says why."""


def load_app(target: str) -> Any:
    """Import an ASGI app by `module:attribute`; the attribute may be a dotted path.

    Raises:
        TargetError: there is no such app.
    """
    module_name, colon, path = target.partition(":")
    if not colon or not module_name or not path:
        raise TargetError(f"--app {target}: expected module:attribute, such as service.app:app")
    found: Any = _imported(module_name, target)
    for name in path.split("."):
        try:
            found = getattr(found, name)
        except AttributeError:
            raise TargetError(f"--app {target}: module {module_name} has no attribute {path}") from None
    if not callable(found):
        raise TargetError(f"--app {target}: its type is {type(found).__name__}, which is no ASGI app")
    return found


def _imported(module_name: str, target: str) -> Any:
    try:
        return importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name and (module_name == error.name or module_name.startswith(f"{error.name}.")):
            hint = "; --app-dir names the folder that it is in"
            raise TargetError(f"--app {target}: there is no module {error.name}{hint}") from None
        raise


def find_handler(target: str) -> None:
    """Check the module of a Lambda handler without importing it.

    Raises:
        TargetError: there is no such module.
    """
    module_name, dot, attribute = target.rpartition(".")
    if not dot or not attribute:
        raise TargetError(f"--handler {target}: expected module.attribute, such as service.handler.handler")
    try:
        found = importlib.util.find_spec(module_name)
    except ModuleNotFoundError:
        found = None
    if found is None:
        raise TargetError(f"--handler {target}: there is no module {module_name}")


def prepend_app_path() -> None:
    """Let the app's folders go before all others."""
    folders = os.environ.get("LAB_APP_PATH", "").split(os.pathsep)
    sys.path[:0] = [folder for folder in folders if folder]
