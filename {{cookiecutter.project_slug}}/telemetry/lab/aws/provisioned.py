"""Provisioned concurrency for a version, by an alias of the run's own."""

from typing import Final

from telemetry.lab.aws.function import PATIENCE, Function
from telemetry.lab.aws.marker import ALIAS, is_ours
from telemetry.lab.aws.refusals import BUSY, GONE, code_of
from telemetry.lab.aws.stopping import pauses
from telemetry.report.aws.clients import explained
from telemetry.report.errors import UnusableError

READY: Final = "READY"
FAILED: Final = "FAILED"


def provision(function: Function, version: str, environments: int, description: str) -> str:
    """Start environments of a version ahead of time, wait for them, and return the alias that leads to them.

    Raises:
        UnusableError: AWS refuses, or cannot start them.
    """
    _create(function, version, description)
    with explained(f"provisioned concurrency of alias {ALIAS}"):
        function.client.put_provisioned_concurrency_config(
            FunctionName=function.name, Qualifier=ALIAS, ProvisionedConcurrentExecutions=environments
        )
    for pause in pauses(PATIENCE):
        with explained(f"provisioned concurrency of alias {ALIAS}"):
            found = function.client.get_provisioned_concurrency_config(
                FunctionName=function.name, Qualifier=ALIAS
            )
        if found["Status"] == READY:
            return ALIAS
        if found["Status"] == FAILED:
            raise UnusableError(
                f"provisioned concurrency: Lambda could not start {environments} environments: "
                f"{found.get('StatusReason', 'it does not say why')}"
            )
        function.sleep(pause)
    raise UnusableError(f"provisioned concurrency: not ready after {PATIENCE:.0f} s.")


def _create(function: Function, version: str, description: str) -> None:
    try:
        with explained(f"alias {ALIAS}"):
            function.client.create_alias(
                FunctionName=function.name, Name=ALIAS, FunctionVersion=version, Description=description
            )
    except UnusableError as error:
        if code_of(error) not in BUSY:
            raise
        with explained(f"alias {ALIAS}"):
            alias = function.client.get_alias(FunctionName=function.name, Name=ALIAS)
        if (alias["FunctionVersion"], alias.get("Description")) != (version, description):
            raise
        # It was made: the answer to a first try was lost.


def unprovision(function: Function) -> bool:
    """End what `provision` started, if anything is left of it, and say whether there was.

    Raises:
        UnusableError: AWS refuses.
    """
    try:
        with explained(f"alias {ALIAS}"):
            alias = function.client.get_alias(FunctionName=function.name, Name=ALIAS)
    except UnusableError as error:
        if code_of(error) in GONE:
            return False
        raise
    if not is_ours(alias.get("Description", "")):
        return False
    try:
        with explained(f"provisioned concurrency of alias {ALIAS}"):
            function.client.delete_provisioned_concurrency_config(FunctionName=function.name, Qualifier=ALIAS)
    except UnusableError as error:
        if code_of(error) not in GONE:
            raise
    with explained(f"alias {ALIAS}"):
        function.client.delete_alias(FunctionName=function.name, Name=ALIAS)
    return True
