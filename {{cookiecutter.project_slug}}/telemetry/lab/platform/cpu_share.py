"""How much CPU Lambda gives a function: in proportion to its memory, a whole core at 1769 MB."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal, TypeAlias

from telemetry.lab.platform.cpu_quota import cpu_seconds
from telemetry.memory_size import ONE_CORE_MB

CpuMode: TypeAlias = Literal["lambda", "full"]
"""Requests run at the share of their memory size, or as fast as this machine can."""

CPU_MODES: Final[tuple[CpuMode, ...]] = ("lambda", "full")
CGROUPS: Final = Path("/sys/fs/cgroup")
LAB_CORES: Final = 0.25
"""What the lab takes itself, its table and the watching of CPU shares included."""


def cpu_share(memory_mb: int) -> float:
    """Return the cores that a function of this size gets outside of INIT; 0.29 at 512 MB, say."""
    return memory_mb / ONE_CORE_MB


def available_cores() -> float:
    """Return how many cores this process may use; a container or a CI job may have a part of one."""
    if sys.platform != "linux":
        return os.cpu_count() or 1
    return min([len(os.sched_getaffinity(0)), *cgroup_cores(Path("/proc/self/cgroup"), CGROUPS)])


def cgroup_cores(own: Path, mounted: Path) -> Iterator[float]:
    """Yield how many cores the control groups of a process may use; nothing where that is not limited.

    Args:
        own: A file like /proc/self/cgroup: see cgroups(7) for it, and for the names of the others.
        mounted: Where the groups are.
    """
    for line in _text(own).splitlines():
        controllers, _, path = line.partition(":")[2].partition(":")
        if controllers and "cpu" not in controllers.split(","):
            continue
        root = mounted / "cpu" if controllers else mounted  # version 1 has a tree for each controller
        group = root / path.strip("/")
        for folder in (group, *group.parents):
            if not folder.is_relative_to(root):
                break
            quota, period = (
                (_text(folder / "cpu.cfs_quota_us"), _text(folder / "cpu.cfs_period_us"))
                if controllers
                else _text(folder / "cpu.max").partition(" ")[::2]
            )
            if quota.strip().isdecimal() and period.strip().lstrip("0").isdecimal():  # not "max", nor -1
                yield int(quota) / int(period)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, ValueError):
        return ""


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
