"""How much CPU Lambda gives a function: in proportion to its memory, a whole core at 1769 MB."""

import argparse
import os
import sys
from typing import Final, Literal, TypeAlias

from telemetry.lab.platform.cpu_quota import cpu_seconds

CpuMode: TypeAlias = Literal["lambda", "full"]
"""Requests run at the share of their memory size, or as fast as this machine can."""

CPU_MODES: Final[tuple[CpuMode, ...]] = ("lambda", "full")
ONE_CORE_MB: Final = 1769
"""Megabytes at which Lambda gives as much CPU time as one core has."""
SMALLEST_MB: Final = 128
LARGEST_MB: Final = 10_240
"""The sizes that Lambda offers."""
LAB_CORES: Final = 0.25
"""What the lab takes itself, its table and the watching of CPU shares included."""


def memory_of(text: str) -> int:
    """Read a memory size.

    Raises:
        ArgumentTypeError: Lambda has no such size.
    """
    if not text.isdecimal() or not SMALLEST_MB <= int(text) <= LARGEST_MB:
        raise argparse.ArgumentTypeError(
            f"must be a size that Lambda has, {SMALLEST_MB} to {LARGEST_MB} MB: got {text!r}"
        )
    return int(text)


def cpu_share(memory_mb: int) -> float:
    """Return the cores that a function of this size gets outside of INIT; 0.29 at 512 MB, say."""
    return memory_mb / ONE_CORE_MB


def available_cores() -> int:
    """Return how many cores this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def why_no_shares() -> str | None:
    """Say why CPU cannot be shared out here; None where it can.

    It takes a clock of what another process has used, in nanoseconds, and a list of a process's children.
    Linux has both.
    """
    if sys.platform != "linux":
        return f"on {sys.platform} there is no clock of the CPU time that another process used"
    try:
        cpu_seconds(os.getpid())
    except OSError as error:
        return f"the CPU time of a process cannot be read here: {error.strerror}"
    return None
