"""The table of the most expensive packages, and what bytecode in the artifact saves."""

from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Final

from rich.console import Console

from telemetry.lab.imports.findings import Findings, Use
from telemetry.lab.imports.importers import short_place
from telemetry.lab.imports.lazy_table import show_lazy
from telemetry.lab.imports.measurement import STDLIB, Package
from telemetry.lab.terminal import print_lines, table

SHOWN: Final = 10
"""Packages."""


def show(found: Findings, console: Console) -> None:
    """Print what the imports of an app cost, and who uses them."""
    version = ".".join(map(str, found.python))
    print_lines(console, [f"Imports of {found.app} and of its startup, here, by Python {version}:", ""])
    used = found.watched is not None and found.watched.ran is not None
    headings = ["package", "ms", "with imports", "no bytecode", "modules"]
    headings += ["in requests"] if used else []
    rows = [list(_row(found, package, used=used)) for package in found.dearest[:SHOWN]]
    words = {0, 5, 6} if used else {0, 5}
    console.print(table([*headings, "first import"], rows, words=words))
    print_lines(console, ["", *_totals(found), *_use(found)])
    show_lazy(found, console)
    if found.error:
        why = f"The startup did not finish: {found.error}. Its later imports are missing here."
        print_lines(console, [why, *found.survey.advice])


def shipped_packages(
    requirements: Path = Path("requirements.txt"), distributions: Mapping[str, Sequence[str]] | None = None
) -> set[str]:
    """Return the names under which the artifact's packages are imported, the team's own folders included.

    Args:
        requirements: What is installed in the artifact.
        distributions: By name of a package, those that have installed it; those of this Python by default.
    """
    try:
        lines = requirements.read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    pinned = {_normalized(line.partition("=")[0]) for line in lines if line and not line[0].isspace()}
    installed = packages_distributions() if distributions is None else distributions
    names = {name for name, by in installed.items() if not pinned.isdisjoint(map(_normalized, by))}
    return names | {path.name for path in requirements.absolute().parent.iterdir() if path.is_dir()}


def _row(found: Findings, package: Package, *, used: bool) -> Iterator[object]:
    name = package.name
    yield name if name == STDLIB or name in found.shipped else f"{name} *"
    yield f"{package.ms:.1f}"
    yield f"{package.whole_ms:.1f}" if found.has_whole(name) else "-"
    yield f"{found.source[name].ms:.1f}" if name in found.source and name != STDLIB else "-"
    yield package.modules
    if used:
        yield _used(found, found.use(name))
    yield _first_import(found, package)


def _used(found: Findings, use: Use | None) -> str:
    if use is None or found.watched is None:
        return ""
    count = len(found.watched.served.failures)
    if use.kind == "cannot tell":
        return "cannot tell: native"
    some = use.kind == "ran" and len(use.events) < count
    return f"ran in {len(use.events)} of {count}" if some else use.kind


def _first_import(found: Findings, package: Package) -> str:
    for place in found.survey.importers.get(package.name, ()):
        return short_place(place.file, place.line, found.folders)
    return package.importer or ""


def _totals(found: Findings) -> Iterator[str]:
    both = [name for name in found.compiled if name in found.source and name in found.shipped]
    with_bytecode, without = (sum(side[name].ms for name in both) for side in (found.compiled, found.source))
    total = sum(package.ms for package in found.compiled.values())
    yield "* not in requirements.txt: part of Lambda's runtime, or of this environment only"
    yield (
        f"In all {total:.0f} ms for {len(found.compiled)} packages. Without bytecode in the artifact a cold "
        f"start would take {max(0.0, without - with_bytecode):.0f} ms more, not counting packages with *."
    )


def _use(found: Findings) -> Iterator[str]:
    if found.unwatched:
        yield found.unwatched
        return
    if found.watched is None:
        return
    failures = [failure for failure in found.watched.served.failures if failure is not None]
    if failures:
        yield (
            f"{len(failures)} of {len(found.watched.served.failures)} requests had no 2xx response "
            f"({', '.join(sorted(set(failures)))}): what they would have used may be missing."
        )
    yield (
        '"did not run": none of its functions ran in a request. INIT may need it all the same, and its '
        "classes, constants or C code be used: take nothing out for this column alone."
    )


def _normalized(name: str) -> str:
    """Return a distribution's name as requirements have it."""
    return name.strip().lower().replace("_", "-").replace(".", "-")
