"""Counts of a run under load: why environments were started and ended, and what waited for this machine."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from telemetry.lab.run.load.idle_pool import CAUSES, Cause

Want: TypeAlias = Literal["none_alive", "all_busy"]
"""Why a request needs a new environment: there is none at all, or each serves another request."""
WANTS: Final[tuple[Want, ...]] = ("none_alive", "all_busy")


@dataclass(slots=True)
class LoadCounts:
    """What became of the traffic."""

    wants: Counter[Want] = field(default_factory=Counter)
    """New environments, by why they were needed."""
    ended: Counter[Cause] = field(default_factory=Counter)
    """Environments that the pool ended, by why."""
    most_alive: int = 0
    waited: int = 0
    """How often a request's environment had to wait for this machine's cores."""
    longest_wait: float = 0.0
    """Seconds."""
    latest: float = 0.0
    """Seconds by which the lab was late, at most, to see that a request was due."""
    arrived: int = 0

    def count_wait(self, seconds: float) -> None:
        """Count how long a request's environment had to wait for cores, if it had to."""
        self.waited += seconds > 0
        self.longest_wait = max(self.longest_wait, seconds)

    def fields(self) -> dict[str, Any]:
        """Return what the lab's record holds of them."""
        return {
            "arrived": self.arrived,
            "new_environments": {want: self.wants[want] for want in WANTS},
            "ended": {cause: self.ended[cause] for cause in CAUSES},
            "most_alive": self.most_alive,
            "waited": self.waited,
            "longest_wait_ms": round(self.longest_wait * 1000, 1),
            "latest_ms": round(self.latest * 1000, 1),
        }
