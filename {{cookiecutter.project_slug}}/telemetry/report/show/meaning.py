"""What follows from a difference: which placement to take, or what keeps the difference from deciding it."""

from collections.abc import Mapping, Sequence
from typing import Final

from telemetry.report.estimate.comparison import Comparison
from telemetry.report.estimate.deciding.decision import Decision, Obstacle, deciding
from telemetry.report.estimate.deciding.lazy_contrast import deciding_contrast, is_clear
from telemetry.report.estimate.digits import digits

STOCK_MEANS_LITTLE: Final = (
    "The saving against stock Mangum is no argument for starting up in INIT: whatever starts up only once "
    "has it too. "
)
NOT_MEASURED: Final = (
    "Whether to start up lazily instead was not measured: that takes the arm first_invocation."
)
KEEP: Final = "The comparison with a lazy singleton decides: keep the lifespan in INIT."
ONCE: Final = "Start up once, in INIT or lazily: this app cannot do it again. "
LAZY: Final = "The comparison with a lazy singleton decides: start up in the first invocation."
UNSEEN: Final = (
    "None of the requests failed, but so few of them leave open a difference of up to {} points. If there is "
    "none, "
)
FAILS_LESS_TOO: Final = "The better arm fails less often as well. "
OPEN: Final[Mapping[Obstacle, str]] = {
    "not randomised": "nothing assigned the arms by chance, and before and after is no experiment",
    "not assigned as declared": "environments were not assigned as declared",
    "interim look": "the declared size is not reached",
    "births not known": "nothing tells when environments were born, so the declared size cannot be cut out",
    "environments not complete": (
        "no size was declared, and too few environments have ended: until then each look could choose them"
    ),
    "too few environments": "there are too few environments",
    "most requests failed": "most requests of an arm failed, so its mean is that of failures",
    "fails more": "the shares of failed requests differ, and not in favour of the faster arm",
    "failures cannot be told alike": (
        "the shares of failed requests cannot be told to be alike within 0.1 points"
    ),
    "failures of unknown arm": "requests failed of which nothing tells the arm: they could turn the result",
    "requests in no figure": "requests that are in no figure could change it",
    "first and all requests disagree": "first requests are faster with the one, all requests with the other",
    "waits of unknown length": "it depends on whether first requests waited for INIT",
}
"""Why a difference does not decide whether to start up in INIT or lazily."""
NO_DIFFERENCE: Final = (
    "No difference between starting up in INIT and lazily was seen. That is not to say that there is none: "
    "the interval says how large it may be, either way"
)
IMMATERIAL: Final = (
    "Whether to start up in INIT or lazily makes no difference that matters to the mean: either will do."
)
SAME_WAIT: Final = "in both cases the first request of an environment waits for the same startup"
LAZY_UNDECIDED: Final = f"This run cannot tell whether to start up in INIT or lazily, because {SAME_WAIT}"
BY_RESOURCE: Final = "; decide by resource, below"


def meaning(
    comparisons: Sequence[Comparison],
    decisions: Sequence[Decision],
    *,
    same_wait: bool,
    by_resource: bool = True,
) -> str | None:
    """Say what the differences decide, and what not; None where no difference can be told yet.

    Args:
        comparisons: Of user-visible time, and of first requests.
        decisions: Of these comparisons, and of others.
        same_wait: The arms `init` and `first_invocation` cannot differ, whatever was measured.
        by_resource: There is advice for single resources.
    """
    answer = deciding_contrast(comparisons)
    comparisons = [one for one in comparisons if one.estimand == "user_visible_ms"]
    found = {one.baseline: one.finding for one in comparisons if one.finding != "cannot tell yet"}
    if answer is not None and answer.finding != "cannot tell yet":
        found["first_invocation"] = answer.finding
    if not found:
        return None
    null = same_wait and answer is not None and not is_clear(answer) and any(map(is_null, comparisons))
    found_out = deciding(decisions)
    decision = LAZY_UNDECIDED if null else NOT_MEASURED if found_out is None else decided(found_out)
    if decision in {LAZY_UNDECIDED, NO_DIFFERENCE}:
        decision += f"{BY_RESOURCE if by_resource else ''}."
    return (STOCK_MEANS_LITTLE if "every_invocation" in found else "") + decision


def decided(found: Decision) -> str:
    """Say what one comparison with a lazy singleton decides, or why it does not."""
    if found.decides:
        return _answer(found)
    reasons = [OPEN[one] for one in found.obstacles if one in OPEN]
    if not reasons:
        return IMMATERIAL if "no difference that matters" in found.obstacles else NO_DIFFERENCE
    return f"This does not decide whether to start up in INIT or lazily: {'; '.join(reasons)}."


def _answer(found: Decision) -> str:
    """Say which arm is better, and what has to be said before it."""
    answer = KEEP if found.better == "init" else LAZY
    if found.unseen_failures is not None:
        share = digits(100 * found.unseen_failures, 2, up=True)
        return UNSEEN.format(share) + answer[:1].lower() + answer[1:]
    return (FAILS_LESS_TOO if found.fewer_failures_too else "") + answer


def is_null(found: Comparison) -> bool:
    """Say whether a comparison with a lazy singleton found nothing that matters."""
    nothing = {"no difference seen", "no difference that matters"}
    return found.baseline == "first_invocation" and found.finding in nothing
