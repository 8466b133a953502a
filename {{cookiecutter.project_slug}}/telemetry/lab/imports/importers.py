"""Notes who imports which package, and where: not only the first importer, whom `-X importtime` tells of."""

import builtins
import importlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, Final, NamedTuple, TypeAlias

Import: TypeAlias = Callable[..., Any]
LAB: Final = "telemetry.lab"
SITE: Final = ("/site-packages/", "/dist-packages/")


class Place(NamedTuple):
    """Where a package imports another one, for the first time."""

    package: str
    """The one that imports."""
    module: str
    file: str
    line: int


class Importers:
    """While it is installed, every `import` statement passes here, also those of what is loaded already."""

    def __init__(self) -> None:
        self.found: dict[str, dict[str, Place]] = {}
        """By imported package, its importers, the first one first. The standard library is neither."""
        self._import: Import = builtins.__import__
        self._import_module: Import = importlib.import_module

    def install(self) -> None:
        """Begin."""
        builtins.__import__ = self._statement
        importlib.import_module = self._call

    def remove(self) -> None:
        """End."""
        builtins.__import__ = self._import
        importlib.import_module = self._import_module

    def _statement(self, name: str, *arguments: Any, **named: Any) -> Any:
        level = named.get("level", arguments[3] if len(arguments) > 3 else 0)  # the fifth
        return self._noted("." * level + name, self._import, name, *arguments, **named)

    def _call(self, name: str, package: str | None = None) -> Any:
        return self._noted(name, self._import_module, name, package)

    def _noted(self, name: str, real: Import, *arguments: Any, **named: Any) -> Any:
        """Import; an import that fails, as of what is optional, is none."""
        package = name.partition(".")[0]  # nothing where it is relative, and so in one package
        if not package or package in sys.stdlib_module_names:
            return real(*arguments, **named)
        place = _importing_place(sys._getframe(2))  # noqa: SLF001 # as `warnings` does
        importers = self.found.setdefault(package, {})
        if place is None or place.package in {package, *importers}:
            return real(*arguments, **named)
        importers[place.package] = place  # now: what it imports in turn comes later
        try:
            return real(*arguments, **named)
        except BaseException:
            del importers[place.package]
            raise


def _importing_place(frame: FrameType | None) -> Place | None:
    """Return where the code is that wants the import; the standard library imports for others."""
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        package = module.partition(".")[0]
        if module.startswith(LAB) or package == "__main__":
            return None
        if package not in sys.stdlib_module_names:
            return Place(package, module, frame.f_code.co_filename, frame.f_lineno)
        frame = frame.f_back
    return None


def short_place(file: str, line: int, folders: Sequence[Path]) -> str:
    """Return `FILE:LINE`, the file without what is before an installed package, or the app's own folders."""
    for mark in SITE:
        file = file.rpartition(mark)[2]
    for folder in folders:
        file = file.removeprefix(f"{folder}/")
    return f"{file}:{line}"
