"""What can be wrong with a deployment: from what was read to findings; `show.examination` has the words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from adapter.placement import (
    EXPERIMENT_VARIABLE,
    PLACEMENT_VARIABLE,
    Placement,
    PlacementError,
    parse_weights,
    placement_from,
)
from telemetry.report.aws.deployment import Alias, Deployment

State: TypeAlias = Literal["ok", "look", "broken"]
Subject: TypeAlias = Literal[
    "stack",
    "log levels",
    "runtime",
    "placement",
    "alias",
    "SnapStart",
    "retention",
    "records",
    "timeout",
    "INIT",
]
Cause: TypeAlias = Literal[
    "failed deployment",
    "levels above INFO",
    "no SIGTERM",
    "refused placement",
    "old version serves",
    "alias has other variables",
    "alias is provisioned under SnapStart",
    "experiment under SnapStart",
    "logs kept for ever",
    "logs kept too short",
    "no requests",
    "no reports",
    "startup near the timeout",
    "INIT near its limit",
]

INIT_LIMIT_S: Final = 10.0
NEAR: Final = 0.8
"""Share of a limit from which on it is near."""
OLDEST_PYTHON: Final = (3, 12)
SHORTEST_RETENTION_DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class Check:
    """One finding."""

    subject: Subject
    state: State = "ok"
    cause: Cause | None = None
    """None when all is well."""
    detail: str = ""
    """What the cause is about: names, or what the adapter would say."""
    alias: Alias | None = None
    """For the subject `alias`."""


@dataclass(frozen=True, slots=True)
class Recent:
    """What the last records say."""

    since: str
    requests: int
    reports: int
    placements: frozenset[Placement]
    slowest_startup_ms: float | None
    slowest_init_ms: float | None
    """Imports and startup, where startup ran in INIT."""


def checks(of: Deployment, recent: Recent) -> Iterator[Check]:
    """Check a deployment, and what its last records say of it."""
    yield from (_stack(of), _levels(of), _runtime(of), _placement(of, recent))
    yield from (_alias(of, alias) for alias in of.aliases)
    yield from (_snapstart(of), _retention(of), _records(recent), _timeout(of, recent), _init(of, recent))


def experiment_of(of: Deployment) -> str:
    """Return the declared experiment; empty without one."""
    return of.variables.get(EXPERIMENT_VARIABLE, "").strip()


def placement_of(of: Deployment) -> str:
    """Return the placement that is in force without an experiment."""
    return of.variables.get(PLACEMENT_VARIABLE, "init")


def _stack(of: Deployment) -> Check:
    done = of.stack.status.endswith("_COMPLETE") and "ROLLBACK" not in of.stack.status
    return Check("stack") if done else Check("stack", "look", "failed deployment")


def _levels(of: Deployment) -> Check:
    if {of.application_level, of.system_level} <= {"TRACE", "DEBUG", "INFO"}:
        return Check("log levels")
    return Check("log levels", "broken", "levels above INFO")


def _runtime(of: Deployment) -> Check:
    version = of.runtime.removeprefix("python").split(".")
    numbers = tuple(int(part) for part in version if part.isdecimal())
    if not of.runtime.startswith("python") or numbers >= OLDEST_PYTHON:
        return Check("runtime")
    return Check("runtime", "look", "no SIGTERM")


def _placement(of: Deployment, recent: Recent) -> Check:
    experiment = experiment_of(of)
    try:
        placement = placement_from(of.variables)  # as the function itself reads them
        configured = frozenset(parse_weights(experiment)) if experiment else frozenset({placement})
    except PlacementError as error:
        return Check("placement", "broken", "refused placement", str(error))
    if others := recent.placements - configured:
        return Check("placement", "look", "old version serves", ", ".join(sorted(others)))
    return Check("placement")


def _alias(of: Deployment, alias: Alias) -> Check:
    latest = {name: value for name, value in of.variables.items() if name.startswith("LIFESPAN_")}
    served = {name: value for name, value in alias.variables.items() if name.startswith("LIFESPAN_")}
    if latest != served:
        changed = sorted(name for name in latest | served if latest.get(name) != served.get(name))
        return Check("alias", "broken", "alias has other variables", ", ".join(changed), alias)
    if alias.provisioned and of.snapstart:
        return Check("alias", "broken", "alias is provisioned under SnapStart", alias=alias)
    return Check("alias", alias=alias)


def _snapstart(of: Deployment) -> Check:
    if of.snapstart and experiment_of(of):
        return Check("SnapStart", "broken", "experiment under SnapStart")
    return Check("SnapStart")


def _retention(of: Deployment) -> Check:
    if of.retention_days is None:
        return Check("retention", "look", "logs kept for ever")
    if of.retention_days < SHORTEST_RETENTION_DAYS:
        return Check("retention", "look", "logs kept too short")
    return Check("retention")


def _records(recent: Recent) -> Check:
    if not recent.requests:
        return Check("records", "broken", "no requests")
    return Check("records") if recent.reports else Check("records", "broken", "no reports")


def _timeout(of: Deployment, recent: Recent) -> Check:
    slowest = recent.slowest_startup_ms
    if slowest is None or slowest / 1000 < NEAR * of.timeout_s:
        return Check("timeout")
    return Check("timeout", "broken", "startup near the timeout")


def _init(of: Deployment, recent: Recent) -> Check:
    slowest = recent.slowest_init_ms
    if slowest is None or of.snapstart or slowest / 1000 < NEAR * INIT_LIMIT_S:
        return Check("INIT")
    return Check("INIT", "broken" if slowest / 1000 >= INIT_LIMIT_S else "look", "INIT near its limit")
