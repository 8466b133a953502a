"""The table of the most expensive packages, and what bytecode in the artifact saves."""

from collections.abc import Container, Iterator, Mapping
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Final

from rich.console import Console

from telemetry.lab.imports.measurement import STDLIB, Package
from telemetry.lab.terminal import print_lines, table

SHOWN: Final = 10
"""Packages."""


def show(
    app: str,
    compiled: Mapping[str, Package],
    source: Mapping[str, Package],
    shipped: Container[str],
    console: Console,
) -> None:
    """Print what the imports of an app cost.

    Args:
        app: Its name.
        compiled: Its packages, imported from bytecode.
        source: The same without bytecode.
        shipped: Names of the packages in the artifact; Lambda's runtime has bytecode of all others.
        console: Where to print.
    """
    print_lines(console, [f"Imports of {app} and of its startup, on this machine:", ""])
    headings = ("package", "ms", "ms without bytecode", "modules", "first imported by")
    console.print(table(headings, _rows(compiled, source, shipped), words={0, 4}))
    in_both = [name for name in compiled if name in source and name in shipped]
    with_bytecode, without = (sum(found[name].ms for name in in_both) for found in (compiled, source))
    total = sum(package.ms for package in compiled.values())
    lines = [
        "",
        "* not in requirements.txt: part of Lambda's runtime, or of this environment only",
        f"In all {total:.0f} ms for {len(compiled)} packages. Without bytecode in the artifact a cold start",
        f"would take {max(0.0, without - with_bytecode):.0f} ms more, not counting packages with *.",
    ]
    print_lines(console, lines)


def shipped_packages(requirements: Path = Path("requirements.txt")) -> set[str]:
    """Return the names under which the artifact's packages are imported, the team's own folders included."""
    try:
        lines = requirements.read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    pinned = {_normalized(line.partition("=")[0]) for line in lines if line and not line[0].isspace()}
    names = {
        name
        for name, distributions in packages_distributions().items()
        if not pinned.isdisjoint(map(_normalized, distributions))
    }
    return names | {path.name for path in Path.cwd().iterdir() if path.is_dir()}


def _rows(
    compiled: Mapping[str, Package], source: Mapping[str, Package], shipped: Container[str]
) -> Iterator[tuple[object, ...]]:
    most_expensive = sorted(compiled.values(), key=lambda package: package.ms, reverse=True)
    for package in most_expensive[:SHOWN]:
        has_both = package.name in source and package.name != STDLIB
        yield (
            package.name if package.name == STDLIB or package.name in shipped else f"{package.name} *",
            f"{package.ms:.1f}",
            f"{source[package.name].ms:.1f}" if has_both else "-",
            package.modules,
            package.importer or "",
        )


def _normalized(name: str) -> str:
    """Return a distribution's name as requirements have it."""
    return name.strip().lower().replace("_", "-").replace(".", "-")
