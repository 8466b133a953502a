"""What is counted apart: requests without a record, INITs that are not known, pings."""

from dataclasses import dataclass, replace

import numpy as np

from adapter.placement import PLACEMENTS, Placement
from telemetry.report.estimate.comparison import Comparison, compare
from telemetry.report.estimate.intervals import ratios
from telemetry.report.estimate.smallest import Smallest
from telemetry.report.estimate.strata import Means
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.records import place_of
from telemetry.report.read.totals import Totals


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """Requests of which only the platform wrote a line: time-outs and crashes, or records that were lost."""

    placement: Placement | None
    """None where nothing tells the arm."""
    in_figures: bool
    """The log stream tells the environment too, so their time and their failure are in the arm's figures."""
    ended_well: int
    failed: int
    timed_out: int


@dataclass(frozen=True, slots=True)
class InitWait:
    """What is not known, or was lost, of the INIT that first requests of one arm waited for."""

    placement: Placement
    cut: int
    """Waited for an INIT that was cut, and for the next one."""
    unknown: int
    """Waited for an INIT of unknown length: in no figure of user-visible time."""
    open_gaps: int
    """Came 0.1 to 10 s after INIT: it cannot be told whether they waited for it. They are taken to have."""


@dataclass(frozen=True, slots=True)
class OtherReading:
    """The comparisons, were no INIT waited for by requests that came 0.1 to 10 s after it."""

    comparisons: list[Comparison]
    differs: bool
    """A finding is another one."""


@dataclass(frozen=True, slots=True)
class Pings:
    """Events that only kept environments of one arm warm: no requests, and in no figure."""

    placement: Placement
    count: int


def unrecorded_of(totals: Totals) -> list[Unrecorded]:
    """List requests without a record: by arm those whose environment is known, then the others."""
    arms: list[Placement | None] = [*PLACEMENTS, None]
    return [
        Unrecorded(arm, in_figures, *map(int, counts))
        for in_figures, table in ((True, totals.unrecorded), (False, totals.unplaced.by_arm))
        for arm, counts in zip(arms, table, strict=False)
        if counts.any()
    ]


def init_waits_of(totals: Totals, *, lab: bool) -> list[InitWait]:
    """List what is not known of INIT, by arm; a lab sends the first request at once, whatever the gap."""
    open_gaps = np.zeros_like(totals.doubtful) if lab else totals.doubtful
    counts = zip(PLACEMENTS, totals.cut, totals.untimed, open_gaps, strict=True)
    return [InitWait(arm, *map(int, numbers)) for arm, *numbers in counts if any(numbers)]


def other_reading_of(
    ledger: Ledger, means: Means, comparisons: list[Comparison], smallest: Smallest, widening: float
) -> OtherReading | None:
    """Compare again without the INIT that nothing shows to have been waited for."""
    sums = means.sums
    if place_of(ledger.labs) == "lab" or not sums.doubtful.any():
        return None
    other = replace(means, ms=sums.user - sums.doubtful)
    found = compare(
        ratios(sums, other.ms), "user_visible_ms", other.pair, other.quantiles,
        smallest=smallest, widening=widening,
    )  # fmt: skip
    differs = [one.finding for one in found] != [one.finding for one in comparisons]
    return OtherReading(found, differs)


def pings_of(totals: Totals) -> list[Pings]:
    """Count pings by arm."""
    if not len(totals.pings):
        return []
    counts = ((arm, int(totals.pings[totals.sums.in_arm(arm)].sum())) for arm in PLACEMENTS)
    return [Pings(arm, count) for arm, count in counts if count]
