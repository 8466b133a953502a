"""Twins, which are stacks deployed to be measured: what makes one, and whether it is being measured now."""

from collections.abc import Sequence
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from artifact import versions
from artifact.parameters import last_value
from artifact.samconfig import Target

MEASURABLE: Final = "Measurable"
"""Name of the parameter, and of the tag that the policy for measuring asks for."""
RUN: Final = "lifespan-lab-run"
"""The tag that a function has while `python -m telemetry lab --stack` measures it."""
ABSENT: Final = ("ValidationError", "ResourceNotFoundException")
"""What AWS answers where there is no such stack, or where its function is gone."""


class TwinError(Exception):
    """This cannot be deployed. The text says why, and what to do."""


def check_tag(overrides: Sequence[str], tags: Sequence[str]) -> None:
    """Compare the parameter with the tag, which is the stack's: a template cannot set it.

    Raises:
        TwinError: Only one of them makes this a twin.
    """
    parameter, tag = (last_value(texts, MEASURABLE) == "on" for texts in (overrides, tags))
    if parameter != tag:
        there, missing = ("parameter_overrides", "tags") if parameter else ("tags", "parameter_overrides")
        raise TwinError(
            f"{MEASURABLE}=on is in {there} of samconfig.toml and not in {missing}. A twin, which may be "
            "measured, needs both; a stack that serves anybody has neither"
        )


def check_no_run(stack: Target) -> str | None:
    """Look for a run's marker on the stack's function; return why it cannot be seen, None where it can be.

    Raises:
        TwinError: There is one.
    """
    try:
        marker = _marker(stack)
    except ClientError as error:
        return None if error.response["Error"]["Code"] in ABSENT else str(error)
    except BotoCoreError as error:
        return str(error)
    if marker is None:
        return None
    raise TwinError(
        f"{stack.stack}: it is being measured, or a run that measured it was killed ({RUN}: {marker}).\n"
        "A deployment would change what is measured, and the run would put the old configuration back.\n"
        f"Wait until it has ended. If it was killed, clean up:\n    {_clean(stack)}"
    )


def _marker(stack: Target) -> str | None:
    functions = stack.client("lambda")
    name = versions.function_name(stack.client("cloudformation"), stack.stack)
    if name is None:
        return None
    arn = functions.get_function_configuration(FunctionName=name)["FunctionArn"]
    marker: str | None = functions.list_tags(Resource=arn)["Tags"].get(RUN)
    return marker


def _clean(stack: Target) -> str:
    """The command, with what it has to know of where the stack is."""
    where = {"AWS_PROFILE": stack.profile, "AWS_DEFAULT_REGION": stack.region}
    given = [f"{name}={value}" for name, value in where.items() if value]
    return " ".join([*given, ".venv/bin/python -m telemetry lab --stack", stack.stack, "--clean"])
