"""Between the adapter and whoever observes it."""

import logging
import time
from typing import Protocol

from adapter.facts import Fact, Observe

logger = logging.getLogger("adapter")


class Witness:
    """Hands facts to the observer; keeps its exceptions to itself and its time out of what is measured."""

    def __init__(self, observe: Observe | None) -> None:
        self.observed = observe is not None
        self.faults = 0
        self.wall_ns = 0
        """Spent in the observer so far."""
        self.cpu_ns = 0
        self._observe = observe

    def __call__(self, fact: Fact) -> None:
        """State `fact`."""
        if self._observe is None:
            return
        wall, cpu = time.perf_counter_ns(), time.process_time_ns()
        try:
            self.tell(fact)
        finally:
            self.cpu_ns += time.process_time_ns() - cpu
            self.wall_ns += time.perf_counter_ns() - wall

    def tell(self, fact: Fact) -> None:
        """State `fact` while nothing is measured: to read the clocks takes longer than some observers do."""
        if self._observe is None:
            return
        try:
            self._observe(fact)
        except Exception:  # an observer must not be able to change a response
            self.faults += 1
            if self.faults == 1:
                logger.exception("An observer failed. Further failures are counted only.")


class Excluded(Protocol):
    """Time that nothing of what is measured has taken, so far."""

    @property
    def wall_ns(self) -> int:
        """Wall time in nanoseconds."""

    @property
    def cpu_ns(self) -> int:
        """CPU time in nanoseconds."""


class Stopwatch:
    """Wall and CPU time from its construction on, less what is excluded: the time of observers, pauses."""

    __slots__ = ("_cpu", "_excluded", "_wall")

    def __init__(self, excluded: Excluded) -> None:
        self._excluded = excluded
        self._wall = time.perf_counter_ns() - excluded.wall_ns
        self._cpu = time.process_time_ns() - excluded.cpu_ns

    def read(self) -> tuple[int, int]:
        """Wall and CPU time in nanoseconds."""
        cpu = time.process_time_ns() - self._excluded.cpu_ns - self._cpu
        return time.perf_counter_ns() - self._excluded.wall_ns - self._wall, cpu
