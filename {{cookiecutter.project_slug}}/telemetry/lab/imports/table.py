"""The table of the most expensive packages, which of them the artifact has, and what bytecode in it saves."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rich.console import Console

from telemetry.lab.imports.children import Survey
from telemetry.lab.imports.findings import Findings, Use
from telemetry.lab.imports.importers import short_place
from telemetry.lab.imports.lazy_table import show_lazy
from telemetry.lab.imports.measurement import STDLIB, Package
from telemetry.lab.terminal import print_lines, table

SHOWN: Final = 10
"""Packages."""
REQUIREMENTS: Final = "requirements.txt"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""Of a distribution, at the beginning of a line; options begin with a hyphen."""
_INCLUDED: Final = re.compile(r"(?:-r|--requirement)[ =]*(.+)")
_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""What PowerShell's `pip freeze > requirements.txt` begins with."""


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


def shipped_packages(folder: Path, survey: Survey) -> set[str] | None:
    """Return the names under which the artifact's packages are imported, the team's own included.

    Args:
        folder: Of the app. Its requirements.txt says what is installed in the artifact, and the other files
            that it refers to.
        survey: Says what has installed a package, and what is the app's own.

    Returns:
        None where there is no requirements.txt, so that nobody knows.
    """
    path = folder / REQUIREMENTS
    if not path.is_file():
        return None
    installed = survey.installed_by(_named(path, set()))
    return {*installed, *survey.own, *(path.name for path in folder.iterdir() if path.is_dir())}


def _row(found: Findings, package: Package, *, used: bool) -> Iterator[object]:
    name = package.name
    shipped = found.shipped is None or name == STDLIB or name in found.shipped
    yield name if shipped else f"{name} *"
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
    shipped = found.compiled.keys() if found.shipped is None else found.shipped
    both = [name for name in found.compiled if name in found.source and name in shipped]
    with_bytecode, without = (sum(side[name].ms for name in both) for side in (found.compiled, found.source))
    total = sum(package.ms for package in found.compiled.values())
    if found.shipped is None:
        counted = f"if all of them are in it: there is no {REQUIREMENTS} that says which are"
    else:
        yield (
            f"* not named in {REQUIREMENTS}: a dependency of what is, part of Lambda's runtime, or of this "
            "environment only"
        )
        counted = "not counting packages with *"
    yield (
        f"In all {total:.0f} ms for {len(found.compiled)} packages. Without bytecode in the artifact a cold "
        f"start would take {max(0.0, without - with_bytecode):.0f} ms more, {counted}."
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
            f"({', '.join(sorted(set(failures)))}): what they would have used may be missing. Name events "
            "that the app serves by --event; the lab shows one where it answers 404, 405 or 406."
        )
    yield (
        '"did not run": none of its functions ran in a request. INIT may need it all the same, and its '
        "classes, constants or C code be used: take nothing out for this column alone."
    )


def _named(path: Path, read: set[Path]) -> Iterator[str]:
    """Yield the distributions that a file names; indented lines go on with what is before them."""
    read.add(path.resolve())
    for line in _lines(path):
        if found := _NAME.match(line):
            yield found[0]
        elif included := _INCLUDED.match(line):
            other = path.parent / included[1].partition(" #")[0].strip()
            if other.resolve() not in read:
                yield from _named(other, read)


def _lines(path: Path) -> list[str]:
    """Return the lines of a file as pip reads it; none of one that cannot be read."""
    try:
        data = path.read_bytes()
    except OSError:
        return []
    encoding = "utf-16" if data.startswith(_UTF_16) else "utf-8-sig"
    return data.decode(encoding, errors="replace").splitlines()
