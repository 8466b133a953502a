"""The ledger check: do the repeated startups explain what the arms differ by?

What `every_invocation` pays and `init` does not: every shutdown inside an invocation, and every startup of a
process that had started before. The first startup is not a repeat: `init` pays it too, inside INIT, on the
request path of a cold start. Where INIT was off the path (proactive, provisioned, a snapshot), `init` would
have hidden it, so there the first startup counts as explained as well.
"""

import numpy as np

from telemetry.report.comparison import estimate
from telemetry.report.findings import Estimate, LedgerCheck
from telemetry.report.jackknife import LEVEL, Vector, difference
from telemetry.report.requests import Flags, Requests
from telemetry.report.wording import known, milliseconds


def check(requests: Requests) -> LedgerCheck | None:
    """Compare both sides per request, each with its own jackknife interval; None without both arms."""
    arms = requests.ratios(requests.user_ms)
    if not (arms["every_invocation"].environments and arms["init"].environments):
        return None
    every = requests.in_arm("every_invocation")
    hidden = requests.first & ~requests.cold & every
    paid = np.where(every, repeats(requests, hidden), 0.0)
    loading = requests.startup_ms + requests.shutdown_ms
    seen = _difference(requests, requests.user_ms)
    explained = estimate(requests.ratios(paid)["every_invocation"])
    return LedgerCheck(
        difference=seen,
        explained=explained,
        remainder=_difference(requests, requests.user_ms - paid),
        left_in_startups=_difference(requests, requests.init_ms + loading - paid),
        left_in_requests=_difference(requests, requests.adapter_ms - loading),
        left_around=_difference(requests, requests.user_ms - requests.init_ms - requests.adapter_ms),
        agree=_within(seen.value, explained),
        hidden_first_startups=int((hidden & (requests.startup_ms > 0)).sum()),
    )


def repeats(requests: Requests, hidden: Flags) -> Vector:
    """Cost of each request that `init` would not have paid."""
    startups = np.where(~requests.first | hidden, requests.startup_ms, 0.0)
    return requests.shutdown_ms + startups


def _difference(requests: Requests, values: Vector) -> Estimate:
    arms = requests.ratios(values)
    found = difference(arms["every_invocation"], arms["init"])
    return Estimate(found.value, known(found.low), known(found.high), LEVEL)


def _within(value: float, interval: Estimate) -> bool | None:
    if interval.low is None or interval.high is None:
        return None
    return interval.low <= value <= interval.high


def sentence(found: LedgerCheck) -> str:
    """Say both numbers and whether they agree; if not, where the rest is."""
    text = (
        f"The arms differ by {_ms(found.difference)} per request; the repeats of the startup in the same run "
        f"explain {_ms(found.explained)}: "
    )
    if found.agree is None:
        return text + "too few environments to say whether they agree."
    if found.agree:
        return text + "they agree."
    low, high = found.remainder.low, found.remainder.high
    if low is not None and high is not None and low <= 0 <= high:
        return text + f"they do not agree, though what is left, {_ms(found.remainder)}, may be nothing."
    return text + (
        f"they do not agree. Outside the repeated startups and shutdowns {_ms(found.remainder)} is left: "
        f"{_ms(found.left_in_requests)} in the requests themselves, {_ms(found.left_around)} around them, "
        "the rest in INIT and first startups."
    )


def _ms(of: Estimate) -> str:
    return milliseconds(of.value, of.low, of.high)
