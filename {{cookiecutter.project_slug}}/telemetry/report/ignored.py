"""Did the handler take the placement that it was given? If not, there is nothing to compare."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from telemetry.report.ledger import Unit
from telemetry.report.model import Assignment
from telemetry.report.records import PLACEMENTS, Lab
from telemetry.report.wording import counted

WHAT_TO_DO: Final = "let it take `placement=placement_from(os.environ)`, or there is nothing to compare"
EXPECTED: Final = 8.0
"""Environments to be expected in an arm from which on none at all is no chance: e^-8 is 1 in 3000."""


def ignored(units: Sequence[Unit], labs: Sequence[Lab], assignment: Assignment | None) -> str | None:
    """Say which placement was set or declared and never taken, and what to do; None where all were."""
    reasons = [*_declared(assignment), *_sent(units, labs)]
    return f"the handler {reasons[0]}: {WHAT_TO_DO}" if reasons else None


def _sent(units: Sequence[Unit], labs: Sequence[Lab]) -> Iterator[str]:
    """Compare with what the lab says it sent: environments of one placement turn up as another's."""
    if not labs or not all(any(sent.starts for sent in lab.sent.values()) for lab in labs):
        return  # a lab that was killed has not told
    sent: Counter[str] = Counter()
    for lab in labs:
        sent.update({name: told.environments for name, told in lab.sent.items()})
    recorded: Counter[str] = Counter(unit.placement for unit in units)
    if not any(count > sent[name] for name, count in recorded.items()):
        return  # what is missing is nowhere: it failed before its first record
    missing = [name for name in PLACEMENTS if sent[name] and not recorded[name]]
    if missing:
        yield f"ignored the placement {', '.join(missing)}, which the lab set"
    elif chosen := [name for name in recorded if not sent[name]]:
        yield f"chose the placement {', '.join(chosen)}, which the lab did not set"


def _declared(assignment: Assignment | None) -> Iterator[str]:
    if assignment is None:
        return
    surely = not assignment.as_declared
    empty = [arm for arm, expected in assignment.empty.items() if surely or expected >= EXPECTED]
    if empty:
        of = counted(sum(assignment.environments.values()), "environment")
        yield f"ignored the placement {', '.join(empty)}, which the experiment declares (none of {of})"
