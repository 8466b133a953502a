"""Measures the imports of an app by package: `python -X importtime` in a process of its own, added up."""

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
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


class Measurement(NamedTuple):
    """One run."""

    packages: Mapping[str, Package]
    error: str
    """Type of the exception that ended the startup early, or nothing."""
    missing: str = ""
    """Why there is no app to measure, or nothing."""


def measure(app: str, environ: Mapping[str, str]) -> Measurement:
    """Import an app and start it, in a process of its own; a startup that hangs is measured up to there."""
    command = (sys.executable, "-X", "importtime", "-m", "telemetry.lab.imports.child", app)
    try:
        done = subprocess.run(
            command, env=environ, check=False, capture_output=True, text=True, timeout=LONGEST_S
        )
    except subprocess.TimeoutExpired as expired:
        stderr = (expired.stderr or b"").decode(errors="replace")
        return Measurement(by_package(parse_import_times(stderr)), "TimeoutError")
    errors = [line.removeprefix(ENDED_BY) for line in done.stdout.splitlines() if line.startswith(ENDED_BY)]
    name, _, text = "".join(errors).partition(": ")
    missing = f"--app {app}: it cannot be imported: {text}" if name == "ModuleNotFoundError" else text
    return Measurement(by_package(parse_import_times(done.stderr)), name, missing)


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


def by_package(modules: Iterable[Module]) -> dict[str, Package]:
    """Add modules up, without those of the interpreter's own start and of the measurement."""
    found: dict[str, Package] = {}
    for module in _of_app(list(modules)):
        name = STDLIB if module.package in sys.stdlib_module_names else module.package
        known = found.get(name) or Package(name, 0.0, 0, None)
        found[name] = Package(
            name,
            known.ms + module.self_us / 1000,
            known.modules + 1,
            known.importer or _importing_package(module),
        )
    return found


def _of_app(modules: list[Module]) -> Iterator[Module]:
    names = [module.name for module in modules]
    start = names.index(_LAST_OF_CHILD) + 1 if _LAST_OF_CHILD in names else 0
    return (module for module in modules[start:] if not module.name.startswith("telemetry.lab"))


def _importing_package(module: Module) -> str | None:
    """Return the package that imported a module; None for its own, and for the standard library."""
    importer = (module.importer or "").partition(".")[0]
    outside = importer and importer != module.package and module.package not in sys.stdlib_module_names
    return importer if outside else None
