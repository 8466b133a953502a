"""Versions of the function: the one that the alias `live` sends requests to, and those kept beside it."""

import re
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

ALIAS: Final = "live"
RELEASE: Final = re.compile("[0-9a-f]{12}")
"""How a version that `make deploy` published is described."""


class Live(NamedTuple):
    """Where a stack's requests go."""

    function: str
    version: int


def live(cloudformation: Any, functions: Any, stack: str) -> Live:
    """Look up the version that serves.

    Raises:
        botocore.exceptions.ClientError: There is no such stack, or it has no alias.
        KeyError: The stack has no output FunctionName.
    """
    function = function_name(cloudformation, stack)
    if function is None:
        raise KeyError("FunctionName")
    return Live(function, int(functions.get_alias(FunctionName=function, Name=ALIAS)["FunctionVersion"]))


def function_name(cloudformation: Any, stack: str) -> str | None:
    """Look up the function of a stack; None if it has no output FunctionName, as while it is created.

    Raises:
        botocore.exceptions.ClientError: There is no such stack.
    """
    (found,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", ())}
    return outputs.get("FunctionName")


def releases(functions: Any, function: str) -> list[int]:
    """Return the versions that `make deploy` published and that are still there, the oldest first."""
    return sorted(
        int(version["Version"])
        for page in functions.get_paginator("list_versions_by_function").paginate(FunctionName=function)
        for version in page["Versions"]
        if version["Version"].isdecimal() and RELEASE.fullmatch(version.get("Description", ""))
    )


def delete_all_but(functions: Any, function: str, kept: Iterable[int]) -> list[int]:
    """Delete the releases that are not to be kept; return the deleted ones.

    A version that another alias leads to stays: Lambda refuses to delete it.
    """
    deleted = []
    for version in set(releases(functions, function)) - set(kept):
        try:
            functions.delete_function(FunctionName=function, Qualifier=str(version))
        except functions.exceptions.ResourceConflictException:
            continue
        deleted.append(version)
    return sorted(deleted)
