"""The verdict as sentences: comparator, number, interval, where it was measured, and what follows from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from adapter.placement import PLACEMENTS, Placement
from telemetry.report.estimate.comparison import Comparison
from telemetry.report.estimate.deciding.assignment import Progress
from telemetry.report.estimate.deciding.failures import MOST, FailureDifference, FailureShare
from telemetry.report.estimate.deciding.lazy_contrast import is_clear, of_lazy
from telemetry.report.estimate.first_request import PerRequest
from telemetry.report.estimate.intervals import Estimate
from telemetry.report.estimate.results import Results
from telemetry.report.estimate.startup.ledger_check import MATERIAL, LedgerCheck
from telemetry.report.estimate.startup.upper_bound import UpperBound
from telemetry.report.show.meaning import SAME_WAIT, is_null
from telemetry.report.show.wording import about, comparator, decimals, milliseconds, plain, points

SAME: Final = f"{100 * MATERIAL:.0f} %"
NO_REPEAT: Final = "stock Mangum cannot serve this app: its startup does not repeat"
FIRST: Final = "in the first request of an environment"
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
    first: str = ""
    """A whole clause that stands before all findings; empty for none."""

    @property
    def text(self) -> str:
        """All of it as one sentence."""
        findings = [f"Keeping the lifespan {', and '.join(self.findings)}"] if self.findings else []
        place = f"{MEANS}, {self.place}" if self.findings else self.place
        first = [self.first] if self.first else []
        clauses = "; ".join([*first, *findings, *self.reservations, place])
        return f"{self.before}{_begun(clauses, self.before)}."


def _begun(text: str, before: str = "") -> str:
    """Begin with a capital letter, or after other words with a small one."""
    inside = bool(before) and not before.endswith(". ")
    return (text[:1].lower() if inside else text[:1].upper()) + text[1:]


def statement(
    results: Results, comparisons: Sequence[Comparison], place: str, *, same_wait: bool
) -> Statement:
    """Say what keeping the lifespan changes per request, user-visible; never more than the intervals bear.

    Args:
        results: Tell what a repeated startup takes, where no repeat was recorded, and the environments.
        comparisons: Those to speak of; first requests are said where they are clear.
        place: Where it was measured, in words.
        same_wait: The arms `init` and `first_invocation` cannot differ, whatever was measured.
    """
    bound, environments = results.bound, {arm.placement: arm.environments for arm in results.arms}
    first = of_lazy(comparisons, "first_request_ms")
    comparisons = [_spoken_of(found, first) for found in comparisons if found.estimand == "user_visible_ms"]
    if first is not None and is_clear(first):
        comparisons = [found for found in comparisons if found is not first and not is_null(found)]
    null = [found for found in comparisons if same_wait and is_null(found)]
    unsure = [found for found in comparisons if found.finding == "cannot tell yet"]
    findings = [_finding(found) for found in comparisons if found not in null and found not in unsure]
    if first is not None and is_clear(first):
        findings.append(_first_request(first, results.first_requests.per_request))
    measured = environments.get("every_invocation")
    reservations = [_startup_takes(bound)] if bound and not bound.more_environments and not measured else []
    reservations += [
        f"against {comparator(found.baseline)} this run cannot tell what it saves: {SAME_WAIT}"
        for found in null
    ]
    if unsure:
        reservations.append(f"cannot tell yet {_unsure(unsure)}")
    if not findings and not reservations:
        reservations.append(f"cannot tell yet {_missing(bound, environments)}")
    leading = "" if results.startup_repeats else NO_REPEAT
    return Statement(tuple(findings), tuple(reservations), place, first=leading)


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


def failing(said: Statement, shares: Sequence[FailureShare], found: Sequence[FailureDifference]) -> Statement:
    """Say that most requests failed, and that shares of failures differ, before anything else."""
    most = [f"{one.failed} of {one.requests} of {one.placement}" for one in shares if one.share > MOST]
    different = [one for one in found if one.shares in {"baseline fails more", "arm fails more"}]
    clauses = [f"most requests failed: {', '.join(most)}"] if most else []
    clauses += map(_fails, different)
    if not clauses:
        return said
    return replace(said, before=f"{said.before}{_begun('; '.join(clauses), said.before)}. ")


def _fails(found: FailureDifference) -> str:
    """Say how much more often one arm fails."""
    more, less = (found.baseline, found.arm) if found.difference > 0 else (found.arm, found.baseline)
    low, high = found.low, found.high
    if found.difference < 0:
        low, high = None if high is None else -high, None if low is None else -low
    by = points(abs(found.difference), low, high)
    return f"requests of {more} fail more often than those of {less}, by {by}"


def interim(said: Statement, progress: Progress) -> Statement:
    """Say that the experiment is not over, before anything else."""
    before = (
        f"Interim look at {progress.environments} of {progress.planned} planned environments per arm, "
        "not the verdict yet: "
    )
    return replace(said, before=before + said.before[:1].lower() + said.before[1:])


def _spoken_of(found: Comparison, first: Comparison | None) -> Comparison:
    """Return the comparison with a lazy startup that answers, where all requests cannot tell."""
    if first is None or found.baseline != first.baseline:
        return found
    return first if "cannot tell yet" in {found.finding, first.finding} else found


def _finding(found: Comparison) -> str:
    value, low, high = signed(found)
    where = FIRST if found.estimand == "first_request_ms" else "per request"
    number = f"{milliseconds(value, low, high)} {where}"
    if found.finding == "no difference seen":
        return f"makes no visible difference ({way(found)} {number}) against {comparator(found.baseline)}"
    if found.finding == "no difference that matters":
        return (
            f"makes no difference that matters ({way(found)} {number}) against {comparator(found.baseline)}"
        )
    return f"{found.finding} {number} against {comparator(found.baseline)}"


def way(found: Comparison) -> Literal["saves", "costs"]:
    """Return which way a difference points, were it one."""
    return "costs" if found.difference_ms < 0 else "saves"


def signed(found: Comparison) -> tuple[float, float | None, float | None]:
    """Return a difference with its interval, above 0 where it costs."""
    value, low, high = found.difference_ms, found.low, found.high
    if way(found) == "costs":
        return -value, None if high is None else -high, None if low is None else -low
    return value, low, high


def _first_request(found: Comparison, firsts: Sequence[PerRequest]) -> str:
    """Say what it changes in the first request of an environment, and what that is for each request."""
    value, low, high = signed(found)
    each = next((one for one in firsts if one.baseline == found.baseline), None)
    share = "" if each is None else f", {shared_out(each)}"
    return (
        f"{found.finding} {milliseconds(value, low, high)} {FIRST}{share}, "
        f"against {comparator(found.baseline)}"
    )


def shared_out(found: PerRequest) -> str:
    """Say what a difference of first requests is for each request, and for how long-lived environments."""
    of = found.difference_ms
    number = plain(abs(of.value), decimals(of.value, of.low, of.high))
    return f"{number} ms per request at {about(found.requests_of_each)} requests an environment"


def _startup_takes(bound: UpperBound) -> str:
    number = _ms(bound.startup_and_shutdown_ms)
    what = "startup and shutdown take" if bound.with_shutdown else "startup, its shutdown left out, takes"
    return (
        f"what keeping the lifespan saves against {comparator('every_invocation')} was not measured: {what} "
        f"{number}; what a remade client costs later is not in it"
    )


def _unsure(unsure: Sequence[Comparison]) -> str:
    against = " nor against ".join(comparator(found.baseline) for found in unsure)
    more = {arm: number for found in unsure for arm, number in found.more_environments.items()}
    return f"against {against}: {needed(more)}"


def needed(more: Mapping[Placement, int]) -> str:
    """Say how many more environments it takes, by arm."""
    first, *rest = (arm for arm in PLACEMENTS if arm in more)
    noun = "environment" if more[first] == 1 else "environments"
    if rest and len(set(more.values())) == 1:
        return f"needs at least {more[first]} more {noun} of each arm"
    needs = [f"{more[first]} more {noun} of {first}", *(f"{more[arm]} of {arm}" for arm in rest)]
    return f"needs at least {', '.join(needs)}"


def _missing(bound: UpperBound | None, environments: Mapping[Placement, int]) -> str:
    if not any(environments.values()):
        return "what keeping the lifespan saves: no invocation was recorded"
    if not environments.get("init"):
        return "what keeping the lifespan saves: no environment with placement init was recorded"
    if bound is None:
        return "what keeping the lifespan saves: no completed startup was recorded"
    return f"against {comparator('every_invocation')}: {needed({'init': bound.more_environments})}"


def ledger_sentence(found: LedgerCheck) -> str:
    """Say what the arms differ by, what of it the repeats explain, and where the rest is."""
    text = (
        f"The arms differ by {_ms(found.difference)} per request; the repeats of the startup in the same run "
        f"explain {_ms(found.explained)}"
    )
    if found.agreement == "cannot tell":
        return f"{text}. It cannot be told whether they agree within {SAME}: {_ms(found.remainder)} is left."
    if found.agreement == "agrees":
        return f"{text}: the two agree within {SAME}."
    return (
        f"{text}: they differ by more than {SAME}. Outside the repeated startups and shutdowns "
        f"{_ms(found.remainder)} is left: {_ms(found.left_in_requests)} in the requests themselves, "
        f"{_ms(found.left_around)} around them, the rest in INIT and first startups."
    )


def _ms(of: Estimate) -> str:
    return milliseconds(of.value, of.low, of.high)
