"""All requests in one pass: sums by environment, start classes, durations, and what was left out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, assert_never

import numpy as np

from adapter.placement import PLACEMENTS, Placement
from telemetry import schema
from telemetry.report.errors import UnusableError
from telemetry.report.read.columns import Flags, Numbers, SpillingTable, Vector
from telemetry.report.read.durations import Durations
from telemetry.report.read.environments import cut_off_units
from telemetry.report.read.first_requests import WARM, FirstRequests
from telemetry.report.read.joining.placing import Known, place
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.records import Lab
from telemetry.report.read.requests import OUTCOMES, Join, Requests, Unplaced
from telemetry.report.read.sums import Histogram, Sums

Latencies: TypeAlias = dict[tuple[Placement, schema.Start], Histogram]


@dataclass(slots=True)
class Totals:
    """Sums by unit, and counts over all."""

    sums: Sums
    firsts: FirstRequests | None = None
    """None where requests were summed up elsewhere, so that no single one is known."""
    starts: Numbers = field(default_factory=lambda: np.zeros((len(PLACEMENTS), len(schema.STARTS)), np.int64))
    """Requests by arm and start class."""
    latencies: Latencies = field(default_factory=dict)
    touching: Vector = field(default_factory=lambda: np.zeros((0, 0)))
    """Requests that touched a resource, by unit and resource."""
    together: Numbers = field(default_factory=lambda: np.zeros(1, np.int64))
    """Requests by the set of state keys that they read, its number in the ledger and one; first those of
    which it is not known.
    """
    repeats: SpillingTable = field(default_factory=lambda: SpillingTable("unit", unit="i8", ms="f8"))
    """Startup and shutdown inside one invocation together, in processes that had started before."""
    durations: Durations = field(default_factory=Durations)
    """User-visible ms of each request that has a time."""
    first_at: float = np.inf
    last_at: float = -np.inf
    unreported: int = 0
    billed_without_init: int = 0
    """Cold starts whose billed ms cannot hold INIT."""
    duplicates: int = 0
    duplicate_reports: int = 0
    reports_without_request: int = 0
    unrecorded: Numbers = field(default_factory=lambda: np.zeros((len(PLACEMENTS), OUTCOMES), np.int64))
    """Requests without a record that are an environment's by their log stream, by arm and how they ended."""
    unplaced: Unplaced = field(default_factory=Unplaced)
    untimed: Numbers = field(default_factory=lambda: np.zeros(len(PLACEMENTS), np.int64))
    """Requests by arm that waited for an INIT of unknown length; they are in no sum of times."""
    untimed_ms: Vector = field(default_factory=lambda: np.zeros(len(PLACEMENTS)))
    """What they took after INIT."""
    doubtful: Numbers = field(default_factory=lambda: np.zeros(len(PLACEMENTS), np.int64))
    """Cold starts by arm after a gap that does not tell whether INIT was waited for."""
    cut: Numbers = field(default_factory=lambda: np.zeros(len(PLACEMENTS), np.int64))
    """Requests by arm that waited for an INIT which was cut."""
    unbilled: int = 0
    """Requests whose report does not say what was billed."""
    pings: Numbers = field(default_factory=lambda: np.zeros(0, np.int64))
    """By unit; they are no requests."""
    imports_counted: bool = False
    """Without platform.report lines only: see `requests.Join`."""
    warm_weights: dict[Placement, float] = field(default_factory=dict)
    """How often a warm request counts where arms are compared: see `warm_weights_of`. Empty for once each."""
    not_warm: Sums | None = None
    """Sums over requests that are not warm; None where warm ones count once."""

    def even(self) -> Sums:
        """Return the sums as if the environments of all arms had served the same number of requests."""
        if self.not_warm is None:
            return self.sums
        weights = np.array([self.warm_weights.get(placement, 1.0) for placement in PLACEMENTS])
        return self.sums.weighted(self.not_warm, weights[self.sums.arms])


def starts_once(placement: Placement) -> bool:
    """Return whether a process starts up once; if not, each event has a startup of its own."""
    match placement:
        case "init" | "first_invocation":
            return True
        case "every_invocation":
            return False
        case _:
            assert_never(placement)


def warm_weights_of(labs: Sequence[Lab]) -> dict[Placement, float]:
    """Return how often a warm request of each arm counts, where a lab sent some arms fewer requests.

    An environment has one first request and, in the arm with the most, N - 1 warm ones. In an arm with k
    requests each warm one then stands for (N - 1) / (k - 1): all arms have the same share of cold starts.

    Raises:
        UnusableError: The runs differ in it.
    """
    told = [lab.invocations_by_arm if len(set(lab.invocations_by_arm.values())) > 1 else {} for lab in labs]
    if any(one != told[0] for one in told):
        raise UnusableError(
            "these lab runs did not send the same numbers of requests to their arms (--invocations), so what "
            "they show cannot be put together: report them one by one."
        )
    sent = told[0] if told else {}
    most = max(sent.values(), default=0)
    return {
        placement: (most - 1) / (sent[placement] - 1)
        for placement in PLACEMENTS
        if sent.get(placement, 0) > 1 and sent[placement] < most
    }


def totals_of(ledger: Ledger) -> Totals:
    """Sum up all requests of a ledger, each once."""
    arms = np.asarray([PLACEMENTS.index(unit.placement) for unit in ledger.units], np.int64)
    firsts = FirstRequests(len(arms))
    totals, join, resources = Totals(Sums.zero(arms), firsts), Join(ledger), _resources(ledger)
    totals.touching = np.zeros((len(arms), len(ledger.resource_names)))
    totals.together = np.zeros(len(ledger.touched_sets) + 1, np.int64)
    totals.warm_weights = warm_weights_of(ledger.labs)
    totals.not_warm = Sums.zero(arms) if totals.warm_weights else None
    for part in join.parts():
        if len(part.rows):
            _add(totals, part, resources)
    totals.duplicates = join.duplicates
    totals.duplicate_reports = join.duplicate_reports
    totals.reports_without_request = join.reports_without_request
    totals.unplaced, totals.pings = join.unplaced, join.pings
    firsts.forget(cut_off_units(ledger))
    known = Known(totals.sums, totals.durations, firsts, totals.unrecorded)
    place(known, totals.unplaced, join.missing())
    totals.imports_counted = join.imports_counted
    return totals


def _resources(ledger: Ledger) -> Flags:
    """Say which resources are in which set of touched state keys."""
    found = np.zeros((len(ledger.touched_sets) + 1, len(ledger.resource_names)), np.bool_)  # the last: none
    for keys, row in ledger.touched_sets.items():
        for key in keys:
            if key in ledger.resource_names:
                found[row, ledger.resource_names[key]] = True
    return found


def _add(totals: Totals, part: Requests, resources: Flags) -> None:
    rows, unit = part.rows, part.unit
    arm = totals.sums.arms[unit]
    repeating = np.asarray([not starts_once(placement) for placement in PLACEMENTS])
    _sum(totals.sums, part, repeating[arm], np.ones(len(rows)))
    if totals.not_warm is not None:
        _sum(totals.not_warm, part, repeating[arm], rows["start"] != WARM)
    if totals.firsts is not None:
        totals.firsts.see(part)
    totals.together += np.bincount(rows["touched"] + 1, minlength=len(totals.together))
    for column in range(resources.shape[1]):
        touched = resources[rows["touched"], column]
        totals.touching[:, column] += np.bincount(unit, touched, minlength=len(totals.touching))
    shape = totals.starts.shape
    code = arm * shape[1] + rows["start"]
    totals.starts += np.bincount(code, minlength=totals.starts.size).reshape(shape)
    _keep_repeats(totals.repeats, part)
    timed = ~np.isnan(part.user_ms)
    totals.durations.add(unit[timed], part.user_ms[timed])
    for code, start in np.argwhere(totals.starts):
        ms = part.user_ms[(arm == code) & (rows["start"] == start) & timed]
        if len(ms):
            totals.latencies.setdefault((PLACEMENTS[code], schema.STARTS[start]), Histogram()).add(ms)
    totals.first_at = float(np.fmin(totals.first_at, np.fmin.reduce(rows["at"])))
    totals.last_at = float(np.fmax(totals.last_at, np.fmax.reduce(rows["at"])))
    totals.unreported += int((~part.reported).sum())
    totals.unbilled += int((part.reported & np.isnan(part.billed_ms)).sum())
    for counts, flags in (
        (totals.untimed, ~timed), (totals.doubtful, rows["doubtful"] == 1), (totals.cut, part.cut),
    ):  # fmt: skip
        counts += np.bincount(arm[flags], minlength=len(PLACEMENTS))  # noqa: PLW2901  # adds in place
    totals.untimed_ms += np.bincount(arm[~timed], rows["ms"][~timed], minlength=len(PLACEMENTS))
    if not part.recorded:
        np.add.at(totals.unrecorded, (arm, part.outcome), 1)
    # A bill never holds an INIT that was cut, nor what goes beyond the time-out.
    whole = part.cold & part.reported & ~part.cut & (part.outcome == 0)
    totals.billed_without_init += int((whole & (part.billed_ms + 1 < part.user_ms)).sum())


def _sum(sums: Sums, part: Requests, repeating: Flags, weight: Vector | Flags) -> None:
    """Add up, each request times its weight.

    In a repeating arm each startup counts as repeated that the `init` arm would not have paid. The first one
    of a process is not repeated, unless INIT was off the path: there `init` had hidden it.
    """
    rows = part.rows
    timed = ~np.isnan(part.user_ms)
    hidden = part.first & ~part.cold & repeating & (rows["startup"] > 0) & timed
    repeated = rows["shutdown"] + np.where(~part.first | hidden, rows["startup"], 0.0)
    for into, values in (
        (sums.n, np.ones(len(rows))),
        (sums.recorded, np.full(len(rows), part.recorded)),
        (sums.timed, timed),
        (sums.failed, part.failed),
        (sums.firsts, part.first),
        (sums.waited, part.first & part.cold),
        (sums.user, np.nan_to_num(part.user_ms)),
        (sums.init, np.where(timed, part.init_ms, 0.0)),
        (sums.doubtful, np.where(timed & (rows["doubtful"] == 1), part.init_ms, 0.0)),
        (sums.billed_n, ~np.isnan(part.billed_ms)),
        (sums.billed, np.nan_to_num(part.billed_ms)),
        (sums.adapter, np.where(timed, rows["ms"], 0.0)),
        (sums.loading, np.where(timed, rows["startup"] + rows["shutdown"], 0.0)),
        (sums.repeated, np.where(repeating & timed, repeated, 0.0)),
        (sums.hidden, hidden),
    ):
        into += np.bincount(part.unit, values * weight, minlength=len(into))  # noqa: PLW2901  # in place
    at = rows["at"].copy()  # `ufunc.at` is ten times as fast where numbers lie side by side
    np.fmax.at(sums.used_mb, part.unit, part.used_mb)
    np.fmin.at(sums.first_at, part.unit, at)
    np.fmax.at(sums.last_at, part.unit, at)
    np.fmax.at(sums.memory_mb, part.unit, part.memory_mb)


def _keep_repeats(repeats: SpillingTable, part: Requests) -> None:
    rows = part.rows
    repeat = (rows["startup"] > 0) & ~part.first
    kept = np.empty(int(repeat.sum()), repeats.dtype)
    kept["unit"], kept["ms"] = part.unit[repeat], (rows["startup"] + rows["shutdown"])[repeat]
    repeats.extend(kept)
