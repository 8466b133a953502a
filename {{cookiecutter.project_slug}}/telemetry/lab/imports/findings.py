"""What was found out about an app's imports: their cost, their use, and what is saved by moving some."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, NamedTuple, TypeAlias

from telemetry.lab.imports.children import Survey
from telemetry.lab.imports.lazy import NoSaving, Saving
from telemetry.lab.imports.measurement import STDLIB, Package
from telemetry.lab.imports.serving import Watched

Kind: TypeAlias = Literal["ran", "did not run", "cannot tell"]

WATCHABLE: Final = (3, 12)
"""The first Python that has `sys.monitoring`."""


class Use(NamedTuple):
    """What requests did with a package."""

    kind: Kind
    events: tuple[int, ...] = ()
    """Those in which its code ran, counted from 0."""


@dataclass(frozen=True, slots=True)
class Findings:
    """Of one app."""

    app: str
    folders: tuple[Path, ...]
    """Those that the app imports its own files from."""
    python: tuple[int, ...]
    survey: Survey
    compiled: Mapping[str, Package]
    """Imported from bytecode, by name."""
    source: Mapping[str, Package]
    """Without bytecode."""
    shipped: Container[str] | None
    """Packages of the artifact; None where nobody knows."""
    events: int
    """Of which each environment gets one request."""
    error: str
    """Type of the exception that ended the startup early, or nothing."""
    watched: Watched | None = None
    unwatched: str = ""
    """Why no request was watched, in a sentence."""
    savings: Sequence[Saving] = ()
    no_savings: Sequence[NoSaving] = ()
    memory_mb: int | None = None
    """The size whose share of CPU requests got while imports were moved; None at full speed."""

    @property
    def dearest(self) -> list[Package]:
        """The packages, by what their own modules take."""
        return sorted(self.compiled.values(), key=lambda package: -package.ms)

    def use(self, package: str) -> Use | None:
        """Return what requests did with a package; None if that is not known."""
        if self.watched is None or self.watched.ran is None:
            return None
        names = self.survey.stdlib if package == STDLIB else {package}
        events = tuple(number for number, ran in enumerate(self.watched.ran) if not names.isdisjoint(ran))
        if events:
            return Use("ran", events)
        return Use("cannot tell" if package in self.survey.native else "did not run")

    def has_whole(self, package: str) -> bool:
        """Whether what it was the first to import says something: not of the app, which imports all."""
        return package != STDLIB and package not in self.survey.own


def why_unwatched(python: Sequence[int]) -> str:
    """Say which Python it takes to see what requests use, and how to name it; nothing if this one will do."""
    if tuple(python[:2]) >= WATCHABLE:
        return ""
    version = ".".join(map(str, python[:2]))
    return (
        f"Whether requests use a package takes Python 3.12 or newer to see, and this is {version}. Make an "
        "environment of a newer one with the app's packages and awslambdaric, and name it by --python: "
        "python3.12 -m venv .venv312 && .venv312/bin/pip install -r requirements.txt "
        "&& .venv312/bin/pip install awslambdaric"
    )
