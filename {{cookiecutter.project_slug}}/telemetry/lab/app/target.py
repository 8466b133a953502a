"""Finds the ASGI app or the handler by its name, in the function's own process.

Imports little, since it is loaded in processes whose start is measured.
"""

import importlib
import importlib.util
import os
import sys
from typing import Any, NamedTuple

from telemetry.lab.app.factory import TargetError, made_by

__all__ = [
    "LoadedApp",
    "TargetError",
    "find_app",
    "find_handler",
    "handler_names",
    "load_app",
    "prepend_app_path",
]


class LoadedApp(NamedTuple):
    """An ASGI app, and how it was come by."""

    app: Any
    from_factory: bool
    """The attribute was called without arguments, and returned the app."""


def load_app(target: str) -> Any:
    """Import an ASGI app by `module:attribute`; the attribute may be a factory, as `find_app` says.

    Raises:
        TargetError: There is no such app.
    """
    return find_app(target).app


def find_app(target: str) -> LoadedApp:
    """Import an ASGI app, or a factory of one, by `module:attribute`; the attribute may be a dotted path.

    As with uvicorn, whatever can be called without arguments is a factory, without an option that says so,
    and apps in the two steps of ASGI 2 are served, too.

    Raises:
        TargetError: There is no such app. What the module or the factory raises itself passes unchanged.
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
            f"--app {target}: expected an ASGI app or a factory, which is callable, but its type is "
            f"{type(found).__name__}"
        )
    return LoadedApp(*made_by(found, target))


def _imported(module_name: str, target: str) -> Any:
    try:
        return importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name and (module_name == error.name or module_name.startswith(f"{error.name}.")):
            hint = "name the folder that it is in by --app-dir"
            raise TargetError(f"--app {target}: there is no module {error.name}; {hint}") from None
        _note_hidden(error)
        raise
    except ImportError as error:
        _note_hidden(error)
        raise


def _note_hidden(error: ImportError) -> None:
    """Say so where the app most likely means a package of its own, in whose place the lab's is."""
    from telemetry.lab.app.bootstrap import ROOMS  # noqa: PLC0415 - only where something is wrong

    name = (error.name or "").partition(".")[0]
    if name in ROOMS:
        error.add_note(
            f"If the app has a package {name} of its own: with --app the lab's is imported in its place. "
            "Rename the app's, or measure its handler: "
            "python -m telemetry lab --handler MODULE.ATTR --without-records"
        )


def handler_names(target: str) -> tuple[str, str]:
    """Return module and attribute of a Lambda handler; folders may be written with slashes, as on Lambda.

    Raises:
        TargetError: It does not name both.
    """
    module_name, dot, attribute = target.rpartition(".")
    if not dot or not module_name or not attribute:
        raise TargetError(f"--handler {target}: expected module.attribute, such as service.handler.handler")
    return module_name.replace("/", "."), attribute


def find_handler(target: str) -> None:
    """Check the module of a Lambda handler without importing it.

    Raises:
        TargetError: There is no such module. What a package that it is in raises itself passes unchanged.
    """
    module_name, _ = handler_names(target)
    try:
        found = importlib.util.find_spec(module_name)
    except ModuleNotFoundError as error:
        if error.name and not module_name.startswith(f"{error.name}."):
            raise
        found = None
    if found is None:
        raise TargetError(f"--handler {target}: there is no module {module_name}")


def prepend_app_path() -> None:
    """Put the app's folders before all others on the import path."""
    folders = os.environ.get("LAB_APP_PATH", "").split(os.pathsep)
    sys.path[:0] = [folder for folder in folders if folder]
