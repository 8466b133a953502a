"""Does each of several environments have its own share while others are at work?

The lab runs a function that computes, in environments that are at work at once, and each request says how
much CPU time it took. From what quotas make of that follows how long it should have taken.
"""

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

from bench.function import ROOT

CPU_MS: Final = 150
"""CPU time of each request."""
ARRIVALS: Final = "as Poisson arrivals"
IN_TURN: Final = "one after the other"


class Drive(NamedTuple):
    """How requests come, and how many environments may be at work at once."""

    how: str
    memory_mb: int
    at_once: int
    options: tuple[str, ...]


DRIVES: Final = (
    Drive(IN_TURN, 1024, 2, ("--environments", "6", "--invocations", "10", "--at-once", "2")),
    Drive(ARRIVALS, 256, 8, ("--arrivals", "poisson:2/s", "--for", "25s", "--at-once", "8")),
    Drive(ARRIVALS, 512, 6, ("--arrivals", "poisson:3/s", "--for", "25s", "--at-once", "6")),
    Drive(ARRIVALS, 1024, 3, ("--arrivals", "poisson:5/s", "--for", "25s", "--at-once", "3")),
)


class Request(NamedTuple):
    """One request, as the function and Lambda's report line tell it; seconds, but for its duration."""

    environment: str
    began: float
    ended: float
    cpu: float
    duration_ms: float


class Used(NamedTuple):
    """An environment: CPU seconds of its requests, and what quotas make of the seconds that they took."""

    cpu: float
    computed: float

    @property
    def off(self) -> float:
        """How far off, as a part of what was computed."""
        return self.cpu / self.computed - 1


@dataclass(frozen=True, slots=True)
class Load:
    """A run: its environments, and how many of them were at work at once: on average, and at most."""

    drive: Drive
    requests: int
    at_work: tuple[float, int]
    environments: tuple[Used, ...]

    @property
    def off(self) -> float:
        """The environment that is furthest off."""
        return max((one.off for one in self.environments), key=abs)


def driven(drive: Drive, wall_ms: float) -> Load:
    """Run the lab, and compare.

    Args:
        drive: What to run.
        wall_ms: How long quotas make of `CPU_MS`.
    """
    with tempfile.TemporaryDirectory() as folder:
        event, out = Path(folder, "event.json"), Path(folder, "records.jsonl")
        event.write_text(json.dumps({"bursts": 1, "cpu_ms": CPU_MS, "wait_ms": 0}), encoding="utf-8")
        command = [
            sys.executable, "-m", "telemetry.lab", "--handler", "bench.lab_cpu_function.handler",
            "--without-records", "--app-dir", str(ROOT), "--memory", str(drive.memory_mb),
            "--event", str(event), "--out", str(out), *drive.options,
        ]  # fmt: skip
        subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
        lines = [json.loads(line) for line in out.read_bytes().splitlines() if line.startswith(b"{")]
    return compared(drive, list(requests_of(lines)), wall_ms)


def requests_of(lines: Sequence[Mapping[str, Any]]) -> Iterable[Request]:
    """Join what the function and the platform wrote of each request."""
    reports = (line["record"] for line in lines if line.get("type") == "platform.report")
    durations = {report["requestId"]: report["metrics"]["durationMs"] for report in reports}
    for line in lines:
        if "work" in line:
            duration_ms = durations[line["request"]]
            yield Request(line["work"], line["began"], line["ended"], line["cpu"], duration_ms)


def compared(drive: Drive, requests: Sequence[Request], wall_ms: float) -> Load:
    """Compare each environment's CPU seconds with what quotas make of the seconds that it was at work."""
    of: dict[str, list[Request]] = defaultdict(list)
    for request in requests:
        of[request.environment].append(request)
    cores = CPU_MS / wall_ms
    used = tuple(
        Used(sum(one.cpu for one in mine), cores * sum(one.duration_ms for one in mine) / 1000)
        for mine in of.values()
    )
    return Load(drive, len(requests), at_work(requests), used)


def at_work(requests: Sequence[Request]) -> tuple[float, int]:
    """Return how many were at work at the same moment: on average, while any was, and at most."""
    moments = sorted([(one.began, 1) for one in requests] + [(one.ended, -1) for one in requests])
    working = accumulate(change for _, change in moments)
    seconds: dict[int, float] = defaultdict(float)
    for ((earlier, _), (later, _)), number in zip(pairwise(moments), working, strict=False):
        seconds[number] += later - earlier
    busy = sum(length for number, length in seconds.items() if number)
    return sum(number * length for number, length in seconds.items()) / busy, max(seconds)


def load_table(loads: Sequence[Load]) -> str:
    """Write one row per run as Markdown."""
    lines = [
        "| requests come | MB | requests | environments | at once | CPU, s | computed, s | off | worst |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for load in loads:
        cpu = sum(one.cpu for one in load.environments)
        computed = sum(one.computed for one in load.environments)
        cells = (
            load.drive.how,
            str(load.drive.memory_mb),
            str(load.requests),
            str(len(load.environments)),
            f"{load.at_work[0]:.1f}, {load.at_work[1]}",
            f"{cpu:.1f}",
            f"{computed:.1f}",
            f"{cpu / computed - 1:+.1%}",
            f"{load.off:+.1%}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
