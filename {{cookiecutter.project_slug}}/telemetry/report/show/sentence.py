"""The verdict as sentences: comparator, number, interval, where it was measured, and what follows from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from adapter.placement import PLACEMENTS, Placement
from telemetry.report.estimate.comparison import Comparison, Finding
from telemetry.report.estimate.deciding.assignment import Progress
from telemetry.report.estimate.intervals import Estimate
from telemetry.report.estimate.startup.ledger_check import LedgerCheck
from telemetry.report.estimate.startup.upper_bound import UpperBound
from telemetry.report.show.wording import comparator, milliseconds

STOCK_MEANS_LITTLE: Final = (
    "The saving against stock Mangum is no argument for starting up in INIT: whatever starts up only once "
    "has it too. "
)
LAZY: Final[Mapping[Finding | None, str]] = {
    None: "Whether to start up lazily instead was not measured: that takes the arm first_invocation.",
    "saves": "The comparison with a lazy singleton decides: keep the lifespan in INIT.",
    "costs": "The comparison with a lazy singleton decides: start up in the first invocation.",
    "no difference seen": (
        "Whether to start up in INIT or lazily makes no visible difference to the mean: decide by resource, "
        "below."
    ),
}
"""What follows for what is to be decided: whether to keep the startup in INIT or start up lazily."""
SAME_WAIT: Final = "in both cases the first request of an environment waits for the same startup"
LAZY_UNDECIDED: Final = (
    f"This run cannot tell whether to start up in INIT or lazily, because {SAME_WAIT}: decide by resource, "
    "below."
)
MEANS: Final = "means of user-visible time with 95 % intervals"


@dataclass(frozen=True, slots=True)
class Statement:
    """What is said of keeping the lifespan, first what matters most."""

    findings: tuple[str, ...]
    """Predicates of `Keeping the lifespan`."""
    reservations: tuple[str, ...]
    """What cannot be told, or not be trusted, each a clause of its own."""
    place: str
    before: str = ""

    @property
    def text(self) -> str:
        """All of it as one sentence."""
        findings = [f"Keeping the lifespan {', and '.join(self.findings)}"] if self.findings else []
        place = f"{MEANS}, {self.place}" if self.findings else self.place
        clauses = "; ".join([*findings, *self.reservations, place])
        return f"{self.before}{_begun(clauses, self.before)}."

    @property
    def headline(self) -> list[str]:
        """One line for each comparator; the place is left out."""
        findings = [
            f"{'It' if number else 'Keeping the lifespan'} {one}" for number, one in enumerate(self.findings)
        ]
        first, *others = [*findings, *self.reservations]
        return [self.before + _begun(first, self.before), *map(_begun, others)]


def _begun(text: str, before: str = "") -> str:
    """Begin with a capital letter, or after other words with a small one."""
    inside = bool(before) and not before.endswith(". ")
    return (text[:1].lower() if inside else text[:1].upper()) + text[1:]


def statement(
    comparisons: Sequence[Comparison],
    bound: UpperBound | None,
    environments: Mapping[Placement, int],
    place: str,
    *,
    same_wait: bool,
) -> Statement:
    """Say what keeping the lifespan changes per request, user-visible; never more than the intervals bear.

    Args:
        comparisons: Of user-visible time.
        bound: On the cost of stock Mangum, where no repeat was recorded.
        environments: Those that served a request, by arm.
        place: Where it was measured, in words.
        same_wait: The arms `init` and `first_invocation` cannot differ, whatever was measured.
    """
    null = [found for found in comparisons if same_wait and _is_null(found)]
    unsure = [found for found in comparisons if found.finding == "cannot tell yet"]
    findings = [_finding(found) for found in comparisons if found not in null and found not in unsure]
    if bound is not None and not bound.more_environments and not environments.get("every_invocation"):
        findings.insert(0, _at_most(bound))
    reservations = [
        f"against {comparator(found.baseline)} this run cannot tell what it saves: {SAME_WAIT}"
        for found in null
    ]
    if unsure:
        reservations.append(f"cannot tell yet {_unsure(unsure)}")
    if not findings and not reservations:
        reservations.append(f"cannot tell yet {_missing(bound, environments)}")
    return Statement(tuple(findings), tuple(reservations), place)


def _is_null(found: Comparison) -> bool:
    return found.baseline == "first_invocation" and found.finding == "no difference seen"


def meaning(comparisons: Sequence[Comparison], *, same_wait: bool) -> str | None:
    """Say what the differences decide, and what not; None where no difference can be told yet."""
    found = {one.baseline: one.finding for one in comparisons if one.finding != "cannot tell yet"}
    if not found:
        return None
    null = same_wait and any(map(_is_null, comparisons))
    decision = LAZY_UNDECIDED if null else LAZY[found.get("first_invocation")]
    return (STOCK_MEANS_LITTLE if "every_invocation" in found else "") + decision


def doubted(said: Statement) -> Statement:
    """Add that the arms are not those of the declared experiment."""
    why = "NOT to be trusted, as environments were not assigned as declared"
    return replace(said, reservations=(*said.reservations, why))


def left_open(said: Statement, comparisons: Sequence[Comparison]) -> Statement:
    """Add what would be found if requests that came 0.1 to 10 s after INIT had not waited for it."""
    told = [_finding(found) for found in comparisons if found.finding != "cannot tell yet"]
    other = " and ".join(told) or "cannot tell yet"
    why = f"were INIT not waited for by requests that came 0.1 to 10 s after it: {other}"
    return replace(said, reservations=(*said.reservations, why))


def interim(said: Statement, progress: Progress) -> Statement:
    """Say that the experiment is not over, before anything else."""
    before = (
        f"Interim look at {progress.environments} of {progress.planned} planned environments per arm, "
        "not the verdict yet: "
    )
    return replace(said, before=before + said.before[:1].lower() + said.before[1:])


def _finding(found: Comparison) -> str:
    value, low, high = found.difference_ms, found.low, found.high
    if found.finding == "costs":
        value, low, high = -value, None if high is None else -high, None if low is None else -low
    number = f"{milliseconds(value, low, high)} per request"
    if found.finding == "no difference seen":
        return f"makes no visible difference ({number}) against {comparator(found.baseline)}"
    return f"{found.finding} {number} against {comparator(found.baseline)}"


def _at_most(bound: UpperBound) -> str:
    number = milliseconds(bound.at_most_ms, bound.low, bound.high)
    left_out = "" if bound.with_shutdown else ", its shutdown left out"
    return (
        f"saves at most {number} per request against {comparator('every_invocation')}{left_out}, an upper "
        "bound from first startups, as no repeated startup was recorded"
    )


def _unsure(unsure: Sequence[Comparison]) -> str:
    against = " nor against ".join(comparator(found.baseline) for found in unsure)
    more = {arm: number for found in unsure for arm, number in found.more_environments.items()}
    return f"against {against}: {_needed(more)}"


def _needed(more: Mapping[Placement, int]) -> str:
    first, *rest = (arm for arm in PLACEMENTS if arm in more)
    noun = "environment" if more[first] == 1 else "environments"
    needs = [f"{more[first]} more {noun} of {first}", *(f"{more[arm]} of {arm}" for arm in rest)]
    return f"needs at least {', '.join(needs)}"


def _missing(bound: UpperBound | None, environments: Mapping[Placement, int]) -> str:
    if not any(environments.values()):
        return "what keeping the lifespan saves: no invocation was recorded"
    if not environments.get("init"):
        return "what keeping the lifespan saves: no environment with placement init was recorded"
    if bound is None:
        return "what keeping the lifespan saves: no completed startup was recorded"
    return f"against {comparator('every_invocation')}: {_needed({'init': bound.more_environments})}"


def ledger_sentence(found: LedgerCheck) -> str:
    """Say what the arms differ by, what of it the repeats explain, and where the rest is."""
    text = (
        f"The arms differ by {_ms(found.difference)} per request; the repeats of the startup in the same run "
        f"explain {_ms(found.explained)}"
    )
    if found.agree is None:
        return f"{text}: too few environments to say whether they agree."
    if found.agree:
        share = 100 * found.explained.value / found.difference.value
        return f"{text}, {share:.0f} % of it: the two agree."
    low, high = found.remainder.low, found.remainder.high
    if low is not None and high is not None and low <= 0 <= high:
        return f"{text}: they do not agree, though what is left, {_ms(found.remainder)}, may be nothing."
    return (
        f"{text}: they do not agree. Outside the repeated startups and shutdowns {_ms(found.remainder)} is "
        f"left: {_ms(found.left_in_requests)} in the requests themselves, {_ms(found.left_around)} around "
        "them, the rest in INIT and first startups."
    )


def _ms(of: Estimate) -> str:
    return milliseconds(of.value, of.low, of.high)
