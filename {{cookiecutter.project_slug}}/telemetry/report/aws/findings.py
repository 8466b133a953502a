"""What `doctor` looks at, and what can be wrong there; `show.remedies` says what to do."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from telemetry.report.aws.deployment import Alias

State: TypeAlias = Literal["ok", "look", "broken"]
Subject: TypeAlias = Literal[
    "stack",
    "function",
    "permissions",
    "log levels",
    "log format",
    "log class",
    "retention",
    "runtime",
    "placement",
    "experiment",
    "variables",
    "alias",
    "SnapStart",
    "concurrency",
    "API",
    "spans",
    "records",
    "startups",
    "timed out",
    "crashed",
    "cut",
    "timeout",
    "INIT",
    "memory",
    "lifespan",
    "telemetry",
]
Cause: TypeAlias = Literal[
    "failed deployment",
    "function not active",
    "failed update",
    "refused permissions",
    "levels above INFO",
    "text logs",
    "limited log class",
    "logs kept for ever",
    "logs kept too short",
    "no SIGTERM",
    "refused placement",
    "old version serves",
    "experiment without its size",
    "ignored variables",
    "alias has other variables",
    "alias is provisioned under SnapStart",
    "provisioning failed",
    "experiment under SnapStart",
    "no concurrency",
    "timeout above the API's",
    "spans without tracing",
    "no log group",
    "no requests",
    "no reports",
    "reports without records",
    "records of other services",
    "every startup failed",
    "some startups failed",
    "no lifespan",
    "requests timed out",
    "requests crashed",
    "requests were cut",
    "startup in a request near the timeout",
    "repeated INIT near the timeout",
    "INIT near its limit",
    "INIT over its limit",
    "INIT was cut",
    "INIT too long on demand",
    "memory nearly full",
    "memory ran out",
    "lifespan died",
    "fell back to init",
    "telemetry failed",
    "spans were dropped",
]


@dataclass(frozen=True, slots=True)
class Check:
    """One finding."""

    subject: Subject
    state: State = "ok"
    cause: Cause | None = None
    """None when all is well."""
    detail: str = ""
    """What the cause is about: names, numbers, or what the adapter would say."""
    alias: Alias | None = None
    """For the subject `alias`."""
