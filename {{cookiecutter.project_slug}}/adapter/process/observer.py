"""Hands facts to whoever observes the adapter."""

import logging
import time

from adapter.facts import Fact, Observe

logger = logging.getLogger("adapter")


class Observer:
    """Passes facts on; no exception of whoever receives them leaves here, and their time is not measured."""

    def __init__(self, observe: Observe | None) -> None:
        self.observes = observe is not None
        self.faults = 0
        """Exceptions swallowed so far."""
        self.wall_ns = 0
        """Wall time spent in `__call__` so far."""
        self.cpu_ns = 0
        """CPU time spent in `__call__` so far."""
        self._observe = observe

    def __call__(self, fact: Fact) -> None:
        """Pass a fact on while something is being measured."""
        if self._observe is None:
            return
        wall, cpu = time.perf_counter_ns(), time.process_time_ns()
        try:
            self.outside_measurement(fact)
        finally:
            self.cpu_ns += time.process_time_ns() - cpu
            self.wall_ns += time.perf_counter_ns() - wall

    def outside_measurement(self, fact: Fact) -> None:
        """Pass a fact on while nothing is measured: the clocks take longer to read than some observers."""
        if self._observe is None:
            return
        try:
            self._observe(fact)
        except Exception:  # an observer must not be able to change a response
            self.faults += 1
            if self.faults == 1:
                logger.exception("An observer failed. Further failures are counted only.")
