"""What can be wrong with a deployment, each with what to do about it. Pure: from facts to findings."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from telemetry.report.aws.deployment import Alias, Deployment
from adapter.placement import EXPERIMENT_VARIABLE, PLACEMENT_VARIABLE, PlacementError, parse_weights, placement_from

State: TypeAlias = Literal["ok", "look", "broken"]

INIT_LIMIT_S: Final = 10.0
NEAR: Final = 0.8
"""Share of a limit from which on it is near."""
OLDEST_PYTHON: Final = (3, 12)


@dataclass(frozen=True, slots=True)
class Check:
    """One finding."""

    what: str
    state: State
    found: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Recent:
    """What the last records say."""

    since: str
    requests: int
    reports: int
    placements: frozenset[str]
    slowest_startup_ms: float | None
    slowest_init_ms: float | None
    """Imports and startup, where startup ran in INIT."""


def checks(of: Deployment, recent: Recent) -> Iterator[Check]:
    """Examine everything."""
    yield from (_stack(of), _levels(of), _runtime(of), _placement(of, recent))
    yield from (_alias(of, alias) for alias in of.aliases)
    yield from (_snapstart(of), _retention(of), _records(recent), _timeout(of, recent), _init(of, recent))


def _stack(of: Deployment) -> Check:
    done = of.stack.status.endswith("_COMPLETE") and "ROLLBACK" not in of.stack.status
    advice = "the last deployment did not go through: what runs may not be what you think"
    return Check("stack", "ok" if done else "look", of.stack.status, "" if done else advice)


def _levels(of: Deployment) -> Check:
    found = f"{of.log_format}, application {of.application_level}, system {of.system_level}"
    if {of.application_level, of.system_level} <= {"TRACE", "DEBUG", "INFO"}:
        return Check("log levels", "ok", found)
    advice = "set both to INFO: above it Lambda drops records or its report lines; LOG_LEVEL filters logs"
    return Check("log levels", "broken", found, advice)


def _runtime(of: Deployment) -> Check:
    version = of.runtime.removeprefix("python").split(".")
    numbers = tuple(int(part) for part in version if part.isdecimal())
    if not of.runtime.startswith("python") or numbers >= OLDEST_PYTHON:
        return Check("runtime", "ok", of.runtime)
    return Check("runtime", "look", of.runtime, "shutdown never runs: SIGTERM needs python3.12 or newer")


def _placement(of: Deployment, recent: Recent) -> Check:
    experiment = of.variables.get(EXPERIMENT_VARIABLE, "").strip()
    found = f"experiment {experiment}" if experiment else of.variables.get(PLACEMENT_VARIABLE, "init")
    try:
        assigned = placement_from(of.variables)  # as the function does it
        configured = frozenset(parse_weights(experiment)) if experiment else frozenset({assigned})
    except PlacementError as error:
        return Check("placement", "broken", found, f"the function cannot start: {error}")
    if others := recent.placements - configured:
        advice = f"the last records are of {', '.join(sorted(others))}: an older version still serves"
        return Check("placement", "look", found, advice)
    return Check("placement", "ok", found)


def _alias(of: Deployment, alias: Alias) -> Check:
    found = f"version {alias.version}{', provisioned' if alias.provisioned else ''}"
    ours = {name: value for name, value in of.variables.items() if name.startswith("LIFESPAN_")}
    theirs = {name: value for name, value in alias.variables.items() if name.startswith("LIFESPAN_")}
    if ours != theirs:
        changed = sorted(name for name in ours | theirs if ours.get(name) != theirs.get(name))
        advice = f"serves with another {', '.join(changed)} than $LATEST: publish a new version"
        return Check(f"alias {alias.name}", "broken", found, advice)
    if alias.provisioned and of.snapstart:
        return Check(f"alias {alias.name}", "broken", found, "Lambda refuses both together")
    return Check(f"alias {alias.name}", "ok", found)


def _snapstart(of: Deployment) -> Check:
    if of.snapstart and of.variables.get(EXPERIMENT_VARIABLE, "").strip():
        advice = f"environments are copies, so none can be assigned: unset {EXPERIMENT_VARIABLE}"
        return Check("SnapStart", "broken", "on, with an experiment", advice)
    return Check("SnapStart", "ok", "on" if of.snapstart else "off")


def _retention(of: Deployment) -> Check:
    if of.retention_days is None:
        return Check("retention", "look", f"{of.log_group}: for ever", "logs cost until deleted: set days")
    advice = "" if of.retention_days >= 7 else "an experiment of a week would lose its first days"
    return Check("retention", "look" if advice else "ok", f"{of.retention_days} days", advice)


def _records(recent: Recent) -> Check:
    found = f"{recent.requests} requests, {recent.reports} report lines since {recent.since}"
    if not recent.requests:
        return Check("records", "broken", found, "send a request, or look further back with --since")
    if not recent.reports:
        return Check("records", "broken", found, "only platform.report lines tell what users wait for")
    return Check("records", "ok", found)


def _timeout(of: Deployment, recent: Recent) -> Check:
    slowest = recent.slowest_startup_ms
    if slowest is None:
        return Check("timeout", "ok", f"{of.timeout_s} s; no startup recorded")
    found = f"{of.timeout_s} s; slowest startup {slowest / 1000:.1f} s"
    if slowest / 1000 < NEAR * of.timeout_s:
        return Check("timeout", "ok", found)
    return Check("timeout", "broken", found, "a startup inside a request may be cut: raise Timeout")


def _init(of: Deployment, recent: Recent) -> Check:
    slowest = recent.slowest_init_ms
    if slowest is None or of.snapstart:
        return Check("INIT", "ok", "no startup in INIT recorded")
    found = f"slowest {slowest / 1000:.1f} s of {INIT_LIMIT_S:.0f}"
    if slowest / 1000 < NEAR * INIT_LIMIT_S:
        return Check("INIT", "ok", found)
    advice = "Lambda begins again what takes longer: load less, or use provisioned concurrency"
    return Check("INIT", "broken" if slowest / 1000 >= INIT_LIMIT_S else "look", found, advice)
