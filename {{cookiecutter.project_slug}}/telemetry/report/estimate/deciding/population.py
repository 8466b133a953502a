"""Which environments are compared, so that nobody can choose them by what they show.

With a declared size N it is those, of every arm, that were born until the smallest arm had N: a cut in time,
the same for all arms. The first N of each arm would compare different weeks where the weights differ. What
these environments serve later counts too; once all of them have ended, nothing can change any more.

Without a size, an interval is needed that holds at every look (`sequence`). An environment then enters once,
complete, and after all that were born before it. Until that gives enough of them, all are shown and nothing
is decided.

In an experiment those alone count that were born while it ran: what ran before is another time.
"""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np

from adapter.placement import PLACEMENTS
from telemetry.report.estimate.deciding.assignment import Assignment, Progress, readable
from telemetry.report.estimate.deciding.sequence import widening
from telemetry.report.estimate.intervals import MINIMUM_EFFECTIVE
from telemetry.report.read.columns import Flags, Vector
from telemetry.report.read.environments import cut_off_units, ended_processes
from telemetry.report.read.evidence import Evidence
from telemetry.report.read.sums import Sums

Rule: TypeAlias = Literal["all", "planned", "in order of birth", "incomplete"]
IDLE_MS: Final = 3_600_000.0
"""Silence after which an environment is taken to have ended. AWS does not document when it ends idle ones;
minutes are usual, an hour is more than what has been observed.
"""


@dataclass(frozen=True, slots=True)
class Population:
    """The environments that are compared."""

    rule: Rule
    """`all`: no experiment was declared, or its declared size is not reached yet; `incomplete`: without a
    size, too few environments are complete in their turn.
    """
    counted: Flags
    """By unit."""
    randomised: bool
    """Chance assigned the arms: in an experiment, or in a lab run."""
    widening: float
    """How many times as wide as that of a single look an interval has to be."""
    environments: int
    """That served a request and are compared."""
    later: int
    """That served a request, and were born after the cut, or not complete in their turn."""
    outside: int
    """That served a request, and were born before the experiment or the log began, or after it ended."""
    still_serving: int
    """Of those compared, how many may still serve requests."""
    smallest_arm: int | None
    """Environments born in the smallest arm, where a size was declared."""

    @property
    def final(self) -> bool:
        """Nothing that is recorded later can change the figures."""
        return self.rule == "planned" and not self.still_serving


def population_of(evidence: Evidence, assignment: Assignment | None, planned: int | None) -> Population:
    """Choose the environments by their births alone.

    Args:
        evidence: Tells births, ends and silence.
        assignment: None where no experiment was declared.
        planned: Environments in every arm; None where no size was declared.
    """
    ledger, sums = evidence.ledger, evidence.totals.sums
    judged, served = ledger.judged(), sums.n > 0
    born = births_of(evidence)
    ended = _ended(evidence, born)
    # A lab run has no time before or after it: where it assigns environments by their version, none says so.
    assigned = judged if ledger.labs else judged & _in_experiment(evidence, born, assignment)
    known = assigned & ~np.isnan(born)
    rule: Rule = "all"
    counted, least = assigned, None
    if planned is not None:
        least = 0 if _awaits_an_arm(assignment) else _least(sums, known if known.any() else assigned & served)
        if least >= planned and known.any():
            rule, counted = "planned", known & (born <= _cut(sums, born, known, planned))
    elif assignment is not None and not ledger.labs and known.any():
        complete = known & (born < _first_incomplete(born, known, ended))
        arms = set(sums.arms[known & served])
        enough = _least(sums, complete & served) >= MINIMUM_EFFECTIVE
        if enough and set(sums.arms[complete & served]) == arms:
            rule, counted = "in order of birth", complete
        else:
            rule = "incomplete"
    compared = counted & served
    return Population(
        rule=rule,
        counted=counted,
        randomised=assignment is not None or bool(ledger.labs),
        widening=1.0 if rule in {"all", "planned"} else widening(int(compared.sum())),
        environments=int(compared.sum()),
        later=int((assigned & served & ~counted).sum()),
        outside=int((judged & served & ~assigned).sum()),
        still_serving=int((counted & ~ended).sum()),
        smallest_arm=least,
    )


def _in_experiment(evidence: Evidence, born: Vector, assignment: Assignment | None) -> Flags:
    """Say which units were born while the experiment ran: all, where no record tells when that was.

    One without a record of its assignment, born while others were assigned, has lost a line. One that was
    born before the log began may have been born before the experiment did.
    """
    units = evidence.ledger.units
    texts = {unit.experiment for unit in units if unit.experiment is not None} if assignment else set()
    declared = {text for text in texts if readable(text)}
    times = born[np.asarray([unit.experiment in declared for unit in units], np.bool_)]
    times = times[~np.isnan(times)]
    if not len(times):
        return np.ones(len(units), np.bool_)
    inside: Flags = ~((born < times.min()) | (born > times.max()))
    return inside & ~cut_off_units(evidence.ledger)


def births_of(evidence: Evidence) -> Vector:
    """Return when each unit was born, in Unix milliseconds; NaN where nothing tells it."""
    units = evidence.ledger.units
    recorded = np.asarray([np.nan if unit.born is None else unit.born for unit in units])
    earliest = np.fmin(recorded, evidence.totals.sums.first_at)
    return np.where(cut_off_units(evidence.ledger), np.nan, earliest)


def _ended(evidence: Evidence, born: Vector) -> Flags:
    """Say which units have ended, or have been silent for longer than idle ones are kept."""
    units, sums = evidence.ledger.units, evidence.totals.sums
    told = np.zeros(len(units), np.bool_)
    told[np.asarray(evidence.ledger.process_units, np.int64)[ended_processes(evidence.ledger)]] = True
    last = np.fmax(born, sums.last_at)
    now = np.fmax.reduce(last) if len(last) else np.nan
    ended: Flags = told | (last < now - IDLE_MS) | np.isnan(last)
    return ended


def _awaits_an_arm(assignment: Assignment | None) -> bool:
    """Say whether an arm has no environment yet; where weights were changed, it may have been given up."""
    return assignment is not None and bool(assignment.empty) and len(assignment.experiments) == 1


def _least(sums: Sums, units: Flags) -> int:
    """Count the units of the smallest arm that has any."""
    counts = np.bincount(sums.arms[units], minlength=len(PLACEMENTS))
    return int(counts[counts > 0].min(initial=int(counts.max(initial=0))))


def _cut(sums: Sums, born: Vector, known: Flags, planned: int) -> float:
    """Return when the arm that took longest had its last planned environment."""
    arms = [np.sort(born[known & (sums.arms == arm)]) for arm in range(len(PLACEMENTS))]
    return max(float(births[planned - 1]) for births in arms if len(births) >= planned)


def _first_incomplete(born: Vector, known: Flags, ended: Flags) -> float:
    """Return the birth of the first environment that may still serve requests."""
    return float(np.min(born[known & ~ended], initial=np.inf))


def progress_of(population: Population, planned: int | None) -> Progress | None:
    """Say how far the experiment is; None where no size was planned."""
    if planned is None or population.smallest_arm is None:
        return None
    return Progress(
        planned=planned,
        environments=population.smallest_arm,
        interim=population.smallest_arm < planned,
        final=population.final,
        still_serving=population.still_serving if population.rule == "planned" else 0,
    )
