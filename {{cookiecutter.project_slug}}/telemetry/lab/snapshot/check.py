"""What copies of a snapshot would share or find dead: read from the reports of two processes, put into words.

Each process has run its own INIT. What is in both of their memories is the same in every environment, with
SnapStart or without; so only what the second one does not have was drawn, or taken from a clock.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

OWN: Final = frozenset({"adapter", "telemetry"})
"""Packages that are told of the restore and take their own anew; what they keep is kept on purpose."""
WITHIN_A_PROCESS: Final = (
    "opentelemetry.context.",
    "opentelemetry.trace.propagation.",
    "opentelemetry.baggage.",
)
"""Modules whose drawn names are keys of a dictionary, and never leave the process."""
SHOWN: Final = 20
"""Findings in the summary; all of them are in the lab's record."""

GENERATOR: Final = "random generator"
SEEDED: Final = "generator with a fixed seed"
IN_A_COPY: Final[Mapping[str, str]] = {
    GENERATOR: "the same numbers in every copy: seed it after the restore",
    SEEDED: "the same numbers everywhere, without SnapStart too",
    "UUID": "the same in every copy: draw it after the restore",
    "random text": "the same in every copy: draw it after the restore",
    "random bytes": "the same in every copy: draw them after the restore",
    "random number": "the same in every copy: draw it after the restore",
    "time of day": "when the snapshot was taken, which may be weeks ago",
    "monotonic clock": "of another machine, and cannot be compared with now",
    "connection": "dead: open it after the restore",
    "timer": "armed by the clock of another machine",
}
"""By kind of finding: what is wrong with it in a copy."""


@dataclass(frozen=True, slots=True)
class Shared:
    """Something of INIT that is in every copy."""

    kind: str
    place: str
    """Names that lead to it."""
    more: int = 0
    """Others of its kind in the same container."""

    def fields(self) -> dict[str, Any]:
        """Return what the lab's record holds of it."""
        return {"kind": self.kind, "place": self.place, **({"more": self.more} if self.more else {})}


@dataclass(frozen=True, slots=True)
class SnapshotCheck:
    """What came of the comparison, and of the requests after it."""

    shared: Sequence[Shared]
    renewed: Mapping[str, int]
    """What INIT had and the restored process has no more, in numbers, by kind."""
    requests: int
    """Sent after the restore, all connections of INIT being dead."""
    failed: int
    error: str | None = None
    """Why there was no comparison: the end of a traceback."""

    def fields(self) -> dict[str, Any]:
        """Return what the lab's record holds of it."""
        found: dict[str, Any] = {
            "shared": [one.fields() for one in self.shared],
            "renewed": dict(self.renewed),
            "requests": self.requests,
            "failed": self.failed,
        }
        return found if self.error is None else {**found, "error": self.error}

    def rows(self) -> list[tuple[str, str, str]]:
        """Return a table: kind, place, and what is wrong with it in a copy."""
        return [
            (one.kind, one.place + (f" and {one.more} more" if one.more else ""), IN_A_COPY[one.kind])
            for one in self.shared[:SHOWN]
        ]


def check_of(first: Path, second: Path, *, requests: int, failed: int) -> SnapshotCheck:
    """Read what the two processes have written; either file may be missing."""
    told, control = _read(first), _read(second)
    error = next((str(one["error"]).rstrip() for one in (told, control) if "error" in one), None)
    present = frozenset(control.get("present", ()))
    found = [_shared(one, present) for one in told.get("kept", ()) if one["holder"] not in OWN]
    shared = tuple(one for one in found if one is not None)
    return SnapshotCheck(shared, told.get("renewed", {}), requests, failed, error)


def _shared(one: Mapping[str, Any], present: frozenset[str]) -> Shared | None:
    """Return a finding; None for what the other process has as well, or what never leaves a process."""
    kind, place = str(one["kind"]), str(one["place"])
    if one["digest"] in present:
        return Shared(SEEDED, place) if kind == GENERATOR else None
    return None if place.startswith(WITHIN_A_PROCESS) else Shared(kind, place, int(one["more"]))


def _read(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        return {"error": "the function did not let the lab's hook run"}
    return told if isinstance(told, dict) else {}
