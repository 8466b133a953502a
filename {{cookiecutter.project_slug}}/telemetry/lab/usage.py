"""What the commands of the lab share: the error of a wrong command line, how counts and `--env` are read."""

import argparse
from collections.abc import Mapping, Sequence


class UsageError(Exception):
    """The command line asks for something that the lab cannot do. Nothing was measured."""


def parse_variables(arguments: Sequence[str], reserved: Mapping[str, str]) -> dict[str, str]:
    """Read the values of `--env`.

    Args:
        arguments: As given.
        reserved: Names that must not be set, and what is to be said of each.

    Raises:
        UsageError: A value is not of the form NAME=VALUE, or sets a reserved name.
    """
    variables = {}
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if not equals or not name:
            raise UsageError(f"--env {argument}: expected NAME=VALUE")
        if name in reserved:
            raise UsageError(f"--env {argument}: cannot be set by --env; {reserved[name]}")
        variables[name] = value
    return variables


def count_of(text: str) -> int:
    """Read a whole number, 1 or greater.

    Raises:
        ArgumentTypeError: It is none.
    """
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number, 1 or greater: got {text[:40]!r}")
    return int(text)
