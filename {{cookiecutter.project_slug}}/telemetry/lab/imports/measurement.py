"""Measures the imports of an app by package: `python -X importtime` in a process of its own, added up."""

import re
import sys
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from telemetry.lab.imports.child import ENDED_BY

STDLIB: Final = "(standard library)"
LONGEST_S: Final = 60.0

_LINE: Final = re.compile(r"import time:\s+(\d+) \|\s+(\d+) \|(\s+)(\S+)")
_LAST_OF_CHILD: Final = "telemetry.lab.app.target"
"""The last module that the child imports for itself; those after it are the app's."""


class Module(NamedTuple):
    """One import."""

    name: str
    self_us: int
    """Microseconds without those of the modules that it imported in turn."""
    importer: str | None

    @property
    def package(self) -> str:
        """The part of the name before the first dot."""
        return self.name.partition(".")[0]


class Package(NamedTuple):
    """All modules of one top-level name; the standard library counts as one package."""

    name: str
    ms: float
    modules: int
    importer: str | None
    """The package that was the first to import it; None for one that no other package imported."""
    whole_ms: float
    """With what it was the first to import, others' packages included: more than it can save."""


class Measurement(NamedTuple):
    """One run."""

    packages: Mapping[str, Package]
    error: str
    """Type of the exception that ended the startup early, or nothing."""
    missing: str = ""
    """Why there is no app to measure, or nothing."""


def measurement_of(stderr: str, stdout: str, stdlib: Container[str]) -> Measurement:
    """Read what the child wrote: what `-X importtime` says, and how it ended."""
    errors = [line.removeprefix(ENDED_BY) for line in stdout.splitlines() if line.startswith(ENDED_BY)]
    name, _, missing = "".join(errors).partition(": ")
    return Measurement(by_package(parse_import_times(stderr), stdlib), name, missing)


def fastest(runs: Sequence[Mapping[str, Package]]) -> dict[str, Package]:
    """Return each package as in the run in which it took the least time."""
    names = {name for run in runs for name in run}
    found = {name: [run[name] for run in runs if name in run] for name in names}
    return {name: min(packages, key=lambda package: package.ms) for name, packages in found.items()}


def parse_import_times(text: str) -> list[Module]:
    """Read what `-X importtime` writes. Python lists a module after everything that it imported."""
    found = [_LINE.match(line) for line in text.splitlines()]
    lines = [(len(line[3]) // 2, line[4], int(line[1])) for line in found if line]
    above: dict[int, str] = {}
    modules = []
    for depth, name, self_us in reversed(lines):
        above[depth] = name
        modules.append(Module(name, self_us, above.get(depth - 1)))
    return modules[::-1]


def by_package(
    modules: Iterable[Module], stdlib: Container[str] = sys.stdlib_module_names
) -> dict[str, Package]:
    """Add modules up, without those of the interpreter's own start and of the measurement."""
    found: dict[str, Package] = {}
    of_app = list(_of_app(list(modules)))
    importers = {module.name: module.importer for module in of_app}
    for module in of_app:
        name = _row(module.package, stdlib)
        known = found.get(name) or Package(name, 0.0, 0, None, 0.0)
        found[name] = known._replace(
            ms=known.ms + module.self_us / 1000,
            modules=known.modules + 1,
            importer=known.importer or _importing_package(module, stdlib),
        )
    for module in of_app:
        for name in _rows_above(module, importers, stdlib):
            found[name] = found[name]._replace(whole_ms=found[name].whole_ms + module.self_us / 1000)
    return found


def _of_app(modules: list[Module]) -> Iterator[Module]:
    names = [module.name for module in modules]
    start = names.index(_LAST_OF_CHILD) + 1 if _LAST_OF_CHILD in names else 0
    return (module for module in modules[start:] if not module.name.startswith("telemetry.lab"))


def _row(package: str, stdlib: Container[str]) -> str:
    return STDLIB if package in stdlib else package


def _rows_above(module: Module, importers: Mapping[str, str | None], stdlib: Container[str]) -> set[str]:
    """Return the packages of a module and of those that were being imported when it was."""
    names: list[str] = []
    name: str | None = module.name
    while name is not None and name not in names:  # twice only if it was removed and imported again
        names.append(name)
        name = importers.get(name)
    return {_row(name.partition(".")[0], stdlib) for name in names if name in importers}


def _importing_package(module: Module, stdlib: Container[str]) -> str | None:
    """Return the package that imported a module; None for its own, and for the standard library."""
    importer = (module.importer or "").partition(".")[0]
    outside = importer and importer != module.package and module.package not in stdlib
    return importer if outside else None
