"""The traffic of a run under load, and the cores and the pool that serve it, made of the settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final, NamedTuple

from telemetry.lab.events import EventSource
from telemetry.lab.platform.cpu_share import LAB_CORES, available_cores, cpu_share
from telemetry.lab.run.load.arrivals import Load, arrival_times
from telemetry.lab.run.load.cores import IN_INIT, Cores
from telemetry.lab.run.load.idle_pool import IdlePool
from telemetry.lab.run.plan import drawn
from telemetry.lab.run.settings import Settings
from telemetry.lab.usage import UsageError

AS_MANY_AS_FIT: Final = 1_000_000


class Request(NamedTuple):
    """One request."""

    at: float
    """Seconds after the first one could have come, as stated."""
    event: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Traffic:
    """Requests, and what serves them."""

    requests: Sequence[Request]
    pool: IdlePool
    cores: Cores
    faster: float
    """How many times faster than stated they come."""

    @property
    def at_once(self) -> int:
        """How many requests can be served at once, each with its share of CPU."""
        return max(1, min(self.cores.most, int(self.cores.amount / self.cores.share)))

    @property
    def beside_init(self) -> int:
        """How many requests can be served while an environment is in INIT."""
        left = int((self.cores.amount - IN_INIT) / self.cores.share)
        return max(0, min(self.at_once - 1, left))


def traffic_of(settings: Settings, sources: Sequence[EventSource]) -> Traffic | None:
    """Make the traffic, as the seed has it; None where each environment is sent a number of events.

    Raises:
        UsageError: It cannot be, as `arrival_times` says; or this machine cannot run so many at once.
    """
    load = settings.load
    if load is None:
        return None
    cores = _cores(settings, load)
    times = arrival_times(load, settings.seed)
    events = drawn(sources, settings.seed, len(times))
    requests = [Request(at, event) for at, event in zip(times, events, strict=True)]
    random = Random(f"{settings.seed} pool")  # noqa: S311 # repeatable on purpose, keeps no secret
    return Traffic(requests, IdlePool(load.pool, random, load.time_lapse), cores, load.time_lapse)


def _cores(settings: Settings, load: Load) -> Cores:
    """Return the cores that environments share; at full speed each one at work takes a whole one.

    Raises:
        UsageError: More environments at once were asked for than the cores can give their share of CPU.
    """
    cores, at_once = available_cores(), load.at_once
    if settings.cpu == "full":
        at_once = at_once or max(1, int(cores))
        return Cores(float(at_once), 1.0, at_once)
    share = cpu_share(settings.function.memory_mb)
    fitting = max(1, int((cores - LAB_CORES) / share))
    if at_once is not None and at_once > fitting:
        raise UsageError(
            f"--at-once {at_once}: Lambda gives each environment {share:.2f} cores, and this machine has "
            f"{cores:g}, {LAB_CORES} of which the lab takes: {fitting} at once can have their share; "
            "name a smaller number or a smaller --memory, or use --cpu full"
        )
    return Cores(max(cores - LAB_CORES, share), share, at_once or AS_MANY_AS_FIT)
