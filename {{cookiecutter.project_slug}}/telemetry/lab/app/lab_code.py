"""What the lab brings into an app's own environment by path: its code, and packages that this code needs.

The app's own packages come first. Where one of them is too old for the adapter or the telemetry, these use
the lab's in private, and the app still gets its own.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Final, NamedTuple

from telemetry.lab.app.bootstrap import ROOMS
from telemetry.lab.app.interpreter import Interpreter
from telemetry.lab.usage import UsageError


class Need(NamedTuple):
    """A package without compiled parts, so that it can be brought to any Python."""

    name: str
    oldest: tuple[int, ...]
    not_: tuple[int, ...] | None = None
    """A release that does not work."""

    def met_by(self, version: str) -> bool:
        """Whether this version will do."""
        numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:3])
        return numbers >= self.oldest and numbers[:2] != self.not_


NEEDS: Final = (
    Need("mangum", (0, 19), (0, 20)),
    Need("opentelemetry-api", (1, 28)),
    Need("typing-extensions", (4, 5)),
)


@dataclass(frozen=True, slots=True)
class LabCode:
    """Folders of links, to be put on the import path by `bootstrap`."""

    folder: Path
    """The rooms, and packages that the environment lacks: the last on the path."""
    private: Path | None = None
    """Packages that the environment has in a version that the rooms cannot use."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Of what is brought."""
    replaced: Mapping[str, str] = field(default_factory=dict)
    """The environment's own versions of what is used in private."""


def lab_code(interpreter: Interpreter, parent: Path) -> LabCode:
    """Make the folders.

    Raises:
        UsageError: A package is missing here, too.
    """
    folder, private = parent / "code", parent / "private"
    for made in (folder, private):
        made.mkdir()
    for room in ROOMS:
        (folder / room).symlink_to(Path(__file__).parents[3] / room)
    brought = brought_packages(interpreter)
    replaced = {name: interpreter.packages[name] for name in brought if name in interpreter.packages}
    for name, found in brought.items():
        _link(found, private if name in replaced else folder)
    versions = {name: found.version for name, found in brought.items()}
    return LabCode(folder, private if replaced else None, versions, replaced)


def brought_packages(interpreter: Interpreter) -> dict[str, Distribution]:
    """Return those of the lab's packages that an environment lacks, or has in a version that will not do.

    Raises:
        UsageError: A package is missing here, too.
    """
    packages = interpreter.packages
    return {
        need.name: _installed_here(need.name)
        for need in NEEDS
        if need.name not in packages or not need.met_by(packages[need.name])
    }


def _installed_here(name: str) -> Distribution:
    try:
        return distribution(name)
    except PackageNotFoundError as error:
        raise UsageError(
            f"--python: the package {name} is installed neither there nor where the lab runs; "
            "install requirements.txt where the lab runs"
        ) from error


def _link(found: Distribution, folder: Path) -> None:
    """Link what a distribution has installed. Of a namespace package it links only its own share."""
    files = [path for path in found.files or () if path.parts[0] != ".." and "__pycache__" not in path.parts]
    regular = {path.parts[0] for path in files if len(path.parts) == 2 and path.name == "__init__.py"}
    for path in files:
        metadata = path.parts[0].endswith(".dist-info")
        depth = 1 if metadata or path.parts[0] in regular else 2
        link = folder.joinpath(*path.parts[:depth])
        if not link.is_symlink():
            link.parent.mkdir(exist_ok=True)
            link.symlink_to(Path(str(found.locate_file("/".join(path.parts[:depth])))).absolute())
