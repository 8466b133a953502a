"""A stack's function, and the log group that its records go to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from telemetry.report.aws.clients import explained
from telemetry.report.errors import UnusableError


@dataclass(frozen=True, slots=True)
class Stack:
    """Names from the stack's outputs, or else from its resources."""

    name: str
    status: str
    function: str
    log_group: str


API_LIMITS_S: Final[Mapping[str, int]] = {"AWS::ApiGatewayV2::Api": 30, "AWS::ApiGateway::RestApi": 29}
"""How long an API waits for a function, by its type; of REST APIs the default, which is a quota.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
"""
FUNCTION: Final = "AWS::Lambda::Function"
LOG_GROUP: Final = "AWS::Logs::LogGroup"


def stack_of(cloudformation: Any, name: str, function: str | None = None) -> Stack:
    """Look up a stack's function and log group; `function` names one of several.

    Raises:
        UnusableError: There is no such stack, or it does not tell which function is meant.
    """
    with explained(f"stack {name}"):
        found = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        outputs = {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", ())}
        if function is not None and function != outputs.get("FunctionName"):
            return Stack(name, found["StackStatus"], function, f"/aws/lambda/{function}")
        if "FunctionName" not in outputs or "LogGroup" not in outputs:
            outputs = {**_alone(resources_of(cloudformation, name)), **outputs}
    function = outputs.get("FunctionName")
    if function is None:
        raise UnusableError(f"stack {name}: it has neither an output FunctionName nor exactly one function.")
    return Stack(name, found["StackStatus"], function, outputs.get("LogGroup", f"/aws/lambda/{function}"))


def resources_of(cloudformation: Any, name: str) -> Mapping[str, list[str]]:
    """Return the physical ids of a stack's resources, by type.

    Raises:
        UnusableError: AWS refuses.
    """
    ids: dict[str, list[str]] = {}
    with explained(f"stack {name}"):
        for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=name):
            for resource in page["StackResourceSummaries"]:
                ids.setdefault(resource["ResourceType"], []).append(resource.get("PhysicalResourceId", ""))
    return ids


def _alone(resources: Mapping[str, list[str]]) -> Mapping[str, str]:
    """Find the only function, and the only log group, among a stack's resources."""
    names = {FUNCTION: "FunctionName", LOG_GROUP: "LogGroup"}
    return {names[kind]: resources[kind][0] for kind in names if len(resources.get(kind, ())) == 1}
