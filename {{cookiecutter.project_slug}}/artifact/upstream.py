"""`python -m artifact.upstream`: the version of the template's folders, and what a project changed in them.

`adapter/`, `artifact/` and `telemetry/` are written in the template and are the same bytes in every
project. `upstream.sha256` holds the hash of each file as the template published it; `sha256sum --check`
reads it too. This module needs nothing but the standard library, so it runs before anything is installed.
"""

import argparse
import hashlib
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

PROJECT: Final = Path(__file__).resolve().parents[1]
MANIFEST: Final = "upstream.sha256"
ROOMS: Final = ("adapter", "artifact", "telemetry")
"""The folders that are written in the template."""

_HEAD: Final = re.compile(r"# cookiecutter-lambda-lifespan (\S+)")
_LINE: Final = re.compile(r"([0-9a-f]{64})  (\S.*)")
_VERSION: Final = re.compile(r'^VERSION: Final = "([^"]+)"$', re.MULTILINE)


class ManifestError(Exception):
    """`upstream.sha256` is missing or is not a manifest. The text says where."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """A version of the template's folders, and the SHA-256 of each file by its path in the project."""

    version: str
    hashes: Mapping[str, str]

    @classmethod
    def of_files(cls, project: Path) -> Self:
        """Hash the files that are here."""
        facts = (project / "adapter" / "facts.py").read_text(encoding="utf-8")
        (version,) = _VERSION.findall(facts)
        return cls(version, hashes(project))

    @classmethod
    def read(cls, project: Path) -> Self:
        """Read what the template published.

        Raises:
            ManifestError: The file is missing, or a line of it is neither the version nor a hash and a path.
        """
        try:
            head, *lines = (project / MANIFEST).read_text(encoding="utf-8").splitlines() or [""]
        except FileNotFoundError:
            raise ManifestError(f"{MANIFEST} is missing; restore it from git") from None
        if not (version := _HEAD.fullmatch(head)):
            raise ManifestError(f"{MANIFEST}, line 1: expected '# cookiecutter-lambda-lifespan VERSION'")
        found: dict[str, str] = {}
        for number, line in enumerate(lines, start=2):
            if not (entry := _LINE.fullmatch(line)):
                raise ManifestError(f"{MANIFEST}, line {number}: expected a SHA-256, two spaces and a path")
            found[entry[2]] = entry[1]
        return cls(version[1], found)

    def write(self, project: Path) -> None:
        """Publish it. Only the template does this, by `make manifest`."""
        lines = [f"# cookiecutter-lambda-lifespan {self.version}"]
        lines += [f"{digest}  {name}" for name, digest in sorted(self.hashes.items())]
        (project / MANIFEST).write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


@dataclass(frozen=True, slots=True)
class Changes:
    """Paths of the files that differ from the manifest, sorted."""

    changed: Sequence[str]
    missing: Sequence[str]
    added: Sequence[str]

    @classmethod
    def between(cls, published: Mapping[str, str], here: Mapping[str, str]) -> Self:
        """Compare the hashes of two sets of files."""
        common = published.keys() & here.keys()
        return cls(
            changed=sorted(name for name in common if published[name] != here[name]),
            missing=sorted(published.keys() - here.keys()),
            added=sorted(here.keys() - published.keys()),
        )

    def lines(self) -> list[str]:
        """Say each path with what happened to it, as a Markdown list."""
        kinds = {"changed": self.changed, "missing": self.missing, "added": self.added}
        return [f"- {kind}: {name}" for kind, names in kinds.items() for name in names]


def hashes(project: Path) -> dict[str, str]:
    """Hash every file of the template's folders, except bytecode and hidden files."""
    return {
        path.relative_to(project).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for room in ROOMS
        for path in _files(project / room)
    }


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        inside = path.relative_to(folder).parts
        if path.is_file() and not any(name == "__pycache__" or name.startswith(".") for name in inside):
            yield path


def report(manifest: Manifest, changes: Changes) -> str:
    """Describe the state of the template's folders, for a terminal and for Markdown alike."""
    folders = f"{', '.join(f'{room}/' for room in ROOMS)}: cookiecutter-lambda-lifespan {manifest.version}"
    lines = changes.lines()
    if not lines:
        return f"{folders}, {len(manifest.hashes)} files. Nothing was changed here.\n"
    return "\n".join(
        (
            f"{folders}, with these files changed here:",
            "",
            *lines,
            "",
            "`cruft update` merges them with the template's own changes, and may leave conflicts to resolve.",
            "A change that is made in the template instead reaches every project.",
            "",
        )
    )


def main(arguments: Sequence[str] | None = None, project: Path = PROJECT) -> int:
    """Print the report; return 0, or 1 for changes under `--check`, or 2 when there is no valid manifest."""
    parser = argparse.ArgumentParser(
        prog="python -m artifact.upstream",
        description=(
            "Print the version of the template that adapter/, artifact/ and telemetry/ are from, "
            "and list what this project has changed in them."
        ),
    )
    parser.add_argument("--check", action="store_true", help="exit with 1 when something was changed, for CI")
    given = parser.parse_args(arguments)
    try:
        manifest = Manifest.read(project)
    except ManifestError as error:
        sys.stderr.write(f"{parser.prog}: {error}\n")
        return 2
    changes = Changes.between(manifest.hashes, hashes(project))
    sys.stdout.write(report(manifest, changes))
    return int(given.check and bool(changes.lines()))


if __name__ == "__main__":
    sys.exit(main())
