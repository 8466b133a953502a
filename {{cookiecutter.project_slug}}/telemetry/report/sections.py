"""All tables of the verdict, in the order of reading."""

from collections.abc import Iterator

from telemetry.report import captions
from telemetry.report.findings import Comparison, Estimate, Load, Spread
from telemetry.report.model import Progress, ResourceAdvice, Verdict
from telemetry.report.section import Row, Section
from telemetry.report.wording import ARMS, INIT_IS_BILLED, bracketed, counted, megabytes

NONE = "-"


def sections(verdict: Verdict) -> Iterator[Section]:
    """Give every table that has rows."""
    parts = (per_request, ledger, arms, startup, advice, state, starts, invocations)
    yield from (section for part in parts if (section := part(verdict)).rows)


def per_request(verdict: Verdict) -> Section:
    """Show the differences by comparator."""
    billed = {found.baseline: found for found in verdict.comparisons if found.estimand == "billed_ms"}
    return Section(
        "per-request",
        "Saved per request by keeping the lifespan: ms, mean [95 %]",
        ("against", "user-visible", "times as long", "billed", "finding"),
        [
            (ARMS[found.baseline].partition(" (")[0], _difference(found), _times(found),
             _difference(billed.get(found.baseline)), _finding(found, verdict.progress))
            for found in verdict.comparisons
            if found.estimand == "user_visible_ms"
        ],
        captions.per_request(verdict),
        frozenset({4}),
    )  # fmt: skip


def _finding(found: Comparison, progress: Progress | None) -> str:
    told = found.finding != "cannot tell yet"
    return f"{found.finding} so far" if told and progress and progress.interim else found.finding


def _times(found: Comparison) -> str:
    return NONE if found.times is None else bracketed(found.times, found.times_low, found.times_high)


def ledger(verdict: Verdict) -> Section:
    """Show what the repeats explain of the difference, and where the rest is."""
    found = verdict.ledger
    rows: list[Row] = []
    if found is not None:
        rows = [
            ("stock Mangum - lifespan kept", _estimate(found.difference)),
            ("explained by repeated startups and shutdowns", _estimate(found.explained)),
            ("not explained by them", _estimate(found.remainder)),
            ("  difference in INIT and first startups", _estimate(found.left_in_startups)),
            ("  in the requests: first use of what was loaded anew", _estimate(found.left_in_requests)),
            ("  around them: runtime, freeing, records of repeats", _estimate(found.left_around)),
        ]
    return Section("ledger", "Why the arms differ: ms per request, mean [95 %]", ("part", "ms"), rows)


def arms(verdict: Verdict) -> Section:
    """Show what a request of each arm took."""
    return Section(
        "arms",
        "A request of each arm: ms, mean [95 %]",
        ("arm", "env.", "requests", "user-visible", "billed"),
        [
            (ARMS[arm.placement], str(arm.environments), str(arm.requests), _estimate(arm.user_visible_ms),
             _estimate(arm.billed_ms))
            for arm in verdict.arms
        ],
        f"{INIT_IS_BILLED}.",
    )  # fmt: skip


def startup(verdict: Verdict) -> Section:
    """Show first and repeated startups, whole and by resource."""
    cost = verdict.startup
    whole = (cost.whole.first_in_init, cost.whole.first_in_invocation, cost.whole.repeat)
    shown = [column for column, spread in enumerate(whole) if spread]
    names = ("first, in INIT", "first, in invocation", "repeat")
    table: list[tuple[str, Spreads]] = [(load.name, _of(load)) for load in (cost.whole, *cost.resources)]
    if cost.repeat_with_shutdown:
        table.insert(1, ("startup + shutdown", (None, None, cost.repeat_with_shutdown)))
    rows: list[Row] = [(name, *(_mean(spreads[column]) for column in shown)) for name, spreads in table]
    rows.append(("how often", *(_sample(whole[column]) for column in shown)))
    return Section(
        "startup",
        "Startup by resource: ms, mean [95 %]",
        ("what", *(names[column] for column in shown)),
        rows if shown else [],
        "A first startup pays imports and caches once; only a repeat tells what repeating costs.",
    )


Spreads = tuple[Spread | None, Spread | None, Spread | None]


def _of(load: Load) -> Spreads:
    return load.first_in_init, load.first_in_invocation, load.repeat


def _mean(spread: Spread | None) -> str:
    return NONE if spread is None else bracketed(spread.mean, spread.mean_low, spread.mean_high)


def _sample(spread: Spread | None) -> str:
    return NONE if spread is None else f"{spread.n} in {spread.n_environments} env."


def advice(verdict: Verdict) -> Section:
    """Show what to do with each resource, and the numbers that decide it."""
    return Section(
        "advice",
        "Advice by resource",
        ("resource", "advice", "touched", "load, ms", "lazy saves/env.", "because"),
        [_advice(found) for found in verdict.resources],
        captions.advice(verdict),
        frozenset({1, 5}),
    )


def _advice(found: ResourceAdvice) -> Row:
    touched = NONE
    if found.touch_share is not None:
        touched = f"{found.touched_environments}/{found.environments}"
    return (
        found.name,
        found.advice,
        touched,
        _estimate(found.load_ms),
        _estimate(found.saving_ms),
        found.why + _until(found) + _on_lambda(found),
    )


def _until(found: ResourceAdvice) -> str:
    """Say how far the advice to load lazily reaches."""
    if found.advice != "make lazy" or found.break_even is None:
        return ""
    low, high = found.break_even.low, found.break_even.high
    known = low is not None and high is not None and round(low) < round(high)
    some = f"{low:.0f} to {high:.0f}" if known else f"{found.break_even.value:.0f}"
    return f"; keep from some {some} requests per environment on"


def _on_lambda(found: ResourceAdvice) -> str:
    """Say where a load that is slower in a request would turn the advice of a lab run."""
    if found.advice_on_lambda in {None, found.advice}:
        return ""
    return f"; on Lambda perhaps: {found.advice_on_lambda}"


def state(verdict: Verdict) -> Section:
    """Show the state's size against memory."""
    found = verdict.state
    if not found.startups:
        return Section("state", "State", (), [])
    methods = ", ".join(f"by {name} in {count}" for name, count in found.methods.items())
    share = NONE if found.share_of_memory is None else f"{found.share_of_memory:.1f} %"
    used = NONE if found.used_mb is None else f"{found.used_mb:.0f} MB"
    rows = [
        ("state after the first startup", megabytes(found.size_bytes), methods or NONE),
        ("share of configured memory", share, "" if found.memory_mb is None else f"{found.memory_mb:.0f} MB"),
        ("most memory in use", used, _used_most(found.used_most_mb)),
        ("RSS growth", megabytes(found.rss_bytes), "pages of the process"),
        ("native growth", megabytes(found.native_bytes), "mallinfo2"),
        (
            "Python blocks",
            NONE if found.py_blocks is None else f"{found.py_blocks:.0f}",
            "of CPython",
        ),
    ]
    title = f"State against memory: medians over {counted(found.startups, 'first startup')}"
    return Section("state", title, ("what", "size", "how"), rows, prose=frozenset({2}))


def _used_most(most_mb: float | None) -> str:
    return "by platform.report" + ("" if most_mb is None else f"; {most_mb:.0f} MB in one environment")


def starts(verdict: Verdict) -> Section:
    """Show start classes by arm, against what the lab sent."""
    found = verdict.starts
    sent = found.sent or {}
    counts = (*found.recorded.values(), *sent.values())
    classes = list(dict.fromkeys(name for count in counts for name in count))
    rows = []
    names = {str(arm): name for arm, name in ARMS.items()}
    recorded = {str(arm): counts for arm, counts in found.recorded.items()}
    for arm in dict.fromkeys((*recorded, *sent)):
        own, lab = recorded.get(arm, {}), sent.get(arm, {})
        cells = (_start(own.get(name, 0), lab.get(name, 0), bool(sent)) for name in classes)
        rows.append((names.get(arm, arm), *cells))
    equal = "Equal to what the lab sent." if not found.mismatches else "DIFFERS from what the lab sent."
    return Section("starts", "Requests by start class", ("arm", *classes), rows, equal if found.sent else "")


def invocations(verdict: Verdict) -> Section:
    """Show how many requests an environment served."""
    return Section(
        "invocations",
        "Requests per environment",
        ("arm", "env.", "mean", "median", "p95", "most"),
        [
            (ARMS[found.placement], str(found.environments), f"{found.mean:.1f}",
             *(f"{found.percentiles[name]:.0f}" for name in ("p50", "p95")), str(found.most))
            for found in verdict.invocations
        ],
    )  # fmt: skip


def _start(recorded: int, sent: int, compared: bool) -> str:  # noqa: FBT001  # a cell's three parts
    return f"{recorded} (sent {sent})" if compared and recorded != sent else str(recorded)


def _difference(found: Comparison | None) -> str:
    return NONE if found is None else bracketed(found.difference_ms, found.low, found.high)


def _estimate(found: Estimate | None) -> str:
    return NONE if found is None else bracketed(found.value, found.low, found.high)
