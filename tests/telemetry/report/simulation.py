"""Records of a run that never was: lines as the sinks and the platform write them, from known true costs."""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

Line = dict[str, Any]


@dataclass(frozen=True)
class Loaded:
    """A resource: true mean of a first and of a repeated load, and how likely a request touches it."""

    first_ms: float
    repeat_ms: float
    touch: float
    visible: bool = True


HALVES = "init=50,first_invocation=50"
RESOURCES = {
    "model": Loaded(400, 180, 0.8),
    "tickets": Loaded(120, 50, 1.0),
    "exporter": Loaded(200, 60, 0.005),
}
IMPORTS_MS, SHUTDOWN_MS, HANDLER_MS = 300.0, 8.0, 6.0


@dataclass
class Run:
    """What to simulate; `lines` gives the records in the order of a log."""

    arms: dict[str, int] = field(default_factory=lambda: {"init": 25, "every_invocation": 25})
    invocations: int = 12
    fewer: dict[str, int] = field(default_factory=dict)
    """Invocations of arms that a lab sends another number."""
    start: str = "cold"
    seed: int = 7
    noise: float = 0.05
    """Of machines and of single durations, as a share."""
    resources: dict[str, Loaded] = field(default_factory=lambda: dict(RESOURCES))
    lab: bool = True
    cpu: str | None = None
    """What a lab says of the CPU; None as of the time when there was only one speed."""
    load: dict[str, object] | None = None
    """What a lab says of the traffic that it made; None where it sent each environment as many requests."""
    platform: bool = True
    text_reports: bool = False
    unequal: bool = False
    """The first environment of each arm gets half of all requests."""
    overlapped: bool = False
    untold_ms: float = 0
    """What a repeat costs outside the adapter's own measure."""
    experiment: str | None = None
    planned: int | None = None

    def lines(self) -> list[str]:
        random = Random(self.seed)  # noqa: S311  # a simulation
        found: list[Line | str] = []
        for index in range(max(self.arms.values())):
            for arm, environments in self.arms.items():
                if index < environments:
                    found += self._environment(random, arm, self._requests(arm, index, environments))
        if self.lab:
            found.append(self._lab())
        return [line if isinstance(line, str) else json.dumps(line, separators=(",", ":")) for line in found]

    def text(self) -> str:
        return "".join(line + "\n" for line in self.lines())

    def _requests(self, arm: str, index: int, environments: int) -> int:
        invocations = self.fewer.get(arm, self.invocations)
        return invocations * environments if self.unequal and index == 0 else invocations

    def _environment(self, random: Random, arm: str, requests: int) -> Iterator[Line | str]:
        one = _Environment(self, random, arm)
        yield from one.begin()
        for n in range(1, requests + 1):
            yield from one.request(n)
        yield from one.end(requests)

    def _lab(self) -> Line:
        first = {self.start: 1}
        sent = {}
        for arm, environments in self.arms.items():
            requests = sum(self._requests(arm, index, environments) for index in range(environments))
            starts = {start: count * environments for start, count in first.items()}
            starts["warm"] = requests - environments
            sent[arm] = {"environments": environments, "invocations": requests, "starts": starts}
        told: Line = {"complete": True} | ({"cpu": {"mode": self.cpu}} if self.cpu else {})
        told |= {"load": self.load} if self.load else {}
        if self.fewer:
            told["invocations_by_arm"] = {arm: self.fewer.get(arm, self.invocations) for arm in self.arms}
        host = {"system": "Linux", "cpu": "Test CPU", "cores": 2, "memory_mb": 4096, "python": "3.13.0"}
        return {"record": "lab", "v": 1, "at": 2_000, "app": "service.app:app", "seed": self.seed,
                "host": host, "versions": {"mangum": "0.22.0"}, "sent": sent, **told}  # fmt: skip


class _Environment:
    def __init__(self, run: Run, random: Random, arm: str) -> None:
        self.run, self.random, self.arm = run, random, arm
        self.machine = random.lognormvariate(0, run.noise)
        self.ordinal = 0
        self.at = random.randrange(1_760_000_000_000, 1_760_100_000_000)
        self.common = {"v": 1, "service": "tickets", "environment": f"{random.getrandbits(48):012x}",
                       "process": f"{random.getrandbits(32):08x}", "placement": arm}  # fmt: skip
        self.imports = self._ms(IMPORTS_MS)
        self.init = self.imports

    def _ms(self, mean: float) -> float:
        return round(mean * self.machine * self.random.lognormvariate(0, self.run.noise), 3)

    def _record(self, kind: str, **fields: Any) -> Line:
        self.at += 1
        return {"_aws": {"Timestamp": self.at}, "record": kind, "at": self.at, **self.common, **fields}

    def begin(self) -> Iterator[Line]:
        if self.run.experiment:
            planned = {} if self.run.planned is None else {"planned": self.run.planned}
            yield self._record("environment", experiment=self.run.experiment, **planned)
        if self.arm == "init":
            wall, records = self._startup("init")
            self.init += wall
            yield from records

    def _startup(self, phase: str) -> tuple[float, list[Line]]:
        self.ordinal += 1
        first = self.ordinal == 1
        loads = {
            name: self._ms(of.first_ms if first else of.repeat_ms) for name, of in self.run.resources.items()
        }
        wall = round(sum(loads.values()) + self._ms(2), 3)
        memory = {"rss_bytes": 48_000_000, "native_bytes": 30_000_000, "py_blocks": 200_000}
        startup = self._record(
            "startup", ordinal=self.ordinal, phase=phase, outcome="complete", init_type="on-demand",
            StartupDuration=wall, cpu_ms=round(wall * 0.7, 3), resources=len(loads),
            state_keys=[name for name, of in self.run.resources.items() if of.visible],
            StateSize=48_000_000, state_method="rss", StateShareOfMemory=9.1, memory_mb=512,
            python="3.13.0", adapter="0.1.0", **memory,
            **({"init_ms": self.imports} if phase == "init" else {}),
        )  # fmt: skip
        parts = [
            self._record("resource", ordinal=self.ordinal, resource=name, ResourceDuration=ms,
                         cpu_ms=round(ms * 0.7, 3), modules=10, overlapped=self.run.overlapped, **memory)
            for name, ms in loads.items()
        ]  # fmt: skip
        return wall, [startup, *parts]

    def request(self, n: int) -> Iterator[Line | str]:
        startup = shutdown = 0.0
        if self.arm == "every_invocation" or (self.arm == "first_invocation" and n == 1):
            startup, records = self._startup("invocation")
            yield from records
            if n > 1:
                shutdown = self._ms(SHUTDOWN_MS)
                yield self._record("shutdown", ordinal=self.ordinal - 1, phase="invocation",
                                   outcome="complete", duration_ms=shutdown)  # fmt: skip
        wall = round(self._ms(HANDLER_MS) + startup + shutdown, 3)
        request_id = f"{self.random.getrandbits(128):032x}"
        touched = {k: 1 for k, of in self.run.resources.items() if self.random.random() < of.touch}
        yield self._record(
            "invocation", n=n, request_id=request_id, start=self.run.start if n == 1 else "warm",
            ColdStart=int(n == 1), InvocationDuration=wall, cpu_ms=wall, status=200,
            touched={k: c for k, c in touched.items() if self.run.resources[k].visible},
            **({"startup_ms": startup} if startup else {}), **({"shutdown_ms": shutdown} if shutdown else {}),
        )  # fmt: skip
        untold = self.run.untold_ms if startup and n > 1 else 0.0
        if self.run.platform:
            yield self._report(
                request_id, round(wall + self._ms(0.8) + untold, 3), self.init if n == 1 else None
            )

    def _report(self, request_id: str, ms: float, init: float | None) -> Line | str:
        billed = math.ceil(ms + (init or 0))
        if self.run.text_reports:
            tail = "" if init is None else f"Init Duration: {init:.2f} ms\t"
            return (
                f"REPORT RequestId: {request_id}\tDuration: {ms:.2f} ms\tBilled Duration: {billed} ms\t"
                f"Memory Size: 512 MB\tMax Memory Used: 130 MB\t{tail}"
            )
        metrics = {"durationMs": ms, "billedDurationMs": billed, "memorySizeMB": 512, "maxMemoryUsedMB": 130}
        if init is not None:
            metrics["initDurationMs"] = round(init, 3)
        record = {"requestId": request_id, "status": "success", "metrics": metrics}
        return {"time": "2026-11-24T00:00:00.000Z", "type": "platform.report", "record": record}

    def end(self, requests: int) -> Iterator[Line]:
        if self.ordinal:
            yield self._record("shutdown", ordinal=self.ordinal, phase="shutdown", outcome="complete",
                               duration_ms=self._ms(SHUTDOWN_MS))  # fmt: skip
        yield self._record("end", invocations=requests, faults=0, dropped_spans=0)


def experiment(arms: dict[str, int] | None = None, **settings: object) -> Run:
    """Of a deployed experiment, whose arms are as large as chance made them."""
    declared = {"experiment": HALVES, "lab": False, "invocations": 3} | settings
    return Run(arms=arms or {"init": 26, "first_invocation": 24}, **declared)  # type: ignore[arg-type]  # a shorthand
