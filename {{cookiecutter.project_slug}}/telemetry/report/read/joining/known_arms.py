"""Requests that only the platform saw, in no known environment: what else tells which arm they were of."""

import numpy as np

from adapter.placement import PLACEMENTS
from telemetry.report.read.columns import Numbers
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.totals import Totals

UNKNOWN_ARM = -1
"""The row of `Unplaced` that is of no arm."""


def tell_arms(ledger: Ledger, totals: Totals) -> None:
    """Move requests of unknown arm to the arm that sent them: as the lab counted, or the only one there is.

    A retry does not tell it: Lambda may have tried again in an environment of another arm.
    """
    unplaced = totals.unplaced
    counts = unplaced.by_arm[UNKNOWN_ARM].copy()
    if not counts.any():
        return
    whose = _by_arm(ledger, totals, int(counts.sum()))
    arms = np.flatnonzero(whose)
    if not len(arms) or (len(arms) > 1 and np.count_nonzero(counts) > 1):
        return
    share = whose / whose.sum()
    unplaced.by_arm[arms] += np.rint(np.outer(share, counts)).astype(np.int64)[arms]
    unplaced.by_arm[UNKNOWN_ARM] = 0
    for table in (unplaced.user_ms, unplaced.billed_ms):
        table[arms] += np.outer(share, table[UNKNOWN_ARM])[arms]
        table[UNKNOWN_ARM] = 0


def unseen_in_lab(ledger: Ledger, totals: Totals) -> Numbers:
    """Count the requests that a lab sent and that are in no figure, by arm; none without a whole lab run."""
    sent = np.zeros(len(PLACEMENTS), np.int64)
    if not ledger.labs or not all(lab.complete for lab in ledger.labs):
        return sent
    for lab in ledger.labs:
        for number, arm in enumerate(PLACEMENTS):
            sent[number] += lab.sent[arm].invocations if arm in lab.sent else 0
    seen = np.bincount(totals.sums.arms, totals.sums.n, minlength=len(PLACEMENTS)).astype(np.int64)
    unseen: Numbers = np.maximum(sent - seen, 0)
    return unseen


def _by_arm(ledger: Ledger, totals: Totals, requests: int) -> Numbers:
    """Return how many of the requests each arm sent; zeros where nothing tells it."""
    unseen = unseen_in_lab(ledger, totals)
    if unseen.sum() == requests:
        return unseen
    found = np.zeros(len(PLACEMENTS), np.int64)
    recorded = np.unique(totals.sums.arms)
    if len(recorded) == 1 and not ledger.labs and not ledger.others and ledger.judged().all():
        found[recorded] = requests
    return found
