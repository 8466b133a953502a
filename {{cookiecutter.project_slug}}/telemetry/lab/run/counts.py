"""What a run has sent, and what came of it."""

import json
import secrets
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from telemetry.lab.platform.environment import Ending
from telemetry.lab.platform.invocation import Invocation
from telemetry.lab.run.record import host, versions
from telemetry.lab.run.settings import Settings
from telemetry.schema import AT, LAB, RECORD, SCHEMA, STARTS, VERSION, Start


@dataclass(slots=True)
class Sent:
    """Counts of one placement."""

    environments: int = 0
    starts: Counter[Start] = field(default_factory=Counter)
    succeeded: int = 0

    @property
    def invocations(self) -> int:
        """Events sent."""
        return self.starts.total()

    def include(self, other: "Sent") -> None:
        """Add the counts of one environment."""
        self.environments += other.environments
        self.starts += other.starts
        self.succeeded += other.succeeded

    def record(self) -> dict[str, Any]:
        """Return the counts as they stand in the lab's record."""
        starts = {start: self.starts[start] for start in STARTS if self.starts[start]}
        return {"environments": self.environments, "invocations": self.invocations, "starts": starts}


@dataclass(slots=True)
class Tally:
    """Counts of a run, by placement and all together."""

    sent: dict[str, Sent]
    failures: Counter[str] = field(default_factory=Counter)
    """Invocations without a 2xx response, by what came instead."""
    endings: Counter[Ending] = field(default_factory=Counter)
    ignored: dict[str, set[str]] = field(default_factory=dict)
    """Placements that were told, with those that the records tell of instead."""
    cut_inits: int = 0
    began: float = field(default_factory=time.perf_counter)
    run: str = field(default_factory=lambda: secrets.token_hex(4))

    @classmethod
    def of(cls, settings: Settings) -> "Tally":
        """Begin a run."""
        return cls({} if settings.experiment else {placement: Sent() for placement in settings.placements})

    @property
    def invocations(self) -> int:
        """Events sent in all."""
        return sum(sent.invocations for sent in self.sent.values())

    @property
    def succeeded(self) -> int:
        """Events that got a 2xx response."""
        return sum(sent.succeeded for sent in self.sent.values())

    def add(self, sent: Sent, invocation: Invocation) -> None:
        """Count one invocation of an environment, whose arm may not be known yet."""
        sent.starts[invocation.start] += 1
        failure = invocation.outcome.failure
        if failure is None:
            sent.succeeded += 1
        else:
            self.failures[failure] += 1

    def ended(self, ending: Ending | None) -> None:
        """Count how an environment ended; None if it had died before."""
        if ending is not None:
            self.endings[ending] += 1

    def heard(self, told: str, instead: str | None) -> None:
        """Keep what the records of an environment say in place of what it was told; None if nothing else."""
        if instead is not None:
            self.ignored.setdefault(told, set()).add(instead)

    def line(self, settings: Settings, *, complete: bool) -> bytes:
        """Return the lab's own record.

        It is the first line of a run, so that none of it can pass for Lambda's, and the last, which counts.
        """
        record = {
            RECORD: LAB,
            SCHEMA: VERSION,
            AT: int(time.time() * 1000),
            "run": self.run,
            "app": settings.app or settings.handler,
            "seed": settings.seed,
            "environments": settings.environments,
            "invocations": settings.invocations,
            "init_type": settings.init_type,
            "host": host(),
            "versions": versions(settings.artifact),
            "sent": {placement: sent.record() for placement, sent in self.sent.items()},
            "duration_s": round(time.perf_counter() - self.began, 1),
            "complete": complete,
        }
        return json.dumps(record, separators=(",", ":")).encode() + b"\n"
