"""`python -m artifact.adopt --into DIR`: put adapter/ and telemetry/ into a service that was not generated.

The first time it copies them, later it replaces them by those that are here. `upstream.sha256` beside them
holds the hashes of what was copied. By these it finds files that were changed there, and copies nothing then.
This module needs nothing but the standard library.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from artifact.upstream import MANIFEST, PROJECT, Changes, Manifest, ManifestError, hashes

CHOICES: Final = ("adapter", "telemetry")
"""What is of use elsewhere: artifact/ builds and deploys this layout of a project alone."""


class AdoptError(Exception):
    """The folders cannot be copied there. The text says why; nothing has been changed."""


class Adopted(NamedTuple):
    """What was copied."""

    before: str | None
    """The version that was there; None the first time."""
    now: Manifest


def main(arguments: Sequence[str] | None = None, source: Path = PROJECT) -> int:
    """Copy, and say what comes next; return 0, or 1 when there is a reason not to."""
    parser = argparse.ArgumentParser(
        prog="python -m artifact.adopt",
        description="Copy adapter/ and telemetry/ into a service that was not generated, or renew them.",
    )
    parser.add_argument(
        "--into",
        type=Path,
        metavar="DIR",
        help="the folder that the handler's imports start from, where its package or module is",
    )
    parser.add_argument(
        "--only", choices=CHOICES, help="one of the two; the adapter works without telemetry, not the reverse"
    )
    given = parser.parse_args(arguments)
    if given.into is None:
        parser.error("say where: make adopt INTO=../service")
    try:
        rooms = _rooms(given.only, given.into)
        adopted = adopt(source, given.into, rooms)
    except AdoptError as error:
        sys.stderr.write(f"{parser.prog}: {error}\n")
        return 1
    sys.stdout.write(_said(adopted, given.into, rooms))
    return 0


def _rooms(only: str | None, into: Path) -> tuple[str, ...]:
    if only == "telemetry" and not (into / "adapter" / "facts.py").is_file():
        raise AdoptError("telemetry/ needs adapter/, which is not there: leave --only out")
    return (only,) if only else CHOICES


def adopt(source: Path, into: Path, rooms: Sequence[str] = CHOICES) -> Adopted:
    """Replace the folders in `into` by those of `source`, file by file of the manifest.

    Raises:
        AdoptError: There is no such folder, it is a generated project, it has packages of these names that
            are not from here, or a copied file was changed there.
    """
    before = _before(source, into)
    there = {name: digest for name, digest in hashes(into).items() if name.startswith(_under(CHOICES))}
    _refuse_strangers(into, rooms, before)
    _refuse_changes(before, there)
    kept = {name: digest for name, digest in before.hashes.items() if not name.startswith(_under(rooms))}
    here = Manifest.of_files(source)
    copied = {name: digest for name, digest in here.hashes.items() if name.startswith(_under(rooms))}
    for room in rooms:
        _replace(source, into, room, sorted(copied))
    now = Manifest(here.version, {**kept, **copied})
    now.write(into)
    return Adopted(before.version or None, now)


def _under(rooms: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{room}/" for room in rooms)


def _before(source: Path, into: Path) -> Manifest:
    """Return what an earlier copy has left there; nothing, of no version, the first time."""
    if not into.is_dir():
        raise AdoptError(f"{into} is no folder")
    if into.resolve() == source.resolve() or source.resolve() in into.resolve().parents:
        raise AdoptError(f"{into} is here, where the folders come from")
    if not (into / MANIFEST).exists():
        return Manifest("", {})
    try:
        found = Manifest.read(into)
    except ManifestError as error:
        raise AdoptError(f"{into}: {error}") from None
    if any(name.startswith("artifact/") for name in found.hashes):
        raise AdoptError(
            f"{into} is a generated project, which `cruft update` renews (docs/upgrade.md there)"
        )
    return found


def _refuse_strangers(into: Path, rooms: Sequence[str], before: Manifest) -> None:
    for room in rooms:
        if any(name.startswith(f"{room}/") for name in before.hashes):
            continue
        for name in (room, f"{room}.py"):
            if (into / name).exists():
                raise AdoptError(
                    f"{into} has {name} already, which is not from here. The folders are imported by these "
                    "names, so rename yours; a copy that was made by hand has to be deleted first"
                )


def _refuse_changes(before: Manifest, there: "dict[str, str]") -> None:
    changes = Changes.between(before.hashes, there).lines() if before.hashes else []
    if changes:
        raise AdoptError(
            "these files were changed there since they were copied:\n"
            + "\n".join(changes)
            + "\nMake the change in the template, or take it out; then copy again"
        )


def _replace(source: Path, into: Path, room: str, names: Sequence[str]) -> None:
    """Swap a folder for a new one that was complete before, so that a full disk leaves the old one."""
    with tempfile.TemporaryDirectory(prefix=f".{room}-", dir=into) as folder:
        new, old = Path(folder) / "new", Path(folder) / "old"
        for name in names:
            if name.startswith(f"{room}/"):
                target = new / Path(name).relative_to(room)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source / name, target)
        if (into / room).exists():
            (into / room).rename(old)
        new.rename(into / room)


def _said(adopted: Adopted, into: Path, rooms: Sequence[str]) -> str:
    folders = " and ".join(f"{room}/" for room in rooms)
    what = f"{folders} of cookiecutter-lambda-lifespan {adopted.now.version} are in {into}"
    if adopted.before:
        return f"{what}, where {adopted.before} was. Run your tests; docs/upgrade.md says what is new.\n"
    return (
        f"{what}.\nNow change five lines of the handler and two of the requirements: docs/adopt.md.\n"
        f"Commit {MANIFEST} too. By it a later `make adopt` finds what was changed there, and then copies "
        f"nothing; `sha256sum --check --quiet {MANIFEST}` finds it there.\n"
    )


if __name__ == "__main__":
    sys.exit(main())
