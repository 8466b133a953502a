"""Tables of requests: what arms differ by and why, what a request of each took, and what was counted."""

from collections.abc import Iterator
from typing import Final

from adapter.placement import PLACEMENTS
from telemetry.report.estimate.comparison import Comparison
from telemetry.report.estimate.digits import digits
from telemetry.report.estimate.intervals import Estimate
from telemetry.report.estimate.results import Results
from telemetry.report.show.request_notes import MOST_STRATA, stratum_name
from telemetry.report.show.section import NONE, Row, TableSection
from telemetry.report.show.verdict import UNSERVED, Verdict
from telemetry.report.show.wording import INIT_IS_BILLED, about, arm_name, bracketed, short_name

MEANS: Final = (
    "Over all requests, as assigned; INIT is added where it was on the request path. Times as long: a "
    "request there, over one with the lifespan kept."
)
STOCK: Final = (
    "Stock Mangum: this adapter, starting the lifespan in every request, as Mangum 0.22 does; Mangum itself "
    "did not run."
)
LAZY: Final = (
    "A lazy singleton pays the same startup once, in a request: it differs where INIT is off the path, or "
    "where the load is slower in a request."
)


def differences(verdict: Verdict) -> TableSection:
    """Show the differences by comparator."""
    results = verdict.results
    billed = {found.baseline: found for found in results.comparisons if found.estimand == "billed_ms"}
    return TableSection(
        "per-request",
        "Saved per request by keeping the lifespan: ms, mean [95 %]",
        ("against", "user-visible", "times as long", "billed", "finding"),
        [
            (short_name(found.baseline), NONE, NONE, NONE, finding_of(found, results))
            if is_unserved(found, results)
            else (short_name(found.baseline), _difference(found), _times(found),
                  _difference(billed.get(found.baseline)), finding_of(found, results))
            for found in results.comparisons
            if found.estimand == "user_visible_ms"
        ],
        " ".join(_basis(verdict.shown)),
        frozenset({4}),
    )  # fmt: skip


def _basis(results: Results) -> Iterator[str]:
    """Say what the differences are means over, and who the comparators are."""
    baselines = {found.baseline for found in results.comparisons}
    yield MEANS
    yield from _mix(results)
    if "every_invocation" in baselines:
        yield STOCK
    if "first_invocation" in baselines:
        yield LAZY


def _mix(results: Results) -> Iterator[str]:
    """In a lab run: how many requests share a start is the lab's doing, and the means follow from it."""
    if not results.measured_on.lab_run or not results.invocations:
        return
    kept = (one for one in results.invocations if one.placement == "init")
    lives = next(kept, results.invocations[0])
    counts = results.starts.recorded.get(lives.placement, {})
    cold, requests = counts.get("cold", 0), sum(counts.values())
    share = f"1 of {about(requests / cold)} cold" if cold else "none cold"
    if results.measured_on.load is not None:
        yield (
            f"At {about(lives.mean)} requests per environment, {share}, as this run's arrivals and pool had "
            "it; on Lambda its own decide that, and the mean with it."
        )
        return
    yield (
        f"At {about(lives.mean)} requests per environment, {share}, as the lab was told; in use, "
        "traffic decides that, and the mean with it."
    )
    fewer = {one.placement: one.mean for one in results.invocations}
    for arm, weight in results.warm_weights.items():
        yield (
            f"Environments of {short_name(arm)} were sent {digits(fewer[arm])}: a warm one of them counts "
            f"{digits(weight)} times, so that the share of cold ones is that of the other arms."
        )


def is_unserved(found: Comparison, results: Results) -> bool:
    """Say whether it is with stock Mangum, which cannot serve the app: its numbers are then of no use."""
    return found.baseline == UNSERVED and not results.startup_repeats


def finding_of(found: Comparison, results: Results) -> str:
    """Put a finding into a cell."""
    if is_unserved(found, results):
        return "cannot serve"
    progress = results.progress
    certain = found.finding != "cannot tell yet"
    return f"{found.finding} so far" if certain and progress and progress.interim else found.finding


def _times(found: Comparison) -> str:
    return NONE if found.times is None else bracketed(found.times, found.times_low, found.times_high)


def _difference(found: Comparison | None) -> str:
    return NONE if found is None else bracketed(found.difference_ms, found.low, found.high)


def arms(verdict: Verdict) -> TableSection:
    """Show what a request of each arm took."""
    results = verdict.results
    return TableSection(
        "arms",
        "A request of each arm: ms, mean [95 %]",
        ("arm", "env.", "requests", "user-visible", "billed"),
        [
            (arm_name(arm.placement, results.startup_repeats), str(arm.environments), str(arm.requests),
             _estimate(arm.user_visible_ms), _estimate(arm.billed_ms))
            for arm in results.arms
        ],
        f"{INIT_IS_BILLED}.",
    )  # fmt: skip


def strata(verdict: Verdict) -> TableSection:
    """Show versions and memory sizes apart, where there are several."""
    rows: list[Row] = []
    for found in verdict.results.strata[:MOST_STRATA]:
        name = stratum_name(found)
        differences = {one.baseline: one.difference_ms for one in found.differences}
        for arm, environments in found.environments.items():
            ms = f"{found.user_visible_ms[arm]:.1f}"
            requests = str(found.requests[arm])
            rows.append(
                (name, arm_name(arm), str(environments), requests, ms, _estimate(differences.get(arm)))
            )
    return TableSection(
        "strata",
        "By version and memory size: user-visible ms",
        ("what", "arm", "env.", "requests", "mean", "saved by keeping [95 %]"),
        rows,
        "Compared within each, and averaged by requests." if verdict.results.stratified else "",
        frozenset({1}),
    )


def by_settings(verdict: Verdict) -> TableSection:
    """Show what keeping saves at each memory size and init type that a lab run compares."""
    rows: list[Row] = []
    types = {within.settings.init_type for within in verdict.results.by_settings}
    for within in verdict.results.by_settings:
        found = {(one.baseline, one.estimand): one for one in within.comparisons}
        for baseline in dict.fromkeys(one.baseline for one in within.comparisons):
            first, user = (found.get((baseline, name)) for name in ("first_request_ms", "user_visible_ms"))
            size = f"{within.settings.memory_mb:.0f} MB"
            of_type = f", {within.settings.init_type}" if len(types) > 1 else ""
            rows.append((f"{size}{of_type}", arm_name(baseline), _difference(first), _difference(user)))
    return TableSection(
        "by-memory",
        "Saved by keeping the lifespan, by memory size and init type: ms, mean [95 %]",
        ("settings", "against", "first request", "user-visible, per request"),
        rows,
        "",
        frozenset({1}),
    )


def ledger(verdict: Verdict) -> TableSection:
    """Show what the repeats explain of the difference, and where the rest is."""
    found = verdict.shown.ledger
    rows: list[Row] = []
    if found is not None and verdict.results.startup_repeats:
        rows = [
            ("stock Mangum - lifespan kept", _estimate(found.difference)),
            ("explained by repeated startups and shutdowns", _estimate(found.explained)),
            ("not explained by them", _estimate(found.remainder)),
            ("  difference in INIT and first startups", _estimate(found.left_in_startups)),
            ("  in the requests: first use of what was loaded anew", _estimate(found.left_in_requests)),
            ("  around them: runtime, freeing, records of repeats", _estimate(found.left_around)),
        ]
    caption = verdict.ledger_sentence or ""
    return TableSection(
        "ledger", "Why the arms differ: ms per request, mean [95 %]", ("part", "ms"), rows, caption
    )


def _estimate(found: Estimate | None) -> str:
    return NONE if found is None else bracketed(found.value, found.low, found.high)


def starts(verdict: Verdict) -> TableSection:
    """Show start classes by arm, against what the lab sent."""
    found = verdict.results.starts
    sent = found.sent or {}
    recorded = {str(arm): counts for arm, counts in found.recorded.items()}
    names = {str(arm): arm_name(arm, verdict.results.startup_repeats) for arm in PLACEMENTS}
    classes = list(dict.fromkeys(name for count in (*recorded.values(), *sent.values()) for name in count))
    rows = []
    for arm in dict.fromkeys((*recorded, *sent)):
        actual, expected = recorded.get(arm, {}), sent.get(arm, {})
        cells = (_start(actual.get(name, 0), expected.get(name, 0) if sent else None) for name in classes)
        rows.append((names.get(arm, arm), *cells))
    equal = "Equal to what the lab sent." if not found.mismatches else "DIFFERS from what the lab sent."
    caption = equal if found.sent else ""
    return TableSection("starts", "Requests by start class", ("arm", *classes), rows, caption)


def _start(recorded: int, sent: int | None) -> str:
    return str(recorded) if sent is None or recorded == sent else f"{recorded} (sent {sent})"


def invocations(verdict: Verdict) -> TableSection:
    """Show how many requests an environment served."""
    results = verdict.results
    return TableSection(
        "invocations",
        "Requests per environment",
        ("arm", "env.", "mean", "median", "p95", "most"),
        [
            (arm_name(found.placement, results.startup_repeats), str(found.environments), f"{found.mean:.1f}",
             *(f"{found.percentiles[name]:.0f}" for name in ("p50", "p95")), str(found.most))
            for found in results.invocations
        ],
    )  # fmt: skip
