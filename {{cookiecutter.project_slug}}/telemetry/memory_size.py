"""The memory sizes that Lambda offers, and at which one a function has a whole core.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
"""

from argparse import ArgumentTypeError
from typing import Final

SMALLEST_MB: Final = 128
LARGEST_MB: Final = 10_240
ONE_CORE_MB: Final = 1769
"""Megabytes at which requests get as much CPU time as one core has; INIT has that at any size."""


def memory_of(text: str) -> int:
    """Read a memory size.

    Raises:
        ArgumentTypeError: Lambda has no such size.
    """
    if not (text.isascii() and text.isdecimal() and len(text) < 10) or not (
        SMALLEST_MB <= int(text) <= LARGEST_MB
    ):
        raise ArgumentTypeError(
            f"must be a size that Lambda has, {SMALLEST_MB} to {LARGEST_MB} MB: got {text[:40]!r}"
        )
    return int(text)
