"""What the lab's commands have in common: the error of a wrong command line, and how `--env` is read."""

from collections.abc import Sequence


class UsageError(Exception):
    """The command line asks for something that the lab cannot do. Nothing was measured."""


def parse_variables(arguments: Sequence[str]) -> dict[str, str]:
    """Read the values of `--env`.

    Raises:
        UsageError: A value is not of the form NAME=VALUE.
    """
    variables = {}
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if not equals or not name:
            raise UsageError(f"--env {argument}: expected NAME=VALUE")
        variables[name] = value
    return variables
