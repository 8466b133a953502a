"""A stack's function, and the log group that its records go to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from telemetry.report.aws.clients import explained
from telemetry.report.errors import UnusableError


@dataclass(frozen=True, slots=True)
class Stack:
    """Names from the stack's outputs, or else from its resources."""

    name: str
    status: str
    function: str
    log_group: str


def stack_of(cloudformation: Any, name: str) -> Stack:
    """Look up a stack's function and log group.

    Raises:
        UnusableError: There is none, or it has no function.
    """
    with explained(f"stack {name}"):
        found = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        outputs = {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", ())}
        if "FunctionName" not in outputs or "LogGroup" not in outputs:
            outputs = {**_by_type(cloudformation, name), **outputs}
    function = outputs.get("FunctionName")
    if function is None:
        raise UnusableError(f"stack {name}: it has neither an output FunctionName nor exactly one function.")
    return Stack(name, found["StackStatus"], function, outputs.get("LogGroup", f"/aws/lambda/{function}"))


def _by_type(cloudformation: Any, name: str) -> Mapping[str, str]:
    """Find the only function, and the only log group, among a stack's resources."""
    ids: dict[str, list[str]] = {"AWS::Lambda::Function": [], "AWS::Logs::LogGroup": []}
    for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=name):
        for resource in page["StackResourceSummaries"]:
            ids.get(resource["ResourceType"], []).append(resource.get("PhysicalResourceId", ""))
    names = {"AWS::Lambda::Function": "FunctionName", "AWS::Logs::LogGroup": "LogGroup"}
    return {names[kind]: found[0] for kind, found in ids.items() if len(found) == 1}
