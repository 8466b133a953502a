"""Per resource: keep it in the startup, or load it when it is first needed?

The rule. Both ways load a resource at most once per environment; they differ in who waits for it:

- kept, the load is waited for by the first request of an environment whose INIT was on the request path
  (`cold`): a share C of the environments;
- lazily, the load is waited for by the first request that touches the resource: a share P of the
  environments, and there it may take K times as long, as only INIT has the CPU boost.

So loading lazily saves C - P * K of the load time per environment. The intervals of C and P are exact
(Clopper and Pearson), each at 97.5 %, so that both hold together at 95 % (Bonferroni); of a lab run they
count one arm only, as all arms get the same events. K is between 1 and what `slowdown` says; the worst and
the best corner of all that are the interval of the saving. Ms are that share of the mean first load. Then

- `make lazy` when even the worst corner saves `MATERIAL_SHARE` of the load time and `MATERIAL_MS`;
- `keep` when even the best corner saves less than one of the two: nothing worth a change, or a loss;
- `not enough data` in between, below `MINIMUM_ENVIRONMENTS`, or where another resource loaded at the same
  time, so that the load time is not its own;
- `not visible through state` when no state key has the resource's name: its use cannot be seen.

P counts what the recorded requests touched. Environments that live longer touch more, so a short recording
speaks too well of `make lazy`. Hence the break-even: were touches independent, an environment of N requests
would touch the resource with a chance of 1 - (1 - p)^N, where p is the share of requests that touch it; from
the N on at which that leaves less than `MATERIAL_SHARE` to save, keeping is right.
"""

import math
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from telemetry.report.estimate.intervals import Estimate, estimate, known
from telemetry.report.estimate.jackknife import LEVEL
from telemetry.report.estimate.startup.resource_use import (
    FirstLoad,
    ResourceUse,
    first_load,
    independent,
    use_of,
)
from telemetry.report.estimate.startup.upper_bound import slowdown, slowdown_on_lambda
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.loads import Loads
from telemetry.report.read.names import told_apart
from telemetry.report.read.totals import Totals

MATERIAL_SHARE: Final = 0.2
"""A fifth of the load time: 20 environments that all touched the resource just suffice for `keep`."""
MATERIAL_MS: Final = 5.0
"""User-visible ms per environment below which no change of code is worth its risk."""
MINIMUM_ENVIRONMENTS: Final = 20

Advised: TypeAlias = Literal["keep", "make lazy", "not enough data", "not visible through state"]
Reason: TypeAlias = Literal[
    "no state key",
    "no load",
    "few environments",
    "few ms",
    "small share",
    "large share",
    "overlapped",
    "open",
]
"""Which of the rule's numbers decided."""


@dataclass(frozen=True, slots=True)
class ResourceAdvice:
    """What to do with one resource, and the numbers that decide it."""

    name: str
    advice: Advised
    reason: Reason
    advice_on_lambda: Advised | None
    """In a lab run: the advice if the load took as much longer in a request as it may with that memory on
    Lambda; None elsewhere."""
    environments: int
    touched_environments: int
    touch_share: Estimate | None
    """Of all environments with requests; None where the resource is not visible, so the next."""
    request_share: Estimate | None
    """Requests that touched it, of all."""
    on_path_environments: int
    known_starts: int
    on_path_share: Estimate
    load_ms: Estimate | None
    saving_share: Estimate | None
    """Share of the load time that loading lazily would save per environment; below 0 it costs."""
    saving_ms: Estimate | None
    """Of user-visible time per environment."""
    break_even: Estimate | None
    """Return the requests per environment from which on keeping is right; None where no number of them is."""
    k: float
    """How much longer the load may take in an invocation than measured; 1 in the lab."""
    overlapped: bool
    rss_bytes: float | None
    """Median growth while it loaded; so the next two."""
    native_bytes: float | None
    py_blocks: float | None


def advise(ledger: Ledger, loads: Loads, totals: Totals) -> list[ResourceAdvice]:
    """Advise on every resource that was loaded, in the order they were first seen."""
    among = independent(ledger, totals)
    names = ledger.resource_names
    return [
        _advise(
            shown,
            use_of(code, totals, among),
            first_load(code, loads),
            ledger,
            visible=name in ledger.state_keys,
        )
        for shown, (name, code) in zip(told_apart(names), names.items(), strict=True)
    ]


def _advise(
    name: str, use: ResourceUse, load: FirstLoad | None, ledger: Ledger, *, visible: bool
) -> ResourceAdvice:
    k, k_on_lambda = (_slower(load, by(ledger)) for by in (slowdown, slowdown_on_lambda))
    share = _saving(use, k)
    saved = None if load is None else _scaled(share, load.ms.value)
    advice, reason = _decided(use, k, load) if visible else ("not visible through state", "no state key")
    return ResourceAdvice(
        name=name,
        advice=advice,
        reason=reason,
        environments=use.touched.of,
        touched_environments=use.touched.count,
        touch_share=use.touched.estimate() if visible else None,
        request_share=estimate(use.requests) if visible and use.requests.n else None,
        on_path_environments=use.waited.count,
        known_starts=use.waited.of,
        on_path_share=use.waited.estimate(),
        load_ms=None if load is None else load.ms,
        advice_on_lambda=_decided(use, k_on_lambda, load)[0] if visible and ledger.labs else None,
        saving_share=share if visible else None,
        saving_ms=saved if visible else None,
        break_even=break_even(use, k) if visible else None,
        k=k,
        overlapped=load is not None and load.overlapped,
        rss_bytes=None if load is None else known(load.rss_bytes),
        native_bytes=None if load is None else known(load.native_bytes),
        py_blocks=None if load is None else known(load.py_blocks),
    )


def _slower(load: FirstLoad | None, slowdown: float) -> float:
    """K of one resource: only its CPU time is slower, and only if it was measured in INIT."""
    return 1 + load.cpu_share * (slowdown - 1) if load is not None and load.in_init else 1.0


def _decided(use: ResourceUse, k: float, load: FirstLoad | None) -> tuple[Advised, Reason]:
    share = _saving(use, k)
    return decide(use, share, None if load is None else _scaled(share, load.ms.value), load)


def break_even(use: ResourceUse, k: float) -> Estimate | None:
    """Return the requests per environment from which on keeping is right; None where no number of them is.

    The interval is that of the share of requests that touch the resource, the rest is taken as seen.
    """
    enough = (use.waited.value - MATERIAL_SHARE) * 2 / (1 + k)
    share = estimate(use.requests)
    middle = _requests_until(enough, share.value)
    if middle is None:
        return None
    low, high = (None if p is None else _requests_until(enough, p) for p in (share.high, share.low))
    return Estimate(middle, low, high, LEVEL)


def _requests_until(enough: float, touched: float) -> float | None:
    """Least N with 1 - (1 - touched)^N above `enough`."""
    if enough < 0 or touched >= 1:
        return 1.0
    if not touched > 0:
        return None
    return max(1.0, float(math.floor(math.log1p(-enough) / math.log1p(-touched)) + 1))


def _saving(use: ResourceUse, k: float) -> Estimate:
    """C - P * K, as a share of the load time."""
    (waited_low, waited_high), (touched_low, touched_high) = use.waited.interval(), use.touched.interval()
    middle = use.waited.value - use.touched.value * (1 + k) / 2
    return Estimate(middle, waited_low - touched_high * k, waited_high - touched_low, LEVEL)


def _scaled(share: Estimate, ms: float) -> Estimate:
    low, high = (None if bound is None else bound * ms for bound in (share.low, share.high))
    return Estimate(share.value * ms, low, high, share.level)


def decide(
    use: ResourceUse, share: Estimate, saved: Estimate | None, load: FirstLoad | None
) -> tuple[Advised, Reason]:
    """Apply the rule of this module to a share of the load that is saved, and to the ms that it is."""
    if saved is None or load is None:
        return "not enough data", "no load"
    if min(use.touched.of, use.waited.of) < MINIMUM_ENVIRONMENTS:
        return "not enough data", "few environments"
    if _most(saved) < MATERIAL_MS:
        return "keep", "few ms"
    if _most(share) < MATERIAL_SHARE:
        return "keep", "small share"
    if _least(share) < MATERIAL_SHARE or _least(saved) < MATERIAL_MS:
        return "not enough data", "open"
    return ("not enough data", "overlapped") if load.overlapped else ("make lazy", "large share")


def _least(of: Estimate) -> float:
    return -float("inf") if of.low is None else of.low


def _most(of: Estimate) -> float:
    return float("inf") if of.high is None else of.high
