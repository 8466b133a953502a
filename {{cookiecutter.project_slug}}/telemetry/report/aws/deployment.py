"""The configuration of a deployed function, as far as it decides whether it can be measured."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from telemetry.report.aws.clients import explained
from telemetry.report.aws.stack import Stack


@dataclass(frozen=True, slots=True)
class Alias:
    """An alias of the function, with what the version behind it is configured with."""

    name: str
    version: str
    variables: Mapping[str, str]
    provisioned: bool


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


def deployment_of(stack: Stack, functions: Any, logs: Any) -> Deployment:
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
        retention_days=_retention(logs, group),
    )


def _aliases(functions: Any, name: str) -> list[Alias]:
    found = []
    for page in functions.get_paginator("list_aliases").paginate(FunctionName=name):
        for alias in page["Aliases"]:
            version = functions.get_function_configuration(
                FunctionName=name, Qualifier=alias["FunctionVersion"]
            )
            found.append(
                Alias(
                    name=alias["Name"],
                    version=alias["FunctionVersion"],
                    variables=_variables(version),
                    provisioned=_provisioned(functions, name, alias["Name"]),
                )
            )
    return found


def _provisioned(functions: Any, name: str, alias: str) -> bool:
    try:
        functions.get_provisioned_concurrency_config(FunctionName=name, Qualifier=alias)
    except functions.exceptions.ProvisionedConcurrencyConfigNotFoundException:
        return False
    return True


def _variables(configuration: Mapping[str, Any]) -> Mapping[str, str]:
    variables: Mapping[str, str] = configuration.get("Environment", {}).get("Variables", {})
    return variables


def _retention(logs: Any, group: str) -> int | None:
    with explained(f"log group {group}"):
        for page in logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=group):
            for found in page["logGroups"]:
                if found["logGroupName"] == group:
                    days: int | None = found.get("retentionInDays")
                    return days
    return None
