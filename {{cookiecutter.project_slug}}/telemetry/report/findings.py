"""What was estimated: of arms, of their differences, of startups. None is what cannot be told."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from adapter.placement import Placement

Estimand: TypeAlias = Literal["user_visible_ms", "billed_ms"]
Finding: TypeAlias = Literal["saves", "costs", "no difference seen", "cannot tell yet"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its two-sided interval."""

    value: float
    low: float | None
    high: float | None
    level: float


@dataclass(frozen=True, slots=True)
class Arm:
    """All requests of the environments that were assigned one placement."""

    placement: Placement
    environments: int
    g_eff: float
    """Effective number of environments: (sum n)^2 / sum(n^2)."""
    requests: int
    failed_requests: int
    """Status 500 or above, or no response."""
    fell_back: int
    """Environments that left the placement; analysed as assigned."""
    user_visible_ms: Estimate
    billed_ms: Estimate | None
    """None without platform.report lines."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Difference per request, baseline minus arm: above 0, the arm saves."""

    comparator: str
    baseline: Placement
    arm: Placement
    estimand: Estimand
    difference_ms: float
    low: float | None
    high: float | None
    level: float
    df: float | None
    times: float | None
    """Baseline over arm, with its interval."""
    times_low: float | None
    times_high: float | None
    mean_ms: dict[Placement, float]
    g_eff: dict[Placement, float]
    n_environments: dict[Placement, int]
    n_requests: dict[Placement, int]
    finding: Finding
    more_environments: dict[Placement, int]
    """How many more each arm needs at least, when it cannot be told yet."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What stock Mangum could cost at most per request, from first startups; no repeat was recorded."""

    comparator: str
    at_most_ms: float
    low: float | None
    high: float | None
    level: float
    df: float | None
    k: float
    """How much slower CPU work may run in an invocation than in INIT; 1 in the lab."""
    with_shutdown: bool
    g_eff: float
    n_environments: int
    n_requests: int
    more_environments: int
    """How many more `init` needs at least before the bound can be told; 0 when it has enough."""


@dataclass(frozen=True, slots=True)
class LedgerCheck:
    """Does the cost of the repeats explain the difference between `every_invocation` and `init`?"""

    difference: Estimate
    explained: Estimate
    """Startups and shutdowns that `init` would not have paid, per request of `every_invocation`."""
    remainder: Estimate
    """Difference that the repeats leave unexplained: the sum of the next three."""
    left_in_startups: Estimate
    """INIT and first startups, which both arms pay."""
    left_in_requests: Estimate
    """The app's own work: what was loaded anew is slow at its first use."""
    left_around: Estimate
    """Outside the adapter: the runtime, freeing what was replaced, writing the records of a repeat."""
    agree: bool | None
    """The difference lies within the interval of what is explained."""
    hidden_first_startups: int
    """First startups that count as explained: INIT was off the path, so `init` would have hidden them."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean and median duration, with intervals whose unit is the environment."""

    n: int
    n_environments: int
    mean: float
    mean_low: float | None
    mean_high: float | None
    median: float
    """Over environments, of each environment's median."""
    median_low: float | None
    median_high: float | None
    level: float


@dataclass(frozen=True, slots=True)
class Load:
    """Durations of one thing that loads: first and repeat are never mixed."""

    name: str
    first_in_init: Spread | None
    first_in_invocation: Spread | None
    repeat: Spread | None


@dataclass(frozen=True, slots=True)
class StartupCost:
    """The whole startup, what comes with repeating it, and its resources."""

    whole: Load
    repeat_with_shutdown: Spread | None
    """Startup and shutdown inside one invocation, in processes that had started before."""
    shutdown: Spread | None
    """At the end of an environment."""
    failed: int
    resources: list[Load]
