"""How fast is the report, and how much memory does it take? Generated logs of up to 5 million invocations.

`python -m bench.report_scale` writes each log by the sinks' own line writer, with a platform.report line for
every request and the records of a startup for every environment; has the report read it in a process of its
own; and prints a Markdown table: seconds on the clock, seconds of processor, and the most memory that the
process and those that it started took together. `--cores 1` binds it to one processor.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapter.facts import InvocationBegan, InvocationEnded
from telemetry import schema
from telemetry.invocation_context import InvocationContext
from telemetry.records.invocations import InvocationLine

SIZES = (100_000, 1_000_000, 3_000_000, 5_000_000)
SAMPLE_S = 0.02
PER_ENVIRONMENT = 200
"""Mean requests of an environment; geometric."""
ARMS = ("init", "first_invocation")
RESOURCES = {"model": 400, "tickets": 120, "exporter": 90}
BEGAN_MS = 1_767_225_600_000
MILLISECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one report."""

    invocations: int
    megabytes: float
    wall_s: float
    cpu_s: float
    peak_mb: float
    sentence: str


def lines(invocations: int, seed: int) -> Iterator[str]:
    """Generate a log."""
    draw = random.Random(seed)  # noqa: S311  # repeatable on purpose
    left, number = invocations, 0
    while left:
        number += 1
        served = min(left, 1 + int(draw.expovariate(1 / PER_ENVIRONMENT)))
        left -= served
        yield from _environment(draw, ARMS[number % 2], number, served)


def _environment(draw: random.Random, arm: str, number: int, served: int) -> Iterator[str]:
    common = {
        schema.SCHEMA: schema.VERSION,
        schema.SERVICE: "tickets",
        schema.ENVIRONMENT: f"{number:012x}",
        schema.PROCESS: f"{number:08x}",
        schema.PLACEMENT: arm,
    }
    speed = draw.lognormvariate(0, 0.1)
    yield from _startup(common, speed, "init" if arm == "init" else "invocation")
    line, context = InvocationLine("Lifespan", common), InvocationContext()
    for index in range(1, served + 1):
        context.reset("cold" if index == 1 else "warm")
        context.trace_id = f"{draw.getrandbits(128):032x}"
        ms = speed * draw.lognormvariate(2, 1)
        startup = speed * 610 if index == 1 and arm != "init" else 0.0
        request = str(uuid.UUID(int=draw.getrandbits(128)))
        began = InvocationBegan((BEGAN_MS + number * 1000 + index) * MILLISECOND, request, "", index, {})
        wall = round((ms + startup) * MILLISECOND)
        touched = {"tickets": 1} if draw.random() < 0.7 else {"tickets": 1, "model": 2}
        fact = InvocationEnded(began, wall, wall, 200, None, touched, round(startup * MILLISECOND), 0)
        yield line.filled(fact, context)
        init = None if index > 1 else 300.0 + (speed * 610 if arm == "init" else 0)
        yield _report(request, ms + startup + 0.8, init)


def _startup(common: dict[str, Any], speed: float, phase: str) -> Iterator[str]:
    constant = {schema.AT: BEGAN_MS, schema.ORDINAL: 1, **common}
    startup = {
        schema.RECORD: schema.STARTUP, schema.PHASE: phase, schema.OUTCOME: "complete",
        schema.STARTUP_DURATION.name: speed * 610, schema.CPU_MS: speed * 400, schema.MEMORY_MB: 1024,
        schema.STATE_KEYS: list(RESOURCES), schema.STATE_SIZE.name: 48_000_000, schema.STATE_METHOD: "rss",
    }  # fmt: skip
    yield json.dumps(constant | startup) + "\n"
    for name, ms in RESOURCES.items():
        resource = {
            schema.RECORD: schema.RESOURCE, schema.RESOURCE_NAME: name,
            schema.RESOURCE_DURATION.name: speed * ms,
        }  # fmt: skip
        yield json.dumps(constant | resource) + "\n"


def _report(request: str, ms: float, init: float | None) -> str:
    start = "" if init is None else f',"initDurationMs":{init:.3f}'
    return (
        f'{{"time":"2026-01-01T00:00:00.000Z","type":"{schema.PLATFORM_REPORT}","record":{{"requestId":"{request}",'
        f'"status":"success","metrics":{{"durationMs":{ms:.3f},"billedDurationMs":{ms + (init or 0) + 1:.0f},'
        f'"memorySizeMB":1024,"maxMemoryUsedMB":165{start}}}}}}}\n'
    )


class Memory(threading.Thread):
    """Samples the resident memory of a process and of those that it started, in MB; of Linux."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.peak = 0.0
        self._pid = pid
        self._ended = threading.Event()

    def run(self) -> None:
        """Look until told to end."""
        while not self._ended.wait(SAMPLE_S):
            self.peak = max(self.peak, _resident_mb(self._pid))

    def end(self) -> float:
        """Return the most that was seen at one time."""
        self._ended.set()
        self.join()
        return self.peak


def _resident_mb(pid: int) -> float:
    """Shared pages count in every process: the sum is an upper bound."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:  # it has ended meanwhile
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20 + sum(_resident_mb(int(child)) for child in children)


def measure(invocations: int, folder: Path) -> Cost:
    """Generate a log, and report on it in a process of its own."""
    path, verdict = folder / "records.jsonl", folder / "verdict.json"
    with path.open("w", encoding="utf-8", buffering=2**20) as file:
        file.writelines(lines(invocations, seed=7))
        file.flush()
        os.fsync(file.fileno())  # or it is written to the disk while the report is timed
    command = [sys.executable, "-m", "telemetry.report", str(path), "--json", str(verdict)]
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    memory = Memory(process.pid)
    memory.start()
    _, status, used = os.wait4(process.pid, 0)  # what its own children took is in it
    wall, peak = time.perf_counter() - began, memory.end()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"the report ended with {process.returncode}")
    found = json.loads(verdict.read_text(encoding="utf-8"))
    megabytes = path.stat().st_size / 2**20
    path.unlink()
    cpu = used.ru_utime + used.ru_stime
    return Cost(invocations, megabytes, wall, cpu, peak, found["sentence"])


def table(costs: Sequence[Cost]) -> str:
    """Write one row per size as Markdown."""
    rows = [
        "| invocations | log, MB | wall, s | processor, s | processor, us per invocation | peak, MB |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    rows += [
        f"| {cost.invocations:,} | {cost.megabytes:.0f} | {cost.wall_s:.1f} | {cost.cpu_s:.1f} | "
        f"{cost.cpu_s / cost.invocations * 1e6:.1f} | {cost.peak_mb:.0f} |"
        for cost in costs
    ]
    return "\n".join(rows)


def main() -> None:
    """Measure all sizes and print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.report_scale", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="invocations (%(default)s)")
    parser.add_argument("--cores", type=int, help="processors that the report may use (default: all)")
    options = parser.parse_args()
    if options.cores is not None:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.cores])
    costs = []
    with tempfile.TemporaryDirectory() as folder:
        measure(1_000, Path(folder))  # bytecode is written once
        for size in options.sizes:
            costs.append(measure(size, Path(folder)))
            sys.stderr.write(f"{costs[-1]}\n")
    sys.stdout.write(table(costs) + "\n")


if __name__ == "__main__":
    main()
