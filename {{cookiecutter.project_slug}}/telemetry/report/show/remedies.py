"""What to do about each cause that `doctor` can find."""

from collections.abc import Mapping
from typing import Final

from adapter.placement import EXPERIMENT_VARIABLE, PLANNED_VARIABLE
from telemetry.report.aws.checks import SHORTEST_RETENTION_DAYS
from telemetry.report.aws.findings import Cause, Check
from telemetry.report.aws.record_checks import INIT_LIMIT_S

REMEDIES: Final[Mapping[Cause, str]] = {
    "failed deployment": "the last deployment did not go through: what runs may not be what you think",
    "function not active": "Lambda cannot run it: {detail}",
    "failed update": "the version before still serves: {detail}",
    "refused permissions": "not looked at for want of {detail}: allow it, or look yourself",
    "levels above INFO": (
        "set both to INFO: above it Lambda drops records or its report lines; LOG_LEVEL filters logs"
    ),
    "text logs": (
        "records, metrics and the report work. But the dashboard's INIT and slowest cold starts stay "
        "empty, its last errors lack time-outs, and --engine insights sees no restores: set LogFormat to "
        "JSON"
    ),
    "limited log class": (
        "CloudWatch makes no metrics of it, and lets neither the report download it nor this command "
        "look: make another log group of the class STANDARD, as a class cannot be changed. Only --engine "
        "insights reads it"
    ),
    "logs kept for ever": "logs cost until deleted: set a number of days",
    "logs kept too short": (
        f"an experiment of a week would lose its first days: keep {SHORTEST_RETENTION_DAYS} days or more"
    ),
    "no SIGTERM": "shutdown never runs: SIGTERM needs python3.12 or newer",
    "refused placement": "the function cannot start: {detail}",
    "old version serves": "the last records are of {detail}: an older version still serves",
    "experiment without its size": (
        "nobody can tell when it is over, and stopping when a difference shows finds one where there is "
        f"none: set {PLANNED_VARIABLE} to what `plan` proposes"
    ),
    "ignored variables": "cannot be read, so the default is in force: correct {detail}",
    "alias has other variables": "serves with another {detail} than $LATEST: publish a new version",
    "alias is provisioned under SnapStart": "Lambda refuses both together",
    "provisioning failed": "requests start on demand instead: {detail}",
    "experiment under SnapStart": (
        f"environments are copies, so none can be assigned: unset {EXPERIMENT_VARIABLE}"
    ),
    "no concurrency": "every request is refused: reserve 1 or more, or remove the reservation",
    "timeout above the API's": (
        "after {detail} callers get an error while the function goes on at your cost: lower Timeout to that"
    ),
    "spans without tracing": (
        "spans go to X-Ray's daemon, but Lambda's tracing is off: set Tracing to Active and let the role "
        "write to X-Ray, or OTEL_SDK_DISABLED to true"
    ),
    "no log group": (
        "{detail} is not there: nothing was ever called, it was deleted, or the role may not write to it"
    ),
    "no requests": "send a request, or look further back with --since",
    "no reports": "only platform.report lines tell what users wait for: set the system log level to INFO",
    "reports without records": (
        "requests came and none left a record: they timed out or crashed, or the handler is not the "
        "adapter with telemetry's hooks"
    ),
    "records of other services": "the log has records of {detail}: name the one you mean with --service",
    "every startup failed": (
        "the app raises {detail} as it starts: the log has its traceback, Lambda's init error the module "
        "and line"
    ),
    "some startups failed": (
        "the app raises {detail} at times as it starts: look for what it waits for, and for the traceback"
        " in the log"
    ),
    "no lifespan": (
        "the app has none, so there is nothing to keep or to measure: load resources in a lifespan"
    ),
    "requests timed out": (
        "they left no record, so only Lambda's own lines tell of them: raise Timeout, or find what they "
        "wait for"
    ),
    "requests crashed": (
        "Lambda ended them with an error: look for the last lines before their report in the log"
    ),
    "requests were cut": (
        "the adapter answered 504 just before Timeout: find what they wait for, or raise it; their "
        "duration is a bound"
    ),
    "startup in a request near the timeout": (
        "it runs inside a request, of which {detail} are left for its own work: raise Timeout to several "
        "times the startup"
    ),
    "repeated INIT near the timeout": (
        "Lambda repeats INIT inside the next request after a crash or a time-out, and {detail} would be "
        "left for that request: raise Timeout"
    ),
    "INIT near its limit": (
        "Lambda starts INIT again when it takes longer: load less, or use provisioned concurrency"
    ),
    "INIT over its limit": (
        "Lambda ends INIT there, and repeats it inside the first request: load less, or use provisioned "
        "concurrency"
    ),
    "INIT was cut": (
        "INIT ran out of time, and the first request had to wait for what was left: load less, load "
        "later, or use provisioned concurrency"
    ),
    "INIT too long on demand": (
        "fine for provisioned environments. Requests beyond their number start on demand, where INIT is "
        f"cut at {INIT_LIMIT_S:.0f} s: load less, or provision for the peak"
    ),
    "memory nearly full": "a larger request would be killed: raise MemorySize, or load less",
    "memory ran out": "Lambda kills an environment that needs more: raise MemorySize, or load less",
    "lifespan died": (
        "the app's lifespan ended while requests came, so resources were closed under them: a bug of the "
        "app, the log has its traceback"
    ),
    "fell back to init": (
        "{detail}: these environments count for the arm that they were assigned to, but no longer behave "
        "like it"
    ),
    "telemetry failed": "{detail} raised, so records, metrics or spans are missing: please report it",
    "spans were dropped": (
        "they came faster than they left, or nothing took them: check the endpoint, or sample fewer"
    ),
}


def remedy(check: Check) -> str:
    """Say what to do; nothing when all is well."""
    return "" if check.cause is None else REMEDIES[check.cause].format(detail=check.detail or "an exception")
