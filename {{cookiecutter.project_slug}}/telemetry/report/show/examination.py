"""What `doctor` found about a deployment, beside what to do about it."""

from collections.abc import Callable, Mapping
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from adapter.placement import PLANNED_VARIABLE
from telemetry.report.aws.checks import experiment_of, placement_of
from telemetry.report.aws.deployment import Deployment
from telemetry.report.aws.doctor import Examination
from telemetry.report.aws.findings import Check, State, Subject
from telemetry.report.aws.recent import Recent
from telemetry.report.aws.record_checks import slowest_init, slowest_startup
from telemetry.report.show.remedies import remedy
from telemetry.report.show.section import NONE
from telemetry.report.show.terminal import WIDEST

STYLES: Final[Mapping[State, str]] = {"ok": "green", "look": "yellow", "broken": "red"}


def show_examination(of: Examination, console: Console) -> None:
    """Print one line for each check."""
    table = Table("", "", "found", "what to do", box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for check in of.checks:
        table.add_row(
            Text(f"alias {check.alias.name}" if check.alias else check.subject),
            Text(check.state, style=STYLES[check.state]),
            Text(found(check, of.deployment, of.recent)),
            Text(remedy(check)),
        )
    console.print(table, width=min(console.width, WIDEST))


def found(check: Check, of: Deployment, recent: Recent) -> str:
    """Say what the check looked at."""
    return FOUND[check.subject](check, of, recent)


def _function(_check: Check, of: Deployment, _recent: Recent) -> str:
    return f"{of.stack.function}, {of.state.lower()}"


def _permissions(_check: Check, of: Deployment, _recent: Recent) -> str:
    return f"{len(of.refused)} refused" if of.refused else "enough"


def _levels(_check: Check, of: Deployment, _recent: Recent) -> str:
    return f"application {of.application_level}, system {of.system_level}"


def _retention(_check: Check, of: Deployment, _recent: Recent) -> str:
    if of.log_class is None:
        return NONE
    return f"{of.log_group}: for ever" if of.retention_days is None else f"{of.retention_days} days"


def _placement(_check: Check, of: Deployment, _recent: Recent) -> str:
    experiment = experiment_of(of)
    return f"experiment {experiment}" if experiment else placement_of(of)


def _experiment(_check: Check, of: Deployment, _recent: Recent) -> str:
    if not experiment_of(of):
        return "none"
    planned = of.variables.get(PLANNED_VARIABLE, "").strip()
    return f"{planned} environments per arm" if planned else "no size declared"


def _variables(_check: Check, of: Deployment, _recent: Recent) -> str:
    count = len(of.settings.ignored)
    return f"{count} ignored" if count else "all read"


def _alias(check: Check, _of: Deployment, _recent: Recent) -> str:
    alias = check.alias
    return f"version {alias.version}{', provisioned' if alias.provisioned else ''}" if alias else NONE


def _snapstart(check: Check, of: Deployment, _recent: Recent) -> str:
    return "off" if not of.snapstart else "on, with an experiment" if check.cause else "on"


def _concurrency(_check: Check, of: Deployment, _recent: Recent) -> str:
    return "none reserved" if of.reserved is None else f"{of.reserved} reserved"


def _api(_check: Check, of: Deployment, _recent: Recent) -> str:
    if of.api_limit_s is None:
        return "none in this stack"
    return f"waits {of.api_limit_s} s; Timeout {of.timeout_s} s"


def _spans(check: Check, of: Deployment, _recent: Recent) -> str:
    if check.cause is not None:
        return "sent, Lambda's tracing off"
    return "by OTLP" if of.settings.endpoint is not None else "to X-Ray" if of.traced else "off"


def _records(_check: Check, _of: Deployment, recent: Recent) -> str:
    others = f"; also of {', '.join(recent.others)}" if recent.others else ""
    return f"{recent.requests} requests, {recent.endings.reports} report lines since {recent.since}{others}"


def _startups(_check: Check, _of: Deployment, recent: Recent) -> str:
    of = recent.startups
    unsupported = f", {of.unsupported} without a lifespan" if of.unsupported else ""
    return f"{of.complete} complete, {of.failed} failed{unsupported}"


def _timed_out(_check: Check, _of: Deployment, recent: Recent) -> str:
    return f"{recent.endings.timed_out} of {recent.endings.reports} requests"


def _crashed(_check: Check, _of: Deployment, recent: Recent) -> str:
    return f"{recent.endings.crashed} of {recent.endings.reports} requests"


def _cut(_check: Check, _of: Deployment, recent: Recent) -> str:
    return f"{recent.cut} of {recent.requests} requests"


def _timeout(_check: Check, of: Deployment, recent: Recent) -> str:
    slowest = slowest_startup(of, recent)
    if slowest is None:
        return f"{of.timeout_s} s; no startup counts against it"
    what = "startup in a request" if slowest.in_request else "INIT"
    return f"{of.timeout_s} s; slowest {what} {slowest.ms / 1000:.1f} s, {slowest.share:.0%} of it"


def _init(_check: Check, of: Deployment, recent: Recent) -> str:
    slowest, startups = slowest_init(of, recent), recent.startups
    cut = f"{startups.cut + startups.outlasted} outlasted it; " if startups.cut or startups.outlasted else ""
    if slowest is None:
        return f"{cut}no INIT recorded"
    return f"{cut}slowest {slowest.ms / 1000:.1f} s; the limit is {slowest.limit_s:.0f} s"


def _memory(_check: Check, of: Deployment, recent: Recent) -> str:
    share = recent.endings.memory_share
    return f"{of.memory_mb} MB" if share is None else f"{of.memory_mb} MB; at most {share:.0%} used"


def _lifespan(_check: Check, _of: Deployment, recent: Recent) -> str:
    return f"died {recent.deaths} times, fell back to init {recent.fallbacks} times"


def _telemetry(_check: Check, _of: Deployment, recent: Recent) -> str:
    return f"{recent.faults} faults, {recent.dropped_spans} spans dropped"


FOUND: Final[Mapping[Subject, Callable[[Check, Deployment, Recent], str]]] = {
    "stack": lambda _check, of, _recent: of.stack.status,
    "function": _function,
    "permissions": _permissions,
    "log levels": _levels,
    "log format": lambda _check, of, _recent: of.log_format,
    "log class": lambda _check, of, _recent: of.log_class or NONE,
    "retention": _retention,
    "runtime": lambda _check, of, _recent: of.runtime,
    "placement": _placement,
    "experiment": _experiment,
    "variables": _variables,
    "alias": _alias,
    "SnapStart": _snapstart,
    "concurrency": _concurrency,
    "API": _api,
    "spans": _spans,
    "records": _records,
    "startups": _startups,
    "timed out": _timed_out,
    "crashed": _crashed,
    "cut": _cut,
    "timeout": _timeout,
    "INIT": _init,
    "memory": _memory,
    "lifespan": _lifespan,
    "telemetry": _telemetry,
}
