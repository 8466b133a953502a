"""What `python -X importtime` says, by package."""

import re
import sys
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

_LINE: Final = re.compile(r"import time:\s+(\d+) \|\s+(\d+) \|(\s+)(\S+)")
LAST_OF_OURS: Final = "telemetry.lab.platform.target"
"""What the measurement itself imports ends with it."""
STDLIB: Final = "(standard library)"


class Module(NamedTuple):
    """One import."""

    name: str
    self_us: int
    """Without what it imported in turn."""
    importer: str | None

    @property
    def package(self) -> str:
        """The part of the name before the first dot."""
        return self.name.partition(".")[0]


class Package(NamedTuple):
    """All modules below one name; the standard library counts as one package."""

    name: str
    ms: float
    modules: int
    importer: str | None
    """The package that was first to import it, if another one."""


def parsed(text: str) -> list[Module]:
    """Every module with the one that imported it. Python names a module after all that it has imported."""
    found = [_LINE.match(line) for line in text.splitlines()]
    lines = [(len(line[3]) // 2, line[4], int(line[1])) for line in found if line]
    above: dict[int, str] = {}
    modules = []
    for depth, name, self_us in reversed(lines):
        above[depth] = name
        modules.append(Module(name, self_us, above.get(depth - 1)))
    return modules[::-1]


def by_package(modules: Iterable[Module]) -> dict[str, Package]:
    """The modules added up, without those of the interpreter's own start and of the measurement."""
    found: dict[str, Package] = {}
    for module in _measured(list(modules)):
        name = STDLIB if module.package in sys.stdlib_module_names else module.package
        known = found.get(name) or Package(name, 0.0, 0, None)
        found[name] = Package(
            name,
            known.ms + module.self_us / 1000,
            known.modules + 1,
            known.importer or _importer(module),
        )
    return found


def _measured(modules: list[Module]) -> Iterator[Module]:
    names = [module.name for module in modules]
    start = names.index(LAST_OF_OURS) + 1 if LAST_OF_OURS in names else 0
    return (module for module in modules[start:] if not module.name.startswith("telemetry.lab"))


def _importer(module: Module) -> str | None:
    """The package above, where another one begins."""
    importer = (module.importer or "").partition(".")[0]
    outside = importer and importer != module.package and module.package not in sys.stdlib_module_names
    return importer if outside else None
