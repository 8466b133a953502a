"""Log streams, each of one environment, with records and the platform's lines: as exported from Lambda."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from telemetry.report.estimate.results import Declared, Results, results_of
from telemetry.report.read.evidence import Evidence, summed
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.origin import Origin, environment_of
from telemetry.report.read.platform.events import PlatformEvent, PlatformInit, PlatformReport
from telemetry.report.read.reader import Reader
from telemetry.report.read.records import Record
from telemetry.report.show.verdict import Verdict, verdict_of

GROUP = "/aws/lambda/tickets"
HALVES = "init=50,first_invocation=50"
T0 = 1_790_000_000_000.0
IMPORTS, STARTUP = 300.0, 700.0
Line = tuple[Record | PlatformEvent, Origin | None]


class Stream:
    """One environment: its lines, as they come."""

    def __init__(self, name: str, arm: str = "init", *, told: bool = True, **constants: Any) -> None:
        self.name, self.arm, self.constants = name, arm, constants
        self.told = told
        """The export says which stream the lines are of."""
        self.environment = environment_of(name)
        self.process, self.at, self.n = "p1", T0, 0
        self.lines: list[Line] = []

    def record(self, kind: str, **fields: Any) -> "Stream":
        common = {"v": 1, "at": self.at, "service": "tickets", "environment": self.environment,
                  "process": self.process, "placement": self.arm}  # fmt: skip
        found = msgspec.convert({"record": kind, **common, **fields}, Record)
        return self.add(found)

    def add(self, event: Record | PlatformEvent) -> "Stream":
        origin = Origin(GROUP, self.name, self.at) if self.told else None
        self.lines.append((event, origin))
        return self

    def wait(self, ms: float) -> "Stream":
        self.at += ms
        return self

    def assigned(self, experiment: str = HALVES) -> "Stream":
        return self.record("environment", experiment=experiment, **self.constants)

    def startup(self, ms: float = STARTUP, **fields: Any) -> "Stream":
        phase = "init" if self.arm == "init" else "invocation"
        told = {"ordinal": 1, "phase": phase, "outcome": "complete", "StartupDuration": ms, **self.constants}
        return self.record("startup", **told | ({"init_ms": IMPORTS} if phase == "init" else {}) | fields)

    def request(
        self, ms: float = 6.0, start: str | None = None, *, report: bool = True, **fields: Any
    ) -> "Stream":
        """Write a record, and the report of the same request."""
        self.n += 1
        start = start or ("cold" if self.n == 1 else "warm")
        request_id = fields.pop("request_id", f"{self.name}-{self.process}-{self.n}")
        said = {"status": 200, "InvocationDuration": ms, **fields}
        self.record("invocation", n=self.n, request_id=request_id, start=start, **said)
        self.wait(ms)
        if report:
            init = IMPORTS + STARTUP if start == "cold" and self.process == "p1" else None
            self.report(request_id, ms, init)
        return self

    def report(self, request_id: str, ms: float, init: float | None = None, **fields: Any) -> "Stream":
        told = {"billed_ms": ms + (init or 0), "memory_mb": 512.0, "status": "success", **fields}
        return self.add(PlatformReport(request_id, ms, init_ms=init, **told))

    def cut_init(self, ms: float = 10_000.0) -> "Stream":
        return self.wait(ms).add(PlatformInit(ms, phase="init", status="timeout", init_type="on-demand"))


def ordinary(arm: str, environments: int, requests: int = 4, **constants: Any) -> Iterator[Stream]:
    """Environments in which nothing goes wrong."""
    for number in range(environments):
        name = "-".join(["ordinary", arm, *map(str, constants.values()), str(number)])
        stream = Stream(name, arm, **constants).assigned().startup()
        for index in range(requests):
            stream.wait(1).request(6.0 + number / 10 + (STARTUP if arm != "init" and not index else 0))
        yield stream


def evidence_in(streams: Iterable[Stream], function: str | None = None) -> Evidence:
    ledger = Ledger(function=function)
    for stream in streams:
        for line, origin in stream.lines:
            if isinstance(line, PlatformEvent):
                ledger.enter_platform(line, origin)
            else:
                ledger.enter(line, origin)
    return summed(ledger, Reader(ledger), ["test"])


def results_in(streams: Iterable[Stream], planned: int | None = None) -> Results:
    return results_of(evidence_in(streams), Declared(planned=planned))


def verdict_in(streams: Iterable[Stream]) -> Verdict:
    return verdict_of(results_in(streams))
