"""The configuration of a deployed function, as far as it decides whether it can be measured."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from telemetry.report.aws.clients import explained
from telemetry.report.aws.stack import API_LIMITS_S, Stack, resources_of
from telemetry.report.errors import UnusableError
from telemetry.settings import Settings

T = TypeVar("T")

STANDARD: Final = "STANDARD"
REFUSED: Final = "AccessDenied"
"""In the errors of AWS, however they go on."""


@dataclass(frozen=True, slots=True)
class Alias:
    """An alias of the function, with what the version behind it is configured with."""

    name: str
    version: str
    variables: Mapping[str, str]
    provisioned: bool
    failure: str = ""
    """Why the environments that were to be provisioned are not."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """The configuration of a function, and of its aliases."""

    stack: Stack
    runtime: str
    memory_mb: int
    timeout_s: int
    log_format: str
    application_level: str
    system_level: str
    log_group: str
    snapstart: bool
    variables: Mapping[str, str]
    aliases: tuple[Alias, ...]
    retention_days: int | None
    """None for ever."""
    log_class: str | None = STANDARD
    """None when there is no such log group."""
    state: str = "Active"
    failure: str = ""
    """Why it, or its last update, failed."""
    traced: bool = False
    managed: bool = False
    """It runs on managed instances."""
    reserved: int | None = None
    """Its part of the account's concurrency; None when it has none of its own, or nobody may look."""
    api_limit_s: int | None = None
    """How long the stack's API waits for it; None without an API, or when nobody may look."""
    refused: tuple[str, ...] = ()
    """Permissions that were missing."""

    @property
    def provisioned(self) -> bool:
        """Some alias keeps environments started."""
        return any(alias.provisioned for alias in self.aliases)

    @property
    def settings(self) -> Settings:
        """Telemetry's settings, as the function itself reads them."""
        return settings_of(self.stack.function, self.variables)


def settings_of(function: str, variables: Mapping[str, str]) -> Settings:
    """Read telemetry's settings as a function of that name does."""
    return Settings.from_env({"AWS_LAMBDA_FUNCTION_NAME": function, **variables})


def deployment_of(stack: Stack, cloudformation: Any, functions: Any, logs: Any) -> Deployment:
    """Read the configuration of a stack's function.

    Raises:
        UnusableError: AWS refuses.
    """
    with explained(f"function {stack.function}"):
        found = functions.get_function_configuration(FunctionName=stack.function)
        aliases = tuple(_aliases(functions, stack.function))
    logging = found.get("LoggingConfig", {})
    text = logging.get("LogFormat", "Text") == "Text"
    group = logging.get("LogGroup", stack.log_group)
    kept = _log_group(logs, group)
    allowed = _Allowed()
    return Deployment(
        stack=stack,
        runtime=found.get("Runtime", "container image"),
        memory_mb=found["MemorySize"],
        timeout_s=found["Timeout"],
        log_format="Text" if text else "JSON",
        # In the text format nothing is filtered.
        application_level="INFO" if text else logging.get("ApplicationLogLevel", "INFO"),
        system_level="INFO" if text else logging.get("SystemLogLevel", "INFO"),
        log_group=group,
        snapstart=found.get("SnapStart", {}).get("ApplyOn", "None") != "None",
        variables=_variables(found),
        aliases=aliases,
        retention_days=kept.get("retentionInDays") if kept else None,
        log_class=kept.get("logGroupClass", STANDARD) if kept else None,
        state=found.get("State", "Active"),
        failure=_failure(found),
        traced=found.get("TracingConfig", {}).get("Mode") == "Active",
        managed="CapacityProviderConfig" in found,
        reserved=allowed.ask("lambda:GetFunctionConcurrency", lambda: _reserved(functions, stack.function)),
        api_limit_s=allowed.ask(
            "cloudformation:ListStackResources", lambda: _api_limit(cloudformation, stack.name)
        ),
        refused=tuple(allowed.refused),
    )


class _Allowed:
    """Asks for what the examination can do without, and notes what it was not allowed to."""

    def __init__(self) -> None:
        self.refused: list[str] = []

    def ask(self, permission: str, question: Callable[[], T]) -> T | None:
        try:
            return question()
        except UnusableError as error:
            if REFUSED not in str(error):
                raise
            self.refused.append(permission)
            return None


def _aliases(functions: Any, name: str) -> list[Alias]:
    found = []
    for page in functions.get_paginator("list_aliases").paginate(FunctionName=name):
        for alias in page["Aliases"]:
            version = functions.get_function_configuration(
                FunctionName=name, Qualifier=alias["FunctionVersion"]
            )
            provisioned = _provisioned(functions, name, alias["Name"])
            found.append(
                Alias(
                    name=alias["Name"],
                    version=alias["FunctionVersion"],
                    variables=_variables(version),
                    provisioned=provisioned is not None,
                    failure=_provisioning_failure(provisioned or {}),
                )
            )
    return found


def _provisioned(functions: Any, name: str, alias: str) -> Mapping[str, Any] | None:
    try:
        found: Mapping[str, Any] = functions.get_provisioned_concurrency_config(
            FunctionName=name, Qualifier=alias
        )
    except functions.exceptions.ProvisionedConcurrencyConfigNotFoundException:
        return None
    return found


def _provisioning_failure(found: Mapping[str, Any]) -> str:
    if found.get("Status") != "FAILED":
        return ""
    return str(found.get("StatusReason") or "no reason given")


def _failure(found: Mapping[str, Any]) -> str:
    if found.get("State") == "Failed":
        return str(found.get("StateReason") or "no reason given")
    if found.get("LastUpdateStatus") == "Failed":
        return str(found.get("LastUpdateStatusReason") or "no reason given")
    return ""


def _reserved(functions: Any, name: str) -> int | None:
    with explained(f"function {name}"):
        found: int | None = functions.get_function_concurrency(FunctionName=name).get(
            "ReservedConcurrentExecutions"
        )
    return found


def _api_limit(cloudformation: Any, stack: str) -> int | None:
    kinds = resources_of(cloudformation, stack)
    return min((limit for kind, limit in API_LIMITS_S.items() if kind in kinds), default=None)


def _variables(configuration: Mapping[str, Any]) -> Mapping[str, str]:
    variables: Mapping[str, str] = configuration.get("Environment", {}).get("Variables", {})
    return variables


def _log_group(logs: Any, name: str) -> Mapping[str, Any] | None:
    with explained(f"log group {name}"):
        for page in logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name):
            for found in page["logGroups"]:
                if found["logGroupName"] == name:
                    group: Mapping[str, Any] = found
                    return group
    return None
