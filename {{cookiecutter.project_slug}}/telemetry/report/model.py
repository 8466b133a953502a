"""The verdict: everything the report found, as it stands in `verdict.json`. None is what cannot be told."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from adapter.placement import Placement
from telemetry.report.findings import Arm, Bound, Comparison, Estimate, LedgerCheck, StartupCost
from telemetry.report.records import Host

VERSION = 1

Advised: TypeAlias = Literal["keep", "make lazy", "not enough data", "not visible through state"]


@dataclass(frozen=True, slots=True)
class ResourceAdvice:
    """What to do with one resource, and the numbers that decide it."""

    name: str
    advice: Advised
    why: str
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
    """Requests per environment from which on keeping is right; None where no number of them is."""
    k: float
    """How much longer the load may take in an invocation than measured; 1 in the lab."""
    overlapped: bool
    rss_bytes: float | None
    """Median growth while it loaded; so the next two."""
    native_bytes: float | None
    py_blocks: float | None


@dataclass(frozen=True, slots=True)
class State:
    """Size of the state after the first startups, against memory; medians over startups."""

    startups: int
    size_bytes: float | None
    size_low: float | None
    size_high: float | None
    methods: dict[str, int]
    rss_bytes: float | None
    native_bytes: float | None
    py_blocks: float | None
    share_of_memory: float | None
    """Percent."""
    memory_mb: float | None
    used_mb: float | None
    """Median over environments of the most that the platform saw in use."""
    used_most_mb: float | None


@dataclass(frozen=True, slots=True)
class Starts:
    """Requests by start class."""

    recorded: dict[Placement, dict[str, int]]
    sent: dict[str, dict[str, int]] | None
    """What the lab says it sent; None without a lab record."""
    mismatches: list[str]


@dataclass(frozen=True, slots=True)
class Latency:
    """User-visible ms of one start class in one arm; descriptive only."""

    placement: Placement
    start: str
    requests: int
    mean: float
    percentiles: dict[str, float]


@dataclass(frozen=True, slots=True)
class Invocations:
    """How many requests an environment served, over the environments of one arm."""

    placement: Placement
    environments: int
    mean: float
    percentiles: dict[str, float]
    most: int


@dataclass(frozen=True, slots=True)
class Assignment:
    """Environments per arm against the declared weights of the experiment."""

    experiments: list[str]
    """As declared; more than one when the weights were changed on the way."""
    weights: dict[Placement, float]
    environments: dict[Placement, int]
    chi_square: float
    df: int
    p_value: float
    as_declared: bool
    empty: dict[Placement, float]
    """Arms without any environment, and how many were to be expected there."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an experiment of a planned size is. A look before that is interim, and no verdict."""

    planned: int
    """Environments in every arm."""
    environments: int
    """In the smallest arm so far."""
    interim: bool


@dataclass(frozen=True, slots=True)
class Input:
    """What was read, and what was not entered and why."""

    sources: list[str]
    lines: int
    records: dict[str, int]
    malformed: dict[str, int]
    others: dict[str, int]
    duplicates: dict[str, int]
    requests_without_report: int
    reports_without_request: int


@dataclass(frozen=True, slots=True)
class MeasuredOn:
    """Where and when."""

    where: Literal["lab", "lambda"]
    text: str
    service: str | None
    host: Host | None
    python: list[str]
    memory_mb: float | None
    first_at: float | None
    last_at: float | None
    complete: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """All of it; `comparisons`, `bound` and `ledger` hold the numbers of the sentences in full."""

    v: int
    sentence: str
    headline: list[str]
    """The same by comparator, first what matters most; without the place."""
    meaning: str | None
    """What can be decided by that, and what not."""
    measured_on: MeasuredOn
    arms: list[Arm]
    comparisons: list[Comparison]
    bound: Bound | None
    ledger: LedgerCheck | None
    ledger_sentence: str | None
    startup: StartupCost
    resources: list[ResourceAdvice]
    state: State
    starts: Starts
    latency: list[Latency]
    invocations: list[Invocations]
    assignment: Assignment | None
    progress: Progress | None
    notes: list[str]
    not_estimated: list[str]
    input: Input
