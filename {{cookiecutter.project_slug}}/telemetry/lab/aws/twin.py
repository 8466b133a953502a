"""The twin: a stack that was deployed to be measured, and nothing else is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from telemetry.lab.aws.function import Function
from telemetry.lab.aws.marker import TAG
from telemetry.lab.aws.state import State
from telemetry.lab.usage import UsageError
from telemetry.report.aws.clients import explained
from telemetry.report.aws.stack import Stack, stack_of

MEASURABLE: Final = "Measurable"
"""Parameter and tag of a twin's stack, and tag of its function."""
ON: Final = "on"
AWS_HOSTS: Final = (
    ".amazonaws.com", ".api.aws",
    ".amazonaws.com.cn", ".api.amazonwebservices.com.cn",
    ".amazonaws.eu", ".api.amazonwebservices.eu",
    ".c2s.ic.gov", ".api.aws.ic.gov",
    ".sc2s.sgov.gov", ".api.aws.scloud",
    ".cloud.adc-e.uk", ".api.cloud-aws.adc-e.uk",
    ".csp.hci.ic.gov", ".api.aws.hci.ic.gov",
)  # fmt: skip
"""Of AWS's partitions, as botocore lists them."""
HOW: Final = "Deploy one with `make deploy CONFIG_ENV=measure`, and measure that: docs/measure-on-lambda.md."


@dataclass(frozen=True, slots=True)
class Twin:
    """The function that is measured, as it was found."""

    stack: Stack
    original: State
    reserved: int
    """Environments that it may have at most, which no other function of the account can lose."""
    where: Literal["lambda", "loopback"]
    """On Lambda, or on something that answers in its place."""

    @property
    def region(self) -> str:
        """Its region."""
        return self.original.arn.split(":")[3]

    @property
    def account(self) -> str:
        """Its account."""
        return self.original.arn.split(":")[4]


def find_function(cloudformation: Any, client: Any, stack: str, sleep: Any) -> tuple[Stack, Function]:
    """Return a stack's function.

    Raises:
        UnusableError: AWS refuses, or there is none.
    """
    found = stack_of(cloudformation, stack)
    return found, Function(client, found.function, sleep)


def find_twin(cloudformation: Any, stack: Stack, function: Function) -> Twin:
    """Check that a stack may be measured.

    Raises:
        UnusableError: AWS refuses.
        UsageError: It is no twin, or it is not at rest.
    """
    _check_stack(cloudformation, stack)
    original = function.read()
    _check_function(stack, function.tags(original.arn))
    if original.block is not None:
        raise UsageError(_left_behind(stack))
    if not original.is_ready:
        raise UsageError(
            f"function {function.name}: it is {original.state}, and its last update {original.last_update}; "
            "wait until it is at rest, or deploy it anew"
        )
    with explained(f"function {function.name}"):
        found = function.client.get_function_concurrency(FunctionName=function.name)
    reserved = int(found.get("ReservedConcurrentExecutions", 0))
    return Twin(stack, original, reserved, where_of(function.client.meta.endpoint_url))


def check_parallel(twin: Twin, parallel: int) -> None:
    """Check that measuring cannot take what other functions need.

    Raises:
        UsageError: It could.
    """
    if twin.reserved < parallel:
        raise UsageError(
            f"--parallel {parallel}: the twin has reserved concurrency of {twin.reserved}, so measuring "
            f"could starve the account's other functions; deploy it with ReservedConcurrency={2 * parallel} "
            "or more"
        )


def _check_stack(cloudformation: Any, stack: Stack) -> None:
    with explained(f"stack {stack.name}"):
        found: Mapping[str, Any] = cloudformation.describe_stacks(StackName=stack.name)["Stacks"][0]
    parameters = {one["ParameterKey"]: one.get("ParameterValue") for one in found.get("Parameters", ())}
    tags = {one["Key"]: one["Value"] for one in found.get("Tags", ())}
    for what, said in (("parameter", parameters), ("tag", tags)):
        if said.get(MEASURABLE) != ON:
            raise UsageError(
                f"stack {stack.name} is no twin: its {what} {MEASURABLE} is not {ON}. Measuring changes the "
                f"function and sends it requests, so no other stack is measured. {HOW}"
            )
    if not stack.status.endswith("_COMPLETE"):
        raise UsageError(f"stack {stack.name}: {stack.status}; wait until its deployment is done")


def _check_function(stack: Stack, tags: Mapping[str, str]) -> None:
    if tags.get(MEASURABLE) != ON:
        raise UsageError(f"function {stack.function} has no tag {MEASURABLE}={ON}, so it is no twin's. {HOW}")
    if TAG in tags:
        raise UsageError(f"{_left_behind(stack)} Its marker: {tags[TAG]}")


def _left_behind(stack: Stack) -> str:
    return (
        f"function {stack.function}: another run measures it, or was killed. Once nobody measures: "
        f"python -m telemetry lab --stack {stack.name} --clean."
    )


def where_of(endpoint: str) -> Literal["lambda", "loopback"]:
    """Say whether an address is AWS's."""
    host = urlsplit(endpoint).hostname or ""
    return "lambda" if host.endswith(AWS_HOSTS) else "loopback"
