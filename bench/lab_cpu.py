"""Does the lab give the CPU that it says? Functions whose time can be computed, and the sample service.

`python -m bench.lab_cpu shares` runs functions that compute, wait, and do both by turns, at five sizes: the
time that Lambda's quotas would make of them, and the time that they take in the lab. With `sample` instead it
runs the sample service: by how much is the first request slower if the startup runs in it and not in INIT,
and does `cpu * (1769 / memory - 1)` lie in the interval of that? With `several` it runs several environments
at once: has each of them its own share? A busy machine gives less than it was asked for, so all need two idle
cores. Each takes some minutes.
"""

import argparse
import asyncio
import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean, variance
from typing import Any, BinaryIO, Final

from scipy.stats import t as student

from bench.function import ROOT
from bench.lab_cpu_load import CPU_MS, DRIVES, driven, load_table
from telemetry.lab.platform.cpu_quota import PERIOD
from telemetry.lab.platform.cpu_share import cpu_share
from telemetry.lab.platform.environment import Environment
from telemetry.lab.platform.function import FunctionConfiguration
from telemetry.lab.platform.throttle import Throttle
from telemetry.lab.platform.variables import function_environ
from telemetry.memory_size import ONE_CORE_MB

SIZES: Final = (128, 256, 512, 1024, 1536)
REPETITIONS: Final = 3
"""Of which the shortest counts: what disturbs a run makes it longer."""
CLOSE: Final = 0.05
"""What a time may be off, as a part of what was computed."""
PHASES: Final = 100
ONE_THREAD: Final = ("OPENBLAS_NUM_THREADS=1", "OMP_NUM_THREADS=1")
"""In INIT more threads would take less wall than CPU time, which is another matter."""
TEMPLATE: Final = ROOT / "{{cookiecutter.project_slug}}"


@dataclass(frozen=True, slots=True)
class Work:
    """What an event asks for."""

    name: str
    bursts: int
    cpu_ms: float
    wait_ms: float


WORKS: Final = (
    Work("computes", 1, 500, 0),
    Work("waits", 1, 0, 1000),
    Work("both by turns", 20, 25, 35),
    Work("both by short turns", 100, 2, 15),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A kind of work at one memory size, in milliseconds."""

    work: str
    memory_mb: int
    computed: float
    took: float

    @property
    def off(self) -> float:
        """How far off, as a part of what was computed."""
        return self.took / self.computed - 1


@dataclass(frozen=True, slots=True)
class Difference:
    """The first request of environments, startup in it minus startup in INIT, in milliseconds."""

    memory_mb: int
    environments: int
    cpu_in_init: float
    """CPU time of the startup; so the next. The same work takes more of it where it is stopped 50 times a
    second, as others use the caches meanwhile: the more, the busier the machine is."""
    cpu_in_request: float
    seen: float
    low: float
    high: float

    @property
    def computed(self) -> float:
        """What the startup takes longer at the share of its memory: `cpu * (1769 / memory - 1)`."""
        return self.cpu_in_request * ONE_CORE_MB / self.memory_mb - self.cpu_in_init


def computed(work: Work, share: float) -> float:
    """Return the wall time of the work in milliseconds, as quotas make it: the mean over when it begins."""
    period = PERIOD * 1000
    return fmean(_wall(work, share * period, period, period * at / PHASES) for at in range(PHASES))


def _wall(work: Work, quota: float, period: float, begins: float) -> float:
    """Return the wall time of the work that begins so long after a period did."""
    now, left, ends = begins, quota, period
    for _ in range(work.bursts):
        todo = work.cpu_ms
        while todo > 0:
            runs = min(todo, left, ends - now)
            now, left, todo = now + runs, left - runs, todo - runs
            if todo > 0:
                now, left, ends = ends, quota, ends + period
        now += work.wait_ms
        if now >= ends:
            left, ends = quota, (now // period + 1) * period
    return now - begins


async def shares(sizes: Sequence[int]) -> list[Row]:
    """Run each kind of work at each size; what a wait takes more than it should, full speed tells."""
    rows = []
    with Throttle() as throttle, tempfile.TemporaryFile() as log:
        for work in WORKS:
            real = await _with_real_waits(work, log) if work.wait_ms else work
            for memory_mb in sizes:
                took = await _took(work, memory_mb, throttle, log)
                rows.append(Row(work.name, memory_mb, computed(real, cpu_share(memory_mb)), took))
                sys.stderr.write(f"{_cells(rows[-1])}\n")
    return rows


async def _with_real_waits(work: Work, log: BinaryIO) -> Work:
    late = await _took(work, SIZES[-1], None, log) - work.bursts * (work.cpu_ms + work.wait_ms)
    return replace(work, wait_ms=work.wait_ms + late / work.bursts)


async def _took(work: Work, memory_mb: int, throttle: Throttle | None, log: BinaryIO) -> float:
    function = FunctionConfiguration(
        handler="bench.lab_cpu_function.handler", memory_mb=memory_mb, timeout=120
    )
    event = {"bursts": work.bursts, "cpu_ms": work.cpu_ms, "wait_ms": work.wait_ms}
    with tempfile.TemporaryDirectory() as folder:
        environ = function_environ(function, {"TMPDIR": folder})
        environment = Environment(function, environ, log, log.write, throttle)
        try:
            await environment.init()
            await environment.invoke({**event, "bursts": 0})
            durations = [(await environment.invoke(event)).outcome.duration_ms for _ in range(REPETITIONS)]
        finally:
            await environment.shutdown(at_once=True)
    return min(durations)


def sample(memory_mb: int, environments: int) -> Difference:
    """Run the sample service with one request per environment."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "records.jsonl"
        command = [
            sys.executable, "-m", "telemetry.lab", "--placement", "init", "first_invocation",
            "--environments", str(environments), "--invocations", "1", "--memory", str(memory_mb),
            "--table", "events/tickets-table.json", "--env", "TICKETS_TABLE=tickets", *ONE_THREAD,
            "--event", "events/read-ticket.json", "--out", str(out),
        ]  # fmt: skip
        subprocess.run(command, check=True, cwd=TEMPLATE, stdout=subprocess.DEVNULL)
        lines = [json.loads(line) for line in out.read_bytes().splitlines() if line.startswith(b"{")]
    return _difference(memory_mb, lines)


def _difference(memory_mb: int, lines: Sequence[dict[str, Any]]) -> Difference:
    placements = {
        line["request_id"]: line["placement"] for line in lines if line.get("record") == "invocation"
    }
    waits: dict[str, list[float]] = {"init": [], "first_invocation": []}
    for line in lines:
        if line.get("type") == "platform.report":
            report, metrics = line["record"], line["record"]["metrics"]
            waits[placements[report["requestId"]]].append(metrics["initDurationMs"] + metrics["durationMs"])

    def cpu(placement: str) -> float:
        startups = (line for line in lines if line.get("record") == "startup")
        return fmean(line["cpu_ms"] for line in startups if line["placement"] == placement)

    lazy, init = waits["first_invocation"], waits["init"]
    half = _half_width(lazy, init)
    seen = fmean(lazy) - fmean(init)
    return Difference(
        memory_mb, len(init), cpu("init"), cpu("first_invocation"), seen, seen - half, seen + half
    )


def _half_width(*arms: Sequence[float]) -> float:
    """Return half of Welch's 95 % interval of the difference of two means."""
    parts = [variance(arm) / len(arm) for arm in arms]
    df = sum(parts) ** 2 / sum(part**2 / (len(arm) - 1) for part, arm in zip(parts, arms, strict=True))
    quantile = float(student.ppf(0.975, df))
    return quantile * math.sqrt(sum(parts))


def _cells(row: Row) -> str:
    return (
        f"| {row.work} | {row.memory_mb} | {cpu_share(row.memory_mb):.3f} | {row.computed:.0f} "
        f"| {row.took:.0f} | {row.off:+.1%} |"
    )


def shares_table(rows: Sequence[Row]) -> str:
    """Write one row per kind of work and size as Markdown."""
    head = (
        "| function | MB | cores | computed, ms | took, ms | off |",
        "| --- | --- | --- | --- | --- | --- |",
    )
    return "\n".join([*head, *map(_cells, rows)])


def sample_table(rows: Sequence[Difference]) -> str:
    """Write one row per size as Markdown."""
    lines = [
        "| MB | environments per arm | CPU in INIT, ms | in requests, ms | computed, ms | seen, ms [95 %] |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        cells = (
            str(row.memory_mb),
            str(row.environments),
            f"{row.cpu_in_init:.0f}",
            f"{row.cpu_in_request:.0f}",
            f"{row.computed:.0f}",
            f"{row.seen:.0f} [{row.low:.0f}, {row.high:.0f}]",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure one of them, print the table, and return 1 when something is off."""
    parser = argparse.ArgumentParser(prog="python -m bench.lab_cpu", description=__doc__)
    parser.add_argument("what", choices=("shares", "sample", "several"))
    parser.add_argument("--memory", nargs="+", type=int, default=list(SIZES), help="sizes")
    parser.add_argument("--environments", type=int, default=20, help="of each arm of `sample`")
    given = parser.parse_args(argv)
    sys.stderr.write(f"load {os.getloadavg()[0]:.2f}\n")
    if given.what == "shares":
        rows = asyncio.run(shares(given.memory))
        sys.stdout.write(f"{shares_table(rows)}\n")
        return int(any(abs(row.off) > CLOSE for row in rows))
    if given.what == "several":
        work = Work("", 1, CPU_MS, 0)
        drives = [drive for drive in DRIVES if drive.memory_mb in given.memory]
        loads = [driven(drive, computed(work, cpu_share(drive.memory_mb))) for drive in drives]
        sys.stdout.write(f"{load_table(loads)}\n")
        return int(any(abs(load.off) > CLOSE for load in loads))
    found = [sample(size, given.environments) for size in given.memory]
    sys.stdout.write(f"{sample_table(found)}\n")
    return int(not all(row.low <= row.computed <= row.high for row in found))


if __name__ == "__main__":
    sys.exit(main())
