"""`python -m artifact.rollback`: send requests to the version that served before, with its code and settings.

CloudFormation moves the alias `live`, by the parameter LiveVersion, so the stack knows of it. The next
`make deploy` empties that parameter, and requests go to the version of that deployment, also if it is the
one that was left. What is not in a version stays as it is: the API, alarms, dashboard, table.
"""

import argparse
import sys
from collections.abc import Sequence
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from artifact import samconfig, versions
from artifact.samconfig import PROJECT, ConfigError, Target

PARAMETER: Final = "LiveVersion"
CAPABILITIES: Final = {"CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"}
"""For the role, and for a transform where a stack is updated without a change set.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateStack.html
"""


class RollbackError(Exception):
    """There is nothing to go back to."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Move the alias and wait for it; return 0, or 1 when it could not be moved."""
    parser = argparse.ArgumentParser(prog="python -m artifact.rollback", description=__doc__)
    samconfig.add_options(parser)
    parser.add_argument("--to", type=int, metavar="VERSION", help="this version (default: the one before)")
    given = parser.parse_args(arguments)
    try:
        stack = samconfig.target(samconfig.read(PROJECT, given.config_env), given)
    except ConfigError as error:
        parser.error(str(error))
    try:
        left, live = roll_back(stack, given.to)
    except KeyError:
        sys.stderr.write(f"{stack.stack}: it has no output FunctionName\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write(f"{stack.stack}: no longer waited for; what CloudFormation has begun goes on\n")
        return 130
    except (RollbackError, ClientError, WaiterError, BotoCoreError) as error:
        sys.stderr.write(f"{stack.stack}: {error}\n")
        return 1
    sys.stdout.write(f"Version {live} serves again. Version {left} is kept until the next `make deploy`.\n")
    return 0


def roll_back(stack: Target, to: int | None) -> tuple[int, int]:
    """Move the alias; return the version that was left and the one that serves now.

    Raises:
        RollbackError: No such version is kept, or the stack has no parameter LiveVersion.
    """
    cloudformation, functions = stack.client("cloudformation"), stack.client("lambda")
    now = versions.live(cloudformation, functions, stack.stack)
    kept = versions.releases(functions, now.function)
    chosen = version_before(now.version, kept) if to is None else to
    if chosen not in kept:
        raise RollbackError(f"version {chosen} is not kept; kept: {', '.join(map(str, kept))}")
    _update(cloudformation, stack.stack, chosen)
    return now.version, chosen


def version_before(live: int, kept: Sequence[int]) -> int:
    """Return the newest version that is older than the one that serves.

    Raises:
        RollbackError: There is none.
    """
    older = [version for version in kept if version < live]
    if not older:
        raise RollbackError(f"no version before {live} is kept: deploy the commit that you want back")
    return max(older)


def _update(cloudformation: Any, stack: str, version: int) -> None:
    (found,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    names = {parameter["ParameterKey"] for parameter in found.get("Parameters", ())}
    if PARAMETER not in names:
        raise RollbackError(f"the stack has no parameter {PARAMETER}: run `make deploy` once")
    same = [{"ParameterKey": name, "UsePreviousValue": True} for name in sorted(names - {PARAMETER})]
    cloudformation.update_stack(
        StackName=stack,
        UsePreviousTemplate=True,
        Parameters=[*same, {"ParameterKey": PARAMETER, "ParameterValue": str(version)}],
        Capabilities=sorted({*found.get("Capabilities", ()), *CAPABILITIES}),
    )
    cloudformation.get_waiter("stack_update_complete").wait(StackName=stack)


if __name__ == "__main__":
    sys.exit(main())
