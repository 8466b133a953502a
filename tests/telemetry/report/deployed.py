"""Experiments on Lambda as lines of a log, environment by environment: when each was born, what it served."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

HOUR, DAY = 3_600_000.0, 86_400_000.0
T0 = 1_790_000_000_000.0
HALVES = "init=50,first_invocation=50"


@dataclass(frozen=True)
class Served:
    """One request; None as status is a time-out, of which the platform alone writes a line."""

    ms: float
    status: int | None = 200
    init_ms: float | None = None


@dataclass(frozen=True)
class Life:
    """One environment."""

    name: str
    arm: str
    born: float
    """Milliseconds since `T0`."""
    requests: list[Served] = field(default_factory=list)
    experiment: str | None = HALVES
    planned: int | None = None
    version: str | None = None
    ended: bool = True
    seconds_apart: float = 1.0

    def lines(self) -> Iterator[str]:
        at = T0 + self.born
        if self.experiment is not None:
            planned = {} if self.planned is None else {"planned": self.planned}
            yield self._record("environment", at, experiment=self.experiment, **planned)
        for number, one in enumerate(self.requests, start=1):
            request = f"{self.name}-{number}"
            at += 1000 * self.seconds_apart
            if one.status is not None:
                start = "warm" if number > 1 else "proactive" if one.init_ms is None else "cold"
                yield self._record("invocation", at, n=number, request_id=request, start=start,
                                   status=one.status, InvocationDuration=one.ms)  # fmt: skip
            yield self._report(request, one)
        if self.ended:
            yield self._record("end", at + 1, invocations=len(self.requests))

    def _record(self, kind: str, at: float, **fields: object) -> str:
        common = {"record": kind, "v": 1, "at": at, "service": "tickets", "environment": self.name,
                  "process": f"p{self.name}", "placement": self.arm}  # fmt: skip
        version = {} if self.version is None else {"function": "tickets", "version": self.version}
        return json.dumps(common | version | fields)

    def _report(self, request: str, one: Served) -> str:
        metrics = {
            "durationMs": one.ms,
            "billedDurationMs": one.ms,
            "memorySizeMB": 512,
            "maxMemoryUsedMB": 90,
        }
        if one.init_ms is not None:
            metrics["initDurationMs"] = one.init_ms
        status = "timeout" if one.status is None else "success"
        record = {"requestId": request, "status": status, "metrics": metrics}
        return json.dumps({"time": "2026-09-20T00:00:00.000Z", "type": "platform.report", "record": record})


def log(lives: Iterable[Life]) -> list[str]:
    return [line for life in lives for line in life.lines()]
