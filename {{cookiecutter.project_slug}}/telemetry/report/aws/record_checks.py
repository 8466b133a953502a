"""What a deployment's last records, and Lambda's own lines, say is wrong with it."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from telemetry.report.aws.deployment import Deployment
from telemetry.report.aws.findings import Check, State
from telemetry.report.aws.recent import Recent

INIT_LIMIT_S: Final = 10.0
AHEAD_LIMIT_S: Final = 130.0
"""Of an INIT that no request waits for, unless the function's timeout is longer.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""
NEAR: Final = 0.8
"""Share of a limit from which on it is near."""
HALF: Final = 0.5
"""Share of the timeout from which on a startup leaves too little of it."""
OFTEN: Final = 0.05
"""Share of the requests from which on what befalls them falsifies what is measured."""
NEARLY_FULL: Final = 0.9
ON_DEMAND: Final = "on-demand"


class SlowestInit(NamedTuple):
    """The INIT that came nearest to its limit."""

    ms: float
    limit_s: float
    on_demand: bool

    @property
    def share(self) -> float:
        """Of the limit."""
        return self.ms / 1000 / self.limit_s


class SlowestStartup(NamedTuple):
    """What the function's timeout has to hold, beside the request."""

    ms: float
    timeout_s: float
    in_request: bool
    """It ran inside a request; if not, Lambda repeats it there only after a crash or a time-out."""

    @property
    def share(self) -> float:
        """Of the timeout."""
        return self.ms / 1000 / self.timeout_s

    @property
    def left_s(self) -> float:
        """What is left for the request."""
        return max(0.0, self.timeout_s - self.ms / 1000)


def record_checks(of: Deployment, recent: Recent) -> Iterator[Check]:
    """Check what records say; without any, nothing but that there are none."""
    yield _records(of, recent)
    if recent.silent:
        return
    yield from (_startups(recent), _timed_out(recent), _crashed(recent), _cut(recent))
    yield from (_timeout(of, recent), _init(of, recent), _memory(recent))
    yield from (_lifespan(recent), _telemetry(recent))


def slowest_init(of: Deployment, recent: Recent) -> SlowestInit | None:
    """Return the INIT that came nearest to its limit: 10 s, or more where no request waits for it."""
    return max(_inits(of, recent), key=lambda init: init.share, default=None)


def _inits(of: Deployment, recent: Recent) -> Iterator[SlowestInit]:
    """Yield the slowest INIT of each type."""
    ahead_s = max(AHEAD_LIMIT_S, of.timeout_s)
    for init_type, ms in recent.startups.slowest_init_ms.items():
        on_demand = init_type == ON_DEMAND
        if not init_type:  # the record does not tell
            on_demand = not (of.provisioned or of.snapstart or of.managed)
        yield SlowestInit(ms, INIT_LIMIT_S if on_demand else ahead_s, on_demand)


def slowest_startup(of: Deployment, recent: Recent) -> SlowestStartup | None:
    """Return what took longest of the function's timeout, or would if Lambda repeated INIT in a request."""
    in_request = recent.startups.slowest_in_request_ms
    if in_request is not None:
        return SlowestStartup(in_request, of.timeout_s, in_request=True)
    inits = [init.ms for init in _inits(of, recent) if init.on_demand]
    return SlowestStartup(max(inits), of.timeout_s, in_request=False) if inits else None


def _records(of: Deployment, recent: Recent) -> Check:
    if of.log_class is None:
        return Check("records", "broken", "no log group", of.log_group)
    if recent.requests:
        return Check("records") if recent.endings.reports else Check("records", "broken", "no reports")
    if recent.endings.reports:
        return Check("records", "broken", "reports without records")
    if recent.others:
        return Check("records", "broken", "records of other services", ", ".join(recent.others))
    return Check("records", "broken", "no requests")


def _startups(recent: Recent) -> Check:
    of, errors = recent.startups, ", ".join(recent.startups.errors)
    if of.failed:
        if of.complete or of.unsupported:
            return Check("startups", "look", "some startups failed", errors)
        return Check("startups", "broken", "every startup failed", errors)
    if of.unsupported and not of.complete:
        return Check("startups", "look", "no lifespan")
    return Check("startups")


def _timed_out(recent: Recent) -> Check:
    count, of = recent.endings.timed_out, recent.endings.reports
    if not count:
        return Check("timed out")
    return Check("timed out", "broken" if count >= OFTEN * of else "look", "requests timed out")


def _crashed(recent: Recent) -> Check:
    count, of = recent.endings.crashed, recent.endings.reports
    if not count:
        return Check("crashed")
    return Check("crashed", "broken" if count >= OFTEN * of else "look", "requests crashed")


def _cut(recent: Recent) -> Check:
    return Check("cut", "look", "requests were cut") if recent.cut else Check("cut")


def _timeout(of: Deployment, recent: Recent) -> Check:
    slowest = slowest_startup(of, recent)
    if slowest is None or slowest.share < HALF:
        return Check("timeout")
    state: State = "broken" if slowest.share >= NEAR else "look"
    left = f"{slowest.left_s:.1f} s"
    if slowest.in_request:
        return Check("timeout", state, "startup in a request near the timeout", left)
    return Check("timeout", state, "repeated INIT near the timeout", left)


def _init(of: Deployment, recent: Recent) -> Check:
    if recent.startups.cut or recent.startups.outlasted:
        return Check("INIT", "broken", "INIT was cut")
    slowest = slowest_init(of, recent)
    if slowest is None:
        return Check("INIT")
    if slowest.share >= 1:
        return Check("INIT", "broken", "INIT over its limit")
    if slowest.share >= NEAR:
        return Check("INIT", "look", "INIT near its limit")
    if of.provisioned and not slowest.on_demand and slowest.ms / 1000 >= NEAR * INIT_LIMIT_S:
        return Check("INIT", "look", "INIT too long on demand")
    return Check("INIT")


def _memory(recent: Recent) -> Check:
    share = recent.endings.memory_share
    if share is None or share < NEARLY_FULL:
        return Check("memory")
    if share >= 1:
        return Check("memory", "broken", "memory ran out")
    return Check("memory", "look", "memory nearly full")


def _lifespan(recent: Recent) -> Check:
    if recent.deaths:
        return Check("lifespan", "look", "lifespan died")
    if recent.fallbacks:
        return Check("lifespan", "look", "fell back to init", ", ".join(recent.reasons))
    return Check("lifespan")


def _telemetry(recent: Recent) -> Check:
    if recent.faults:
        return Check("telemetry", "look", "telemetry failed", ", ".join(recent.sinks) or "a sink")
    if recent.dropped_spans:
        return Check("telemetry", "look", "spans were dropped")
    return Check("telemetry")
