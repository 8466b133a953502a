"""The process that says of each imported package who imports it, and which imports could be moved.

`python -m telemetry.lab.imports.survey APP FILE [FOLDER ...]` loads and starts an app as `child` does, and
writes JSON to the file, and to stderr what the app raises. The app's own code is in the folders. It runs in
the app's own Python.
"""

import json
import os
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.metadata import PathDistribution, packages_distributions
from importlib.util import decode_source
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from telemetry.lab.imports.child import run
from telemetry.lab.imports.importers import Importers
from telemetry.lab.imports.movable import file_imports, names_by_module
from telemetry.lab.imports.planned_code import install_plan

ROOMS: Final = ("adapter", "telemetry")
SITE: Final = ("site-packages", "dist-packages")


def survey(app: str, folders: Sequence[Path]) -> dict[str, Any]:
    """Load and start the app; return what is to be told of it."""
    install_plan(os.environ)
    importers = Importers()
    importers.install()
    ended = run(app, traceback.print_exception)
    importers.remove()
    modules = {name: module for name, module in sys.modules.items() if isinstance(module, ModuleType)}
    own = dict(_own_files(modules, folders))
    return {
        **ended._asdict(),
        "stdlib": sorted(sys.stdlib_module_names),
        "distributions": packages_distributions(),
        "native": sorted(_native(modules)),
        "own": sorted({*ROOMS, *(name.partition(".")[0] for name in own.values())}),
        "loaded": sorted({name.partition(".")[0] for name in modules}),
        "importers": {
            package: [place._asdict() for place in places.values()]
            for package, places in importers.found.items()
            if places
        },
        "own_imports": _own_imports(own),
    }


def _own_files(modules: Mapping[str, ModuleType], folders: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """Yield path and module of what is the app's own, and neither installed nor the lab's."""
    installed = {name for folder in folders for name in _installed_in(folder)}
    for name, module in modules.items():
        origin = getattr(getattr(module, "__spec__", None), "origin", None) or ""
        path = Path(origin)
        if (
            path.suffix == ".py"
            and name.partition(".")[0] not in {*ROOMS, *installed}
            and not set(SITE).intersection(path.parts)
            and any(path.is_relative_to(folder) for folder in folders)
        ):
            yield origin, name


def _installed_in(folder: Path) -> Iterator[str]:
    """Yield the packages that `pip install --target` has put beside the app's own."""
    for metadata in folder.glob("*.dist-info"):
        for file in PathDistribution(metadata).files or ():
            yield file.parts[0].removesuffix(".py")


def _native(modules: Mapping[str, ModuleType]) -> set[str]:
    """Return the packages that have compiled parts, whose use nobody sees."""
    suffixes = tuple(EXTENSION_SUFFIXES)
    found = {
        name.partition(".")[0]
        for name, module in modules.items()
        if str(getattr(module, "__file__", "")).endswith(suffixes)
    }
    for name in {name.partition(".")[0] for name in modules} - found - sys.stdlib_module_names:
        for folder in getattr(modules.get(name), "__path__", ()):
            if any(path.name.endswith(suffixes) for path in Path(folder).rglob("*.so")):
                found.add(name)
    return found


def _own_imports(own: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    """Return what each package's imports in the app's own files are like."""
    sources = {path: decode_source(Path(path).read_bytes()) for path in own}
    wanted = names_by_module((own[path], path, source) for path, source in sources.items())
    found: dict[str, list[dict[str, Any]]] = {}
    for path, source in sources.items():
        for package, of_file in file_imports(source, path, wanted.get(own[path], ())).items():
            told = {slot: getattr(of_file, slot) for slot in of_file.__slots__}
            found.setdefault(package, []).append({"file": path, **told})
    return found


def main(app: str, out: str, folders: Sequence[str]) -> None:
    """Write the survey to a file: the app may write to stdout."""
    Path(out).write_text(json.dumps(survey(app, [Path(folder) for folder in folders])), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
