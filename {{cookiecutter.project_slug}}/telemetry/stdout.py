"""One line to the function's log."""

import sys
from collections.abc import Callable
from typing import TypeAlias

Write: TypeAlias = Callable[[str], None]
"""Takes one line, its end included, in one piece."""


def write_stdout(line: str) -> None:
    """Write to today's `sys.stdout`: Lambda's runtime client replaces it after start."""
    sys.stdout.write(line)
    sys.stdout.flush()
