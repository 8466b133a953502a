"""Finds the ASGI app or the handler by its name, in the function's own process.

Imports little, since it is loaded in processes whose start is measured.
"""

import importlib
import importlib.util
import os
import sys
from typing import Any


class TargetError(Exception):
    """There is nothing under the name `module:attribute` or `module.attribute`. The text says why."""


def load_app(target: str) -> Any:
    """Import an ASGI app by `module:attribute`; the attribute may be a dotted path.

    Raises:
        TargetError: There is no such app.
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
        raise TargetError(
            f"--app {target}: expected an ASGI app, which is callable, but its type is {type(found).__name__}"
        )
    return found


def _imported(module_name: str, target: str) -> Any:
    try:
        return importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name and (module_name == error.name or module_name.startswith(f"{error.name}.")):
            hint = "name the folder that it is in by --app-dir"
            raise TargetError(f"--app {target}: there is no module {error.name}; {hint}") from None
        raise


def find_handler(target: str) -> None:
    """Check the module of a Lambda handler without importing it.

    Raises:
        TargetError: There is no such module.
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
    """Put the app's folders before all others on the import path."""
    folders = os.environ.get("LAB_APP_PATH", "").split(os.pathsep)
    sys.path[:0] = [folder for folder in folders if folder]
