"""What `doctor` found about a deployment, and what to do about it."""

from collections.abc import Callable, Mapping
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from adapter.placement import EXPERIMENT_VARIABLE
from telemetry.report.aws.checks import (
    INIT_LIMIT_S,
    SHORTEST_RETENTION_DAYS,
    Cause,
    Check,
    Recent,
    State,
    Subject,
    experiment_of,
    placement_of,
)
from telemetry.report.aws.deployment import Deployment
from telemetry.report.aws.doctor import Examination
from telemetry.report.show.section import NONE
from telemetry.report.show.terminal import WIDEST

STYLES: Final[Mapping[State, str]] = {"ok": "green", "look": "yellow", "broken": "red"}
ADVICE: Final[Mapping[Cause, str]] = {
    "failed deployment": "the last deployment did not go through: what runs may not be what you think",
    "levels above INFO": (
        "set both to INFO: above it Lambda drops records or its report lines; LOG_LEVEL filters logs"
    ),
    "no SIGTERM": "shutdown never runs: SIGTERM needs python3.12 or newer",
    "refused placement": "the function cannot start: {detail}",
    "old version serves": "the last records are of {detail}: an older version still serves",
    "alias has other variables": "serves with another {detail} than $LATEST: publish a new version",
    "alias is provisioned under SnapStart": "Lambda refuses both together",
    "experiment under SnapStart": (
        f"environments are copies, so none can be assigned: unset {EXPERIMENT_VARIABLE}"
    ),
    "logs kept for ever": "logs cost until deleted: set a number of days",
    "logs kept too short": (
        f"an experiment of a week would lose its first days: keep {SHORTEST_RETENTION_DAYS} days or more"
    ),
    "no requests": "send a request, or look further back with --since",
    "no reports": "only platform.report lines tell what users wait for: set the system log level to INFO",
    "startup near the timeout": "a startup inside a request may be cut short: raise Timeout",
    "INIT near its limit": (
        "Lambda starts INIT again when it takes longer: load less, or use provisioned concurrency"
    ),
}
"""What to do about each cause."""


def show_examination(of: Examination, console: Console) -> None:
    """Print one line for each check."""
    table = Table("", "", "found", "what to do", box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for check in of.checks:
        table.add_row(
            Text(f"alias {check.alias.name}" if check.alias else check.subject),
            Text(check.state, style=STYLES[check.state]),
            Text(found(check, of.deployment, of.recent)),
            Text(advice(check)),
        )
    console.print(table, width=min(console.width, WIDEST))


def found(check: Check, of: Deployment, recent: Recent) -> str:
    """Say what the check looked at."""
    return FOUND[check.subject](check, of, recent)


def advice(check: Check) -> str:
    """Say what to do; nothing when all is well."""
    return "" if check.cause is None else ADVICE[check.cause].format(detail=check.detail)


def _levels(_check: Check, of: Deployment, _recent: Recent) -> str:
    return f"{of.log_format}, application {of.application_level}, system {of.system_level}"


def _placement(_check: Check, of: Deployment, _recent: Recent) -> str:
    experiment = experiment_of(of)
    return f"experiment {experiment}" if experiment else placement_of(of)


def _alias(check: Check, _of: Deployment, _recent: Recent) -> str:
    alias = check.alias
    return f"version {alias.version}{', provisioned' if alias.provisioned else ''}" if alias else NONE


def _snapstart(check: Check, of: Deployment, _recent: Recent) -> str:
    return "off" if not of.snapstart else "on, with an experiment" if check.cause else "on"


def _retention(_check: Check, of: Deployment, _recent: Recent) -> str:
    return f"{of.log_group}: for ever" if of.retention_days is None else f"{of.retention_days} days"


def _records(_check: Check, _of: Deployment, recent: Recent) -> str:
    return f"{recent.requests} requests, {recent.reports} report lines since {recent.since}"


def _timeout(_check: Check, of: Deployment, recent: Recent) -> str:
    return f"{of.timeout_s} s; {_slowest('startup', recent.slowest_startup_ms)}"


def _init(_check: Check, of: Deployment, recent: Recent) -> str:
    slowest = _slowest("INIT", None if of.snapstart else recent.slowest_init_ms)
    return f"{slowest}; the limit is {INIT_LIMIT_S:.0f} s"


def _slowest(what: str, ms: float | None) -> str:
    return f"no {what} recorded" if ms is None else f"slowest {what} {ms / 1000:.1f} s"


FOUND: Final[Mapping[Subject, Callable[[Check, Deployment, Recent], str]]] = {
    "stack": lambda _check, of, _recent: of.stack.status,
    "log levels": _levels,
    "runtime": lambda _check, of, _recent: of.runtime,
    "placement": _placement,
    "alias": _alias,
    "SnapStart": _snapstart,
    "retention": _retention,
    "records": _records,
    "timeout": _timeout,
    "INIT": _init,
}
