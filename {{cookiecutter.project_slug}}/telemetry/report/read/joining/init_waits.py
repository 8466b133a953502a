"""What a first request waited for besides its own report: INIT as the adapter saw it, and cut INITs.

Lambda ends an INIT after ten seconds, and lets it run again inside the first request. The second run is then
part of that request's duration. No report of a request holds the first one: `platform.initReport` does, in
the same log stream.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from adapter.placement import PLACEMENTS
from telemetry.report.read.columns import Flags, Numbers, Vector
from telemetry.report.read.environments import init_types
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.records import PROVISIONED
from telemetry.report.read.units import AT_ONCE_MS, PROACTIVE_MS

INIT_ARM = PLACEMENTS.index("init")


class InitWaits:
    """INIT by process and by unit.

    Args:
        ledger: Tells startups and INITs.
        wrote: The unit that wrote each log stream.
    """

    def __init__(self, ledger: Ledger, wrote: Numbers) -> None:
        self._ledger = ledger
        units, processes = len(ledger.units), len(ledger.process_units)
        self._cut, self._cut_at = ledger.streams.init_by_unit(wrote, units, cut_only=True)
        self._again = np.zeros(processes + 1, np.bool_)  # the last entry is of no process
        startups, _ = ledger.startups.deduplicated("key")
        self._startups = startups
        self._again[startups["process"][startups["again"] == 1]] = True
        self._needed = bool(self._again.any() or not np.isnan(self._cut).all())
        self._earliest = np.full(units, np.inf)
        self._born = np.asarray([np.nan if unit.born is None else unit.born for unit in ledger.units])
        self.provisioned: Flags = np.asarray([found == PROVISIONED for found in init_types(ledger)], np.bool_)
        """By unit: INIT was ahead of all requests."""
        self._ended_well = self._completed(startups, units)

    def see(self, units: Numbers, at: Vector) -> None:
        """Note when each unit was first asked for something."""
        if self._needed:
            np.fmin.at(self._earliest, units, at)

    def concerns(self, process: Numbers, unit: Numbers, first: Flags) -> Flags:
        """Choose first requests of processes that INIT ran in again, or of units whose INIT was cut."""
        if not self._needed:
            return np.zeros(len(process), np.bool_)
        return first & (self._again[process] | ~np.isnan(self._cut[unit]))

    def ran_again(self, process: Numbers) -> Flags:
        """Say whose INIT ran inside a request, in place of one that had ended."""
        again: Flags = self._again[process]
        return again

    def earliest(self, unit: Numbers, at: Vector) -> Flags:
        """Say which requests are the first thing that their unit was asked for."""
        return ~(at > self._earliest[unit])

    def ahead(self, unit: Numbers, begun: Vector) -> tuple[Flags, Flags]:
        """Say for which requests without a record INIT ran ahead, which their lines have all the same.

        Args:
            unit: Whose requests.
            begun: When INIT began if they waited for it: much later than the environment was born if not.

        Returns:
            Those of environments that were started proactively, and of provisioned ones.
        """
        return begun - self._born[unit] > PROACTIVE_MS, self.provisioned[unit]

    def ended_by_requests(self, units: Flags) -> None:
        """Take in which units a request ended the process, and no INIT that was cut."""
        if not self._ledger.streams.unplaced_cuts:
            self._ended_well |= units

    def may_have_lost(self, unit: Numbers, at: Vector) -> Flags:
        """Say which requests may have waited for an INIT that was cut, though no line tells of one."""
        return self.earliest(unit, at) & ~self._ended_well[unit] & ~self.provisioned[unit]

    def _completed(self, startups: NDArray[Any], units: int) -> Flags:
        """Say whose INIT is known to have ended well: a startup was complete in it, and no cut is open.

        A process after it then replaces one that a request ended, by a time-out or a crash.
        """
        found = np.zeros(units, np.bool_)
        if not self._ledger.streams.unplaced_cuts:
            rows = startups[(startups["in_init"] == 1) & (startups["complete"] == 1)]
            found[np.asarray(self._ledger.process_units, np.int64)[rows["process"]]] = True
        return found

    def cut_before(self, unit: Numbers, at: Vector) -> tuple[Vector, Flags]:
        """Return the cut INITs that each request waited for, and whether the gap leaves that open.

        NaN where the unit has none; 0 where the request is not its first, or came long after.
        """
        gap = at - self._cut_at[unit]  # of the second INIT or of the request, whichever began first, at most
        mine = self.earliest(unit, at) & ~(gap > PROACTIVE_MS + self._second(unit))
        waited = np.where(mine, self._cut[unit], np.where(np.isnan(self._cut[unit]), np.nan, 0.0))
        open_gap = mine & (gap > AT_ONCE_MS + self._second(unit)) & ~np.isnan(self._cut[unit])
        return waited, open_gap

    def _second(self, unit: Numbers) -> Vector:
        """How long INIT took as it ran again in each unit: the adapter sees the request only after it."""
        rows = self._startups[self._startups["again"] == 1]
        longest = np.zeros(len(self._earliest))
        of = np.asarray(self._ledger.process_units, np.int64)[rows["process"]]
        np.fmax.at(longest, of, rows["wall"] + np.nan_to_num(rows["init"]))
        return longest[unit]

    def own_init(self, process: Numbers) -> tuple[Vector, bool]:
        """INIT of some processes as the adapter saw it: imports and the startup in INIT.

        Arms that start up later do not always say how long the imports took. Unless all do, imports are left
        out of every arm: they are the same code, so they cancel in the differences. NaN where an environment
        of `init` has no record of its startup.
        """
        rows, count = self._startups, len(self._ledger.process_units)
        startup, imports = np.zeros(count), np.full(count, np.nan)
        arms = np.asarray([PLACEMENTS.index(unit.placement) for unit in self._ledger.units], np.int64)
        startup[arms[np.asarray(self._ledger.process_units, np.int64)] == INIT_ARM] = np.nan
        startup[rows["process"]] = 0.0
        rows = rows[(rows["in_init"] == 1) | (rows["again"] == 1)]
        startup[rows["process"]] = rows["wall"]
        imports[rows["process"]] = rows["init"]
        known = ~np.isnan(startup[process])
        counted = bool(known.any()) and not np.isnan(imports[process][known]).any()
        whole = startup + np.nan_to_num(imports) if counted else startup
        return whole[process], counted
