"""Examine a deployment: its configuration, and what its last records say."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from telemetry.report.aws.checks import checks
from telemetry.report.aws.clients import client, explained
from telemetry.report.aws.deployment import STANDARD, Deployment, deployment_of, settings_of
from telemetry.report.aws.findings import Check
from telemetry.report.aws.log_group import events
from telemetry.report.aws.log_sums import LogSums
from telemetry.report.aws.period import Period, period
from telemetry.report.aws.recent import Recent
from telemetry.report.aws.stack import FUNCTION, Stack, resources_of, stack_of
from telemetry.report.errors import UnusableError


@dataclass(frozen=True, slots=True)
class Examination:
    """What was examined, and what was found."""

    deployment: Deployment
    recent: Recent
    checks: list[Check]

    @property
    def broken(self) -> bool:
        """Something keeps the deployment from being measured."""
        return any(check.state == "broken" for check in self.checks)


def examine(stack: str, since: str, service: str | None = None) -> Examination:
    """Look at the deployment of a stack, and at the records that it wrote since then.

    Args:
        stack: Name of the CloudFormation stack.
        since: How far back, or from when on, to look at records.
        service: Which function, and whose records, if there are several; None for the stack's only one.

    Raises:
        UnusableError: The stack is not there, it has several functions and none was chosen, or AWS refuses.
    """
    when, logs = period(since, None, datetime.now(UTC)), client("logs")
    cloudformation, functions = client("cloudformation"), client("lambda")
    chosen = chosen_stack(cloudformation, functions, stack, service)
    deployment = deployment_of(chosen, cloudformation, functions, logs)
    recent = _recent(logs, deployment, when, since, service)
    return Examination(deployment, recent, list(checks(deployment, recent)))


def chosen_stack(cloudformation: Any, functions: Any, name: str, service: str | None) -> Stack:
    """Look up a stack, with the one of its functions that declares the service, if it has several.

    Raises:
        UnusableError: There is no such stack, or several functions and none was chosen.
    """
    if service is None:
        try:
            return stack_of(cloudformation, name)
        except UnusableError as error:
            declared = _declared(cloudformation, functions, name) if "FunctionName" in str(error) else {}
            if len(declared) < 2:
                raise
            listed = ", ".join(f"{function} ({of})" for function, of in declared.items())
            raise UnusableError(
                f"stack {name}: it has several functions: {listed}. Choose one with --service NAME, the name "
                "in brackets."
            ) from error
    declared = _declared(cloudformation, functions, name)
    found = [function for function, of in declared.items() if of == service]
    if len(declared) > 1 and len(found) != 1:
        listed = ", ".join(f"{function} ({of})" for function, of in declared.items())
        raise UnusableError(
            f"stack {name}: {len(found) or 'none'} of its functions {listed} has the service {service!r}."
        )
    return stack_of(cloudformation, name, found[0] if found else None)


def _declared(cloudformation: Any, functions: Any, name: str) -> dict[str, str]:
    """Return the service of each of a stack's functions, as its variables declare it."""
    declared = {}
    for function in resources_of(cloudformation, name).get(FUNCTION, ()):
        with explained(f"function {function}"):
            found = functions.get_function_configuration(FunctionName=function)
        variables = found.get("Environment", {}).get("Variables", {})
        declared[function] = settings_of(function, variables).service
    return declared


def _recent(logs: Any, of: Deployment, when: Period, since: str, service: str | None) -> Recent:
    """Read the log; one that is not there, or that CloudWatch lets nobody read, is as an empty one."""
    log = LogSums(of.timeout_s)
    if of.log_class is not None:
        try:
            for window in when.windows():
                for event in events(logs, of.log_group, window):
                    log.enter(event.stream, event.line)
        except UnusableError:
            if of.log_class == STANDARD:
                raise
    return log.recent(since, of.stack.function, of.settings.service, service)
