"""What can be wrong with a deployment's configuration; `record_checks` looks at what its records say."""

from collections.abc import Iterator
from typing import Final

from adapter.placement import (
    EXPERIMENT_VARIABLE,
    PLACEMENT_VARIABLE,
    PLANNED_VARIABLE,
    PlacementError,
    parse_weights,
    placement_from,
)
from telemetry.report.aws.deployment import STANDARD, Alias, Deployment
from telemetry.report.aws.findings import Check
from telemetry.report.aws.recent import Recent
from telemetry.report.aws.record_checks import record_checks

OLDEST_PYTHON: Final = (3, 12)
SHORTEST_RETENTION_DAYS: Final = 7


def checks(of: Deployment, recent: Recent) -> Iterator[Check]:
    """Check a deployment, and what its last records say of it."""
    yield from (_stack(of), _function(of), _permissions(of))
    yield from (_levels(of), _format(of), _log_class(of), _retention(of), _runtime(of))
    yield from (_placement(of, recent), _experiment(of), _variables(of))
    yield from (_alias(of, alias) for alias in of.aliases)
    yield from (_snapstart(of), _concurrency(of), _api(of), _spans(of))
    yield from record_checks(of, recent)


def experiment_of(of: Deployment) -> str:
    """Return the declared experiment; empty without one."""
    return of.variables.get(EXPERIMENT_VARIABLE, "").strip()


def placement_of(of: Deployment) -> str:
    """Return the placement that is in force without an experiment."""
    return of.variables.get(PLACEMENT_VARIABLE, "init")


def _stack(of: Deployment) -> Check:
    done = of.stack.status.endswith("_COMPLETE") and "ROLLBACK" not in of.stack.status
    return Check("stack") if done else Check("stack", "look", "failed deployment")


def _function(of: Deployment) -> Check:
    if of.state == "Failed":
        return Check("function", "broken", "function not active", of.failure)
    return Check("function", "look", "failed update", of.failure) if of.failure else Check("function")


def _permissions(of: Deployment) -> Check:
    if of.refused:
        return Check("permissions", "look", "refused permissions", ", ".join(of.refused))
    return Check("permissions")


def _levels(of: Deployment) -> Check:
    if {of.application_level, of.system_level} <= {"TRACE", "DEBUG", "INFO"}:
        return Check("log levels")
    return Check("log levels", "broken", "levels above INFO")


def _format(of: Deployment) -> Check:
    return Check("log format", "look", "text logs") if of.log_format == "Text" else Check("log format")


def _log_class(of: Deployment) -> Check:
    if of.log_class in {None, STANDARD}:
        return Check("log class")
    return Check("log class", "broken", "limited log class")


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


def _experiment(of: Deployment) -> Check:
    if not experiment_of(of):
        return Check("experiment")
    if not of.variables.get(PLANNED_VARIABLE, "").strip():
        return Check("experiment", "look", "experiment without its size")
    return Check("experiment")


def _variables(of: Deployment) -> Check:
    if ignored := of.settings.ignored:
        return Check("variables", "look", "ignored variables", ", ".join(ignored))
    return Check("variables")


def _alias(of: Deployment, alias: Alias) -> Check:
    latest = {name: value for name, value in of.variables.items() if name.startswith("LIFESPAN_")}
    served = {name: value for name, value in alias.variables.items() if name.startswith("LIFESPAN_")}
    if latest != served:
        changed = sorted(name for name in latest | served if latest.get(name) != served.get(name))
        return Check("alias", "broken", "alias has other variables", ", ".join(changed), alias)
    if alias.provisioned and of.snapstart:
        return Check("alias", "broken", "alias is provisioned under SnapStart", alias=alias)
    if alias.failure:
        return Check("alias", "broken", "provisioning failed", alias.failure, alias)
    return Check("alias", alias=alias)


def _snapstart(of: Deployment) -> Check:
    if of.snapstart and experiment_of(of):
        return Check("SnapStart", "broken", "experiment under SnapStart")
    return Check("SnapStart")


def _concurrency(of: Deployment) -> Check:
    return Check("concurrency", "broken", "no concurrency") if of.reserved == 0 else Check("concurrency")


def _api(of: Deployment) -> Check:
    if of.api_limit_s is None or of.timeout_s <= of.api_limit_s:
        return Check("API")
    return Check("API", "look", "timeout above the API's", f"{of.api_limit_s} s")


def _spans(of: Deployment) -> Check:
    """Lambda names the daemon in every environment, so spans go there unless they are turned off."""
    off = of.variables.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    if off or of.settings.endpoint is not None or of.traced:
        return Check("spans")
    return Check("spans", "look", "spans without tracing")


def _retention(of: Deployment) -> Check:
    if of.log_class is None:
        return Check("retention")
    if of.retention_days is None:
        return Check("retention", "look", "logs kept for ever")
    if of.retention_days < SHORTEST_RETENTION_DAYS:
        return Check("retention", "look", "logs kept too short")
    return Check("retention")
