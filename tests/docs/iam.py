"""What IAM answers to a call, as far as the policies of docs/policies go: allowed by a statement, or refused.

The parts that they use: action by name, resource by pattern, `StringEquals` and `ForAllValues:StringEquals`.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

ACCOUNT: Final = "123456789012"
REGION: Final = "eu-west-1"
UNRESTRICTED: Final = {"sts:GetCallerIdentity"}
"""What everybody may call; AWS documents that no permission is needed."""
NAMES: Final = {
    "lambda:Invoke": "lambda:InvokeFunction",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListObjectsV2": "s3:ListBucket",
}
"""Where IAM has another name for a call."""

Context: TypeAlias = Mapping[str, Sequence[str]]
"""Values by condition key."""


def allows(policy: Mapping[str, Any], action: str, resource: str, context: Context) -> bool:
    """Tell whether one of the policy's statements allows the call."""
    return any(
        statement["Effect"] == "Allow"
        and action in statement["Action"]
        and any(_matches(pattern, resource) for pattern in _listed(statement["Resource"]))
        and _holds(statement.get("Condition", {}), context)
        for statement in policy["Statement"]
    )


def action_of(service: str, operation: str) -> str:
    """Name an operation of boto3 as IAM does."""
    name = f"{service}:{operation}"
    return NAMES.get(name, name)


def resource_of(service: str, arguments: Mapping[str, Any]) -> str:
    """Return the ARN of what a call is about."""
    match service:
        case "cloudformation":
            return f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{arguments['StackName']}/1-2-3"
        case "logs":
            return f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{arguments['logGroupName']}"
        case "lambda":
            return _function(arguments)
    raise AssertionError(f"no resource is known of {service}")


def context_of(tags: Mapping[str, str], arguments: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    """Return what conditions ask about: the resource's tags, and the keys of tags that the call changes."""
    changed = [*arguments.get("Tags", ()), *arguments.get("TagKeys", ())]
    return {f"aws:ResourceTag/{name}": [value] for name, value in tags.items()} | {"aws:TagKeys": changed}


def _function(arguments: Mapping[str, Any]) -> str:
    if "Resource" in arguments:
        return str(arguments["Resource"])
    name = arguments["FunctionName"]
    arn = name if name.startswith("arn:") else f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"
    qualifier = arguments.get("Qualifier")
    return f"{arn}:{qualifier}" if qualifier else arn


def _listed(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]


def _matches(pattern: str, resource: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), resource) is not None


def _holds(conditions: Mapping[str, Mapping[str, Any]], context: Context) -> bool:
    for operator, wanted in conditions.items():
        for key, values in wanted.items():
            found = set(context.get(key, ()))
            match operator:
                case "StringEquals":
                    holds = bool(found & set(_listed(values)))
                case "ForAllValues:StringEquals":
                    holds = found <= set(_listed(values))
                case _:
                    raise AssertionError(f"no condition is known by the name {operator}")
            if not holds:
                return False
    return True
