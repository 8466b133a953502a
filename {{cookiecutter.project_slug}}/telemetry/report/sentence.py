"""The verdict in words: comparator, number, interval, and where it was measured."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from adapter.placement import PLACEMENTS, Placement
from telemetry.report.findings import Bound, Comparison, Finding
from telemetry.report.model import MeasuredOn, Progress
from telemetry.report.wording import milliseconds

LAZY: Mapping[Finding | None, str] = {
    None: "Whether to start lazily instead was not measured: it takes an arm first_invocation.",
    "saves": "Against a lazy singleton it decides: keep the lifespan in INIT.",
    "costs": "Against a lazy singleton it decides: start up in the first invocation.",
    "no difference seen": (
        "Whether to start up in INIT or lazily: no difference seen in the mean, so decide by resource, below."
    ),
}
"""What follows for the decision that is open."""
SAME_WAIT = "here both wait for the same startup once"
LAZY_UNTOLD = (
    f"Whether to start up in INIT or lazily this run cannot tell, as {SAME_WAIT}: decide by resource, below."
)
MEANS = "means of user-visible time with 95 % intervals"


@dataclass(frozen=True, slots=True)
class Statement:
    """What is said of keeping the lifespan, first what matters most."""

    told: tuple[str, ...]
    """Predicates of `Keeping the lifespan`."""
    untold: tuple[str, ...]
    """What cannot be told, each a clause of its own."""
    place: str
    before: str = ""

    @property
    def text(self) -> str:
        """All of it as one sentence."""
        told = [f"Keeping the lifespan {', and '.join(self.told)}"] if self.told else []
        place = f"{MEANS}, {self.place}" if self.told else self.place
        return f"{self.before}{_begun('; '.join([*told, *self.untold, place]), self.before)}."

    @property
    def headline(self) -> list[str]:
        """One line for each comparator; the place is left out."""
        told = [f"{'It' if number else 'Keeping the lifespan'} {one}" for number, one in enumerate(self.told)]
        first, *others = [*told, *self.untold]
        return [self.before + _begun(first, self.before), *map(_begun, others)]


def _begun(text: str, before: str = "") -> str:
    """Begin with a capital letter, or after other words with a small one."""
    return (text[:1].lower() if before else text[:1].upper()) + text[1:]


def statement(
    comparisons: list[Comparison],
    bound: Bound | None,
    place: MeasuredOn,
    environments: dict[Placement, int],
    *,
    same_wait: bool,
) -> Statement:
    """Say what keeping the lifespan changes per request, user-visible; never more than the intervals bear.

    With `same_wait`, the arms `init` and `first_invocation` cannot differ, whatever was measured.
    """
    null = [found for found in comparisons if same_wait and _is_null(found)]
    told = [_told(found) for found in comparisons if found.finding != "cannot tell yet" and found not in null]
    stock_recorded = environments.get("every_invocation", 0) > 0
    if bound is not None and not bound.more_environments and not stock_recorded:
        told.insert(0, _at_most(bound))
    unsure = [found for found in comparisons if found.finding == "cannot tell yet"]
    untold = [f"against {found.comparator} this run cannot tell what it saves: {SAME_WAIT}" for found in null]
    if unsure:
        untold.append(f"cannot tell yet {_unsure(unsure)}")
    if not told and not untold:
        untold.append(f"cannot tell yet {_missing(bound, environments)}")
    return Statement(tuple(told), tuple(untold), place.text)


def _is_null(found: Comparison) -> bool:
    return found.baseline == "first_invocation" and found.finding == "no difference seen"


def meaning(comparisons: list[Comparison], *, same_wait: bool) -> str | None:
    """Say what can be decided by the differences, and what not; None where none is told."""
    found = {one.baseline: one.finding for one in comparisons if one.finding != "cannot tell yet"}
    if not found:
        return None
    size = "What it saves against stock Mangum does not speak for INIT: whatever starts up once saves it. "
    null = same_wait and any(map(_is_null, comparisons))
    decision = LAZY_UNTOLD if null else LAZY[found.get("first_invocation")]
    return (size if "every_invocation" in found else "") + decision


def doubted(said: Statement) -> Statement:
    """Add that the arms are not those of the declared experiment."""
    why = "NOT to be trusted, as environments were not assigned as declared"
    return replace(said, untold=(*said.untold, why))


def interim(said: Statement, progress: Progress) -> Statement:
    """Say that the experiment is not over, before anything else."""
    before = (
        f"Interim look at {progress.environments} of {progress.planned} planned environments per arm, "
        "not the verdict yet: "
    )
    return replace(said, before=before)


def _told(found: Comparison) -> str:
    low, high = found.low, found.high
    if found.finding == "costs":
        low, high = (None if high is None else -high), (None if low is None else -low)
    number = milliseconds(
        abs(found.difference_ms) if found.finding == "costs" else found.difference_ms, low, high
    )
    if found.finding == "no difference seen":
        return f"makes no difference that was seen ({number} per request) against {found.comparator}"
    return f"{found.finding} {number} per request against {found.comparator}"


def _at_most(bound: Bound) -> str:
    number = milliseconds(bound.at_most_ms, bound.low, bound.high)
    left_out = "" if bound.with_shutdown else ", its shutdown left out"
    return (
        f"saves at most {number} per request against {bound.comparator}{left_out}, an upper bound from first "
        "startups, as no repeated startup was recorded"
    )


def _unsure(unsure: list[Comparison]) -> str:
    against = " nor against ".join(found.comparator for found in unsure)
    more = {arm: number for found in unsure for arm, number in found.more_environments.items()}
    return f"against {against}: {_needed(more)}"


def _needed(more: dict[Placement, int]) -> str:
    first, *rest = (arm for arm in PLACEMENTS if arm in more)
    noun = "environment" if more[first] == 1 else "environments"
    needs = [f"{more[first]} more {noun} of {first}", *(f"{more[arm]} of {arm}" for arm in rest)]
    return f"needs at least {', '.join(needs)}"


def _missing(bound: Bound | None, environments: dict[Placement, int]) -> str:
    if not any(environments.values()):
        return "what keeping the lifespan saves: no invocation was recorded"
    if not environments.get("init"):
        return "what keeping the lifespan saves: no environment with placement init was recorded"
    if bound is None:
        return "what keeping the lifespan saves: no completed startup was recorded"
    return f"against {bound.comparator}: {_needed({'init': bound.more_environments})}"
