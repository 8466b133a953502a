"""What records say of how long environments live: idle times survived, and when each was ended."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from telemetry.report.choose.levels import by_number
from telemetry.report.read.columns import Flags, Numbers, Vector

SEEN_WITHIN: Final = 0.01
"""Share of its idle time within which the end of an environment that said goodbye is taken to be known."""


@dataclass(frozen=True, slots=True)
class Served:
    """Requests of environments on demand, in the order of their arrival; seconds."""

    environment: Numbers
    """Numbered from 0."""
    at: Vector
    """Arrival: where INIT was waited for, its beginning."""
    until: Vector
    cold: Flags
    """INIT was waited for."""
    ended: Vector
    """By environment, when it said that it was being ended; NaN where it did not."""
    version: Numbers
    """By environment, that of the function, numbered from 0."""

    def before(self, moment: float) -> "Served":
        """Return what was known at a moment."""
        kept = self.at < moment
        ended = np.where(self.ended < moment, self.ended, np.nan)
        return Served(
            self.environment[kept], self.at[kept], self.until[kept], self.cold[kept], ended, self.version
        )


@dataclass(frozen=True, slots=True)
class Lives:
    """Evidence of idle times and ages, seconds: all that the fit of a pool looks at."""

    gaps: Vector
    """Idle times after which an environment was used again."""
    age: Vector
    """By environment: how old it was after its last request."""
    idle_from: Vector
    """By environment: it was not ended before it had been idle for so long."""
    idle_to: Vector
    """It was ended before it had been idle for so long; infinite where nothing tells."""


def lives_of(served: Served) -> Lives:
    """Collect the evidence.

    A request that waits for INIT proves that no idle environment was left: one that was used last before it,
    and never again, had been ended by then. One of which nothing is heard after the last cold start may live.
    What another version needed proves nothing.
    """
    if not len(served.at):
        return Lives(np.empty(0), np.empty(0), np.empty(0), np.empty(0))
    order = by_number(served.environment)  # they are in the order of their arrival
    environment, at, until = served.environment[order], served.at[order], served.until[order]
    same = environment[1:] == environment[:-1]
    first = np.flatnonzero(np.append(True, ~same))
    last = np.append(first[1:] - 1, len(at) - 1)
    birth, left = at[first], until[last]
    said = served.ended[environment[first]] - left
    proof = _proof(served, served.version[environment[first]], left) - left
    known = said > 0
    return Lives(
        gaps=np.maximum(0.0, (at[1:] - until[:-1])[same]),
        age=left - birth,
        idle_from=np.where(known, said * (1 - SEEN_WITHIN), 0.0),
        idle_to=np.where(known, said * (1 + SEEN_WITHIN), proof),
    )


def _proof(served: Served, version: Numbers, left: Vector) -> Vector:
    """Return when a request of the same version next waited for INIT; infinite where none did."""
    found = np.full(len(left), np.inf)
    of_request = served.version[served.environment]
    for number in np.unique(version):
        mine = version == number
        moments = np.append(np.sort(served.at[served.cold & (of_request == number)]), np.inf)
        found[mine] = moments[np.searchsorted(moments, left[mine], side="right").clip(max=len(moments) - 1)]
    return found
