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

Two things forbid `make lazy`. Imports: what a resource imports is only saved if nothing that still loads
needs it too, and records do not say which modules those are. So of a resource that imported modules and was
followed by another, only what a repeated load takes counts as saved. And the time-out: a request that
touches it first must live through the load.

Where an experiment found that starting up in the first invocation is better, that is the answer for every
resource: it measured what this rule only computes.

P counts what the recorded requests touched. Environments that live longer touch more, so a short recording
speaks too well of `make lazy`. Hence the break-even: the number of requests of an environment from which on
touches leave less than `MATERIAL_SHARE` to save, with touches as they gathered in the recording (`touches`).
"""

import math
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple, TypeAlias

from telemetry.report.estimate.intervals import Estimate, estimate, known
from telemetry.report.estimate.jackknife import LEVEL
from telemetry.report.estimate.startup.resource_use import (
    FirstLoad,
    ResourceUse,
    first_load,
    independent,
    use_of,
)
from telemetry.report.estimate.startup.touches import requests_until, touched_together
from telemetry.report.estimate.startup.upper_bound import at_full_speed, slowdown, slowdown_on_lambda
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
    "shared imports",
    "timeout",
    "arms",
]
"""Which of the rule's numbers decided."""


@dataclass(frozen=True, slots=True)
class ResourceAdvice:
    """What to do with one resource, and the numbers that decide it."""

    name: str
    advice: Advised
    reason: Reason
    advice_on_lambda: Advised | None
    """In a lab run at full speed: the advice if the load took as much longer in a request as it may with that
    memory on Lambda; None elsewhere."""
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
    """Of user-visible time per environment, imports included even if others need them."""
    sure_saving_ms: Estimate | None
    """The same, of which the upper end alone has the imports that others may need."""
    break_even: Estimate | None
    """Return the requests per environment from which on keeping is right; None where no number of them is."""
    k: float
    """How much longer the load may take in an invocation than measured; 1 in a lab run at full speed."""
    overlapped: bool
    shares_imports: bool
    """It imported modules that what loads after it may need too."""
    first_toucher_ms: float | None
    """What the first request that touches it may wait for the load, at the upper end of its interval and as
    slow as work may be there.
    """
    first_toucher_share: float | None
    """Requests that were the first to touch it in their environment, of all."""
    touched_together: dict[str, int]
    """Requests that touched another resource of the advice `make lazy` too, by its name."""
    rss_bytes: float | None
    """Median growth while it loaded; so the next two."""
    native_bytes: float | None
    py_blocks: float | None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What else speaks on a choice between INIT and a lazy load."""

    lazy_is_better: bool = False
    """An experiment found that starting up in the first invocation is better."""
    timeout_ms: float | None = None
    """The function's; None where it is not known."""


def advise(
    ledger: Ledger, loads: Loads, totals: Totals, circumstances: Circumstances | None = None
) -> list[ResourceAdvice]:
    """Advise on every resource that was loaded, in the order they were first seen."""
    among = independent(ledger, totals)
    names = ledger.resource_names
    shown = dict(zip(names, told_apart(names), strict=True))
    resources = [
        _Resource(
            shown[name], name in ledger.state_keys, use_of(code, totals, among), first_load(code, loads)
        )
        for name, code in names.items()
    ]
    found = [_advise(one, ledger, circumstances or Circumstances()) for one in resources]
    lazy = {name for name, one in zip(names, found, strict=True) if one.advice == "make lazy"}
    together = touched_together(lazy, ledger, totals)
    return [
        replace(one, touched_together={shown[other]: n for other, n in together.get(name, {}).items()})
        for name, one in zip(names, found, strict=True)
    ]


class _Resource(NamedTuple):
    name: str
    visible: bool
    use: ResourceUse
    load: FirstLoad | None


def _advise(resource: _Resource, ledger: Ledger, circumstances: Circumstances) -> ResourceAdvice:
    name, visible, use, load = resource
    k, k_on_lambda = (_slower(load, by(ledger)) for by in (slowdown, slowdown_on_lambda))
    share = _saving(use, k)
    saved = None if load is None else _scaled(share, load.ms.value)
    in_request = None if load is None else (load.ms.high or load.ms.value) * k_on_lambda
    advice, reason = _decided(use, k, load) if visible else ("not visible through state", "no state key")
    on_lambda = _decided(use, k_on_lambda, load)[0] if visible and at_full_speed(ledger.labs) else None
    if circumstances.lazy_is_better and advice in {"keep", "not enough data"}:
        advice, reason, on_lambda = "make lazy", "arms", None if on_lambda is None else "make lazy"
    if advice == "make lazy" and (in_request or 0.0) >= (circumstances.timeout_ms or math.inf):
        advice, reason = "keep", "timeout"
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
        advice_on_lambda=on_lambda,
        saving_share=share if visible else None,
        saving_ms=saved if visible else None,
        sure_saving_ms=_sure(share, load) if visible and load is not None else None,
        break_even=_beyond(break_even(use, k), use, advice) if visible else None,
        k=k,
        overlapped=load is not None and load.overlapped,
        shares_imports=load is not None and load.shares_imports,
        first_toucher_ms=in_request,
        first_toucher_share=use.touched.count / use.requests.n if visible and use.requests.n else None,
        touched_together={},
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
    middle = requests_until(enough, share.value, use.clustering)
    if middle is None:
        return None
    low, high = (
        None if p is None else requests_until(enough, p, use.clustering) for p in (share.high, share.low)
    )
    return Estimate(middle, low, high, LEVEL)


def _beyond(found: Estimate | None, use: ResourceUse, advice: Advised) -> Estimate | None:
    """Leave out of a break-even the lives that were recorded, if the advice rests on them."""
    if found is None or advice != "make lazy" or not use.touched.of:
        return found
    lived = use.requests.n / use.touched.of
    low = None if found.low is None else max(found.low, lived)
    high = None if found.high is None else max(found.high, lived)
    return Estimate(max(found.value, lived), low, high, found.level)


def _saving(use: ResourceUse, k: float) -> Estimate:
    """C - P * K, as a share of the load time."""
    (waited_low, waited_high), (touched_low, touched_high) = use.waited.interval(), use.touched.interval()
    middle = use.waited.value - use.touched.value * (1 + k) / 2
    return Estimate(middle, waited_low - touched_high * k, waited_high - touched_low, LEVEL)


def _scaled(share: Estimate, ms: float) -> Estimate:
    low, high = (None if bound is None else bound * ms for bound in (share.low, share.high))
    return Estimate(share.value * ms, low, high, share.level)


def _sure(share: Estimate, load: FirstLoad) -> Estimate:
    """Scale a share by what goes away for certain, and its upper end by the whole load."""
    least, most = _scaled(share, load.sure_ms), _scaled(share, load.ms.value)
    low = min(_least(least), _least(most)) if load.shares_imports else least.low
    return Estimate(min(least.value, most.value), low, most.high, share.level)


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
    return _lazy(share, load)


def _lazy(share: Estimate, load: FirstLoad) -> tuple[Advised, Reason]:
    """Say whether a load that is worth moving is known to go away with it."""
    if _least(share) * load.sure_ms < MATERIAL_MS:
        return "not enough data", "shared imports"
    return ("not enough data", "overlapped") if load.overlapped else ("make lazy", "large share")


def _least(of: Estimate) -> float:
    return -float("inf") if of.low is None else of.low


def _most(of: Estimate) -> float:
    return float("inf") if of.high is None else of.high
