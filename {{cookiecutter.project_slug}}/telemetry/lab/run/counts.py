"""Counts of a run: what was sent, and what came of it."""

import secrets
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from telemetry.lab.imports.measurement import Package
from telemetry.lab.platform.environment import Shutdown
from telemetry.lab.platform.invocation import Invocation
from telemetry.lab.run.accuracy import Accuracy
from telemetry.lab.run.load.load_counts import LoadCounts
from telemetry.lab.run.precision import FirstRequest, Look
from telemetry.lab.run.settings import Settings
from telemetry.lab.snapshot.check import SnapshotCheck
from telemetry.schema import STARTS, Start


@dataclass(slots=True)
class ArmCounts:
    """Counts of one arm, or of one environment."""

    environments: int = 0
    starts: Counter[Start] = field(default_factory=Counter)
    """Invocations by start class."""
    succeeded: int = 0

    @property
    def invocations(self) -> int:
        """Events that were sent."""
        return self.starts.total()

    def add(self, other: "ArmCounts") -> None:
        """Add the counts of an environment."""
        self.environments += other.environments
        self.starts += other.starts
        self.succeeded += other.succeeded

    def fields(self) -> dict[str, Any]:
        """Return what the lab's record holds of them."""
        starts = {start: self.starts[start] for start in STARTS if self.starts[start]}
        return {"environments": self.environments, "invocations": self.invocations, "starts": starts}


@dataclass(slots=True)
class Counts:
    """Counts of a run, by arm and all together."""

    arms: dict[str, ArmCounts]
    accuracy: Accuracy | None = None
    """Of the CPU shares, measured before anything was counted; None at full speed."""
    at_once: int = 1
    """Environments that run at the same time."""
    firsts: list[FirstRequest] = field(default_factory=list)
    """In the order in which they were answered."""
    looks: list[Look] = field(default_factory=list)
    """At how precise the run was, where it ends by that."""
    failures: Counter[str] = field(default_factory=Counter)
    """Invocations without a 2xx response, by what came instead."""
    shutdowns: Counter[Shutdown] = field(default_factory=Counter)
    """Environments, by what ended them."""
    init_timeouts: int = 0
    """Environments whose INIT took longer than Lambda allows."""
    began: float = field(default_factory=time.perf_counter)
    has_records: bool = False
    """Whether the function wrote a record of telemetry."""
    run: str = field(default_factory=lambda: secrets.token_hex(4))
    """A name of this run, made up."""
    imports: Sequence[Package] = ()
    """The packages whose imports take longest."""
    load: LoadCounts = field(default_factory=LoadCounts)
    """Of a run under load."""
    snapshot: SnapshotCheck | None = None
    """Under SnapStart: what its copies would share or find dead."""
    restored_ms: list[float] = field(default_factory=list)
    """Under SnapStart: what the function's hooks took after each restore."""

    @classmethod
    def of(cls, settings: Settings, accuracy: Accuracy | None = None) -> "Counts":
        """Begin a run. The arms of an experiment come into being as environments are assigned to them."""
        arms = () if settings.experiment else settings.placements
        at_once = 1 if accuracy is None else accuracy.at_once
        return cls({placement: ArmCounts() for placement in arms}, accuracy, at_once)

    @property
    def invocations(self) -> int:
        """Events that were sent in all."""
        return sum(arm.invocations for arm in self.arms.values())

    @property
    def succeeded(self) -> int:
        """Events that got a 2xx response."""
        return sum(arm.succeeded for arm in self.arms.values())

    def count(self, environment: ArmCounts, invocation: Invocation) -> None:
        """Count an invocation, as one of the environment, whose arm may not be known yet."""
        environment.starts[invocation.start] += 1
        if invocation.restored_ms is not None:
            self.restored_ms.append(invocation.restored_ms)
        failure = invocation.outcome.failure
        if failure is None:
            environment.succeeded += 1
        else:
            self.failures[failure] += 1

    def snapshot_fields(self) -> dict[str, Any]:
        """Return what the lab's record holds of SnapStart; nothing where there is none."""
        if self.snapshot is None:
            return {}
        hooks = {"median": median(self.restored_ms), "max": max(self.restored_ms)} if self.restored_ms else {}
        rounded = {name: round(ms, 3) for name, ms in hooks.items()}
        return {"snapshot": {**self.snapshot.fields(), "after_restore_ms": rounded}}

    def count_shutdown(self, shutdown: Shutdown | None) -> None:
        """Count how an environment ended; None if its process had died before."""
        if shutdown is not None:
            self.shutdowns[shutdown] += 1
