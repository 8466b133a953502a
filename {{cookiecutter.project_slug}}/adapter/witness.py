"""Between the adapter and whoever observes it."""

import logging
import time

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
            self._observe(fact)
        except Exception:  # an observer must not be able to change a response
            self.faults += 1
            if self.faults == 1:
                logger.exception("An observer failed. Further failures are counted only.")
        finally:
            self.cpu_ns += time.process_time_ns() - cpu
            self.wall_ns += time.perf_counter_ns() - wall


class Stopwatch:
    """Wall and CPU time from its construction on, less the time that observers took."""

    __slots__ = ("_cpu", "_wall", "_witness")

    def __init__(self, witness: Witness) -> None:
        self._witness = witness
        self._wall = time.perf_counter_ns() - witness.wall_ns
        self._cpu = time.process_time_ns() - witness.cpu_ns

    def read(self) -> tuple[int, int]:
        """Wall and CPU time in nanoseconds."""
        cpu = time.process_time_ns() - self._witness.cpu_ns - self._cpu
        return time.perf_counter_ns() - self._witness.wall_ns - self._wall, cpu
