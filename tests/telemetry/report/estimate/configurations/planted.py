"""A run of several configurations, whose requests take what a test says: records and report lines."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adapter.placement import PLACEMENTS
from telemetry.report.estimate.configurations.by_configuration import Configurations, Wished
from telemetry.report.estimate.results import Declared, Results, results_of
from tests.telemetry.report.reported import evidence_from

Ms = NDArray[np.float64]
STARTS = {"on-demand": "cold", "snap-start": "snapstart", "provisioned-concurrency": "provisioned"}


@dataclass(frozen=True)
class Part:
    """Environments of one configuration: a row each, a column a request; INIT is in the first."""

    memory_mb: int
    ms: Ms
    init_ms: float = 300.0
    """Of the first request; its time is INIT and this."""
    init_type: str = "on-demand"
    placement: str = "init"
    failed: bool = False
    records: bool = True
    """False: the platform's lines alone, as of requests that timed out."""
    versions: int = 1
    """A version is of one configuration, as a run publishes them block by block."""


@dataclass(frozen=True)
class Planted:
    """A run."""

    parts: tuple[Part, ...]
    where: str | None = "lambda"
    told: Mapping[str, Any] = field(default_factory=dict)
    """What its record says besides."""

    def lines(self) -> list[str]:
        """Return its records, first and last what the run was."""
        found = [line for number, part in enumerate(self.parts) for line in _lines(part, number)]
        run = {"record": "lab", "v": 1, "at": 1, "run": f"of {self.where}", "complete": True, **self.told}
        if self.where is not None:
            run["where"] = self.where
        if self.where in {None, "lab"}:
            run["sent"] = {placement: self._sent(placement) for placement in PLACEMENTS}
        return [json.dumps(run), *map(json.dumps, found), json.dumps(run)]

    def _sent(self, placement: str) -> dict[str, int]:
        parts = [part.ms.shape for part in self.parts if part.placement == placement]
        return {
            "environments": sum(environments for environments, _ in parts),
            "invocations": sum(environments * requests for environments, requests in parts),
        }

    def results(self, **wished: Any) -> Results:
        """Return everything that is estimated of it."""
        return results_of(evidence_from(self.lines()), Declared(wished=Wished(**wished)))

    def configurations(self, **wished: Any) -> Configurations:
        """Return its configurations."""
        found = self.results(**wished).configurations
        assert found is not None
        return found


def _lines(part: Part, number: int) -> Iterator[dict[str, Any]]:
    for row, requests in enumerate(part.ms.tolist()):
        name = f"{number}-{row}"
        common = {
            "v": 1, "service": "tickets", "environment": f"e{name}", "process": "p",
            "placement": part.placement, "function": "twin", "memory_mb": part.memory_mb,
            "version": f"{1 + 100 * number + row % part.versions}",
        }  # fmt: skip
        at = 1_700_000_000_000 + 1_000_000 * number + 10_000 * row
        if part.records and part.init_type != "snap-start":
            yield {
                **common, "record": "startup", "at": at, "ordinal": 1, "phase": "init", "outcome": "complete",
                "StartupDuration": 5.0, "init_type": part.init_type,
            }  # fmt: skip
        for n, ms in enumerate(requests, 1):
            request = f"{name}-{n}"
            if part.records:
                yield {
                    **common, "record": "invocation", "at": at + 100 * n, "n": n, "request_id": request,
                    "start": STARTS[part.init_type] if n == 1 else "warm", "InvocationDuration": ms,
                    "status": 500 if part.failed else 200,
                }  # fmt: skip
            yield _report(part, request, ms, first=n == 1)


def _report(part: Part, request: str, ms: float, *, first: bool) -> dict[str, Any]:
    waits = {"on-demand": "initDurationMs", "snap-start": "restoreDurationMs"}
    init = {waits[part.init_type]: part.init_ms} if first and part.init_type in waits else {}
    metrics = {
        "durationMs": ms, "billedDurationMs": math.ceil(ms + (part.init_ms if init else 0)),
        "memorySizeMB": part.memory_mb, "maxMemoryUsedMB": 100, **init,
    }  # fmt: skip
    status = "success" if part.records else "timeout"
    return {"time": "2026-11-24T00:00:00.000Z", "type": "platform.report",
            "record": {"requestId": request, "status": status, "metrics": metrics}}  # fmt: skip


def drawn(seed: int, environments: int, requests: int, mean_ms: float, spread: float = 0.3) -> Ms:
    """Draw requests of environments that differ in speed."""
    random = np.random.default_rng(seed)
    speed = random.lognormal(-0.005, 0.1, (environments, 1))
    ms: Ms = np.round(
        mean_ms * speed * random.lognormal(-(spread**2) / 2, spread, (environments, requests)), 3
    )
    return ms
