"""Reports without a record, and without a log stream, given to the environments whose records have gaps."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from telemetry.report.read.columns import Flags, Numbers
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
    Only the first one of an environment is: its line has an INIT.

    Args:
        known: What they are added to.
        unplaced: What is placed is taken out of it.
        missing: What the records lack.
    """
    everything = list(range(unplaced.by_arm.shape[1]))
    for outcomes in (everything, [one for one in everything if one != ENDED_WELL]):
        counts = unplaced.by_arm[:, outcomes].sum(axis=0)
        whose = missing.explaining(int(counts.sum()))
        if whose is None:
            continue
        arms = np.unique(known.sums.arms[whose > 0])
        if len(arms) == 1 or np.count_nonzero(counts) == 1:
            _add(known, unplaced, _Placed(whose, missing.first & (whose > 0), outcomes))
        return


class _Placed(NamedTuple):
    """Whose requests without a record are."""

    whose: Numbers
    """How many of them are of each unit."""
    first: Flags
    """The first request of the unit is one of them."""
    outcomes: list[int]


class _Each(NamedTuple):
    """What one of the missing requests took, ms."""

    first: float
    later: float


def _add(known: Known, unplaced: Unplaced, of: _Placed) -> None:
    """Give each missing request its part of the time, of the bill and of the failures."""
    sums, whose, outcomes = known.sums, of.whose, of.outcomes
    counts = unplaced.by_arm[:, outcomes].sum(axis=0)
    failed = sum(int(count) for count, outcome in zip(counts, outcomes, strict=True) if outcome != ENDED_WELL)
    n, user_with, billed_with = unplaced.after_init[:, outcomes].sum(axis=1)
    all_billed = float(unplaced.billed_ms[:, outcomes].sum())
    took = _each(of, float(unplaced.user_ms[:, outcomes].sum()), int(n), float(user_with))
    billed = _each(of, all_billed, int(n), float(billed_with))
    later, share = whose - of.first, whose / whose.sum()
    user = of.first * took.first + later * took.later
    for into, amount in (
        (sums.n, whose), (sums.timed, whose), (sums.failed, share * failed), (sums.user, user),
        (sums.adapter, user), (sums.billed_n, whose if all_billed else 0.0 * whose),
        (sums.billed, of.first * billed.first + later * billed.later),
    ):  # fmt: skip
        into += amount  # noqa: PLW2901  # adds in place
    for units, ms in ((later, took.later), (of.first.astype(np.int64), took.first)):
        known.durations.add(np.repeat(np.arange(len(units)), units), np.full(int(units.sum()), ms))
    ended = TIMED_OUT if counts[-1] else FAILED if counts[-2] else ENDED_WELL
    told = int(n) in {0, int(of.first.sum()), int(whose.sum())}
    known.firsts.replace(of.first, took.first if told else np.nan, ended)
    in_arm = np.bincount(sums.arms, share, minlength=len(known.unrecorded))
    known.unrecorded[:, outcomes] += np.rint(in_arm[:, None] * counts).astype(np.int64)
    for table in (unplaced.by_arm, unplaced.user_ms, unplaced.billed_ms):
        table[:, outcomes] = 0


def _each(of: _Placed, ms: float, after_init: int, after_init_ms: float) -> _Each:
    """Share ms out to the missing requests.

    Args:
        of: Whose requests they are.
        ms: Of all of them.
        after_init: How many have an INIT in their line. Where that is another number than of first requests,
            all get the same.
        after_init_ms: Of these.
    """
    firsts, total = int(of.first.sum()), int(of.whose.sum())
    if not firsts or firsts != after_init:
        return _Each(ms / total, ms / total)
    return _Each(after_init_ms / firsts, (ms - after_init_ms) / max(total - firsts, 1))
