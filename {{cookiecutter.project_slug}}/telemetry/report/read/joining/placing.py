"""Reports without a record, and without a log stream, given to the environments whose records have gaps."""

from dataclasses import dataclass

import numpy as np

from telemetry.report.read.columns import Numbers
from telemetry.report.read.durations import Durations
from telemetry.report.read.first_requests import FAILED, FirstRequests
from telemetry.report.read.joining.gaps import Missing
from telemetry.report.read.requests import Unplaced
from telemetry.report.read.sums import Sums
from telemetry.report.read.units import TIMED_OUT

ENDED_WELL = 0


@dataclass(frozen=True, slots=True)
class Known:
    """What is kept of the requests that are known; changed in place as others are added."""

    sums: Sums
    durations: Durations
    firsts: FirstRequests
    unrecorded: Numbers
    """Requests without a record, by arm and outcome."""


def place(known: Known, unplaced: Unplaced, missing: Missing) -> None:
    """Add requests to those of their environments, where the gaps tell whose they are.

    They must add up to all reports without a record, or to those that failed and timed out. One request of
    an outcome is not told from another: each gets the mean of them, so they must be of one arm or outcome.

    Args:
        known: What they are added to.
        unplaced: What is placed is taken out of it.
        missing: What the records lack.
    """
    sums = known.sums
    everything = list(range(unplaced.by_arm.shape[1]))
    for outcomes in (everything, [one for one in everything if one != ENDED_WELL]):
        counts = unplaced.by_arm[:, outcomes].sum(axis=0)
        whose = missing.explaining(int(counts.sum()))
        if whose is None:
            continue
        arms = np.unique(sums.arms[whose > 0])
        if len(arms) == 1 or np.count_nonzero(counts) == 1:
            ms = float(unplaced.user_ms[:, outcomes].sum()) / int(whose.sum())
            known.durations.add(np.repeat(np.arange(len(whose)), whose), np.full(int(whose.sum()), ms))
            ended = TIMED_OUT if counts[-1] else FAILED if counts[-2] else ENDED_WELL
            known.firsts.replace(missing.first & (whose > 0), ms, ended)
            _add(known, unplaced, whose, outcomes)
        return


def _add(known: Known, unplaced: Unplaced, whose: Numbers, outcomes: list[int]) -> None:
    """Give each missing request the same part of the time, of the bill and of the failures."""
    sums, unrecorded, total = known.sums, known.unrecorded, int(whose.sum())
    share = whose / total
    counts = unplaced.by_arm[:, outcomes].sum(axis=0)
    failed = sum(int(count) for count, outcome in zip(counts, outcomes, strict=True) if outcome != ENDED_WELL)
    user, billed = unplaced.user_ms[:, outcomes].sum(), unplaced.billed_ms[:, outcomes].sum()
    for into, amount in (
        (sums.n, total), (sums.timed, total), (sums.failed, failed), (sums.user, user),
        (sums.adapter, user), (sums.billed_n, total if billed else 0), (sums.billed, billed),
    ):  # fmt: skip
        into += share * amount  # noqa: PLW2901  # adds in place
    in_arm = np.bincount(sums.arms, share, minlength=len(unrecorded))
    unrecorded[:, outcomes] += np.rint(in_arm[:, None] * counts).astype(np.int64)
    for table in (unplaced.by_arm, unplaced.user_ms, unplaced.billed_ms):
        table[:, outcomes] = 0
