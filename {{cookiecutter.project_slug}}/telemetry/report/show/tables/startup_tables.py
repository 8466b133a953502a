"""Tables of the startup: what it costs by resource, what to do with each resource, what the state holds."""

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from telemetry.memory_size import SMALLEST_MB
from telemetry.report.estimate.digits import digits
from telemetry.report.estimate.intervals import Estimate
from telemetry.report.estimate.results import Results
from telemetry.report.estimate.startup.advice import (
    MATERIAL_MS,
    MATERIAL_SHARE,
    MINIMUM_ENVIRONMENTS,
    Reason,
    ResourceAdvice,
)
from telemetry.report.estimate.startup.startup_cost import Load, Spread
from telemetry.report.estimate.startup.upper_bound import slowdown_at
from telemetry.report.read.names import printable
from telemetry.report.show.section import NONE, Row, TableSection
from telemetry.report.show.verdict import Verdict
from telemetry.report.show.wording import bracketed, counted, listed, megabytes

Spreads: TypeAlias = tuple[Spread | None, Spread | None, Spread | None]
"""First in INIT, first in an invocation, repeat."""
ADVICE_COLUMNS: Final = (
    "Touched: by how many environments. Load: the first. Lazy saves: user-visible ms per environment, "
    "not per request, were it loaded at its first use; below 0 it costs. Its interval is from the worst case "
    "to the best, by who touches it and how much slower it may load in a request, of the mean load."
)
WHY: Final[Mapping[Reason, str]] = {
    "no state key": "no state key has its name",
    "no load": "no load of it was recorded",
    "few environments": f"fewer than {MINIMUM_ENVIRONMENTS} environments",
    "few ms": f"less than {MATERIAL_MS:.0f} ms to save, at best",
    "small share": f"lazy saves less than {100 * MATERIAL_SHARE:.0f} % of its load, at best",
    "large share": "lazy saves {saved:.0f} % of its load or more (95 %)",
    "overlapped": "loads together with another",
    "open": f"lazy may save {100 * MATERIAL_SHARE:.0f} % of its load, or less",
    "shared imports": (
        "it imports modules that what loads after it may need too: then that imports them instead. Load it "
        "last, and measure again"
    ),
    "timeout": "the first request that touches it might not live through the load before the time-out",
    "arms": "starting up in the first invocation was measured to be better, for all resources together",
}
"""Why an advice is given."""


def startup(verdict: Verdict) -> TableSection:
    """Show first and repeated startups, whole and by resource."""
    cost = verdict.results.startup
    whole = _spreads(cost.whole)
    shown = [column for column, spread in enumerate(whole) if spread]
    names = ("first, in INIT", "first, in invocation", "repeat")
    table: list[tuple[str, Spreads]] = [(load.name, _spreads(load)) for load in (cost.whole, *cost.resources)]
    if cost.repeat_with_shutdown and cost.whole.repeat:
        table.insert(1, ("startup + shutdown", (None, None, cost.repeat_with_shutdown)))
    rows: list[Row] = [(name, *(_mean(spreads[column]) for column in shown)) for name, spreads in table]
    rows.append(("how often", *(_sample(whole[column]) for column in shown)))
    return TableSection(
        "startup",
        "Startup by resource: ms, mean [95 %]",
        ("what", *(names[column] for column in shown)),
        rows if shown else [],
        "A first startup pays imports and caches once; only a repeat tells what repeating costs.",
    )


def _spreads(load: Load) -> Spreads:
    return load.first_in_init, load.first_in_invocation, load.repeat


def _mean(spread: Spread | None) -> str:
    return NONE if spread is None else bracketed(spread.mean, spread.mean_low, spread.mean_high)


def _sample(spread: Spread | None) -> str:
    return NONE if spread is None else f"{spread.n} in {spread.n_environments} env."


def advice(verdict: Verdict) -> TableSection:
    """Show what to do with each resource, and the numbers that decide it."""
    return TableSection(
        "advice",
        "Advice by resource",
        ("resource", "advice", "touched", "load, ms", "lazy saves/env.", "because"),
        [_advice(found) for found in verdict.results.resources],
        " ".join((ADVICE_COLUMNS, *_remarks(verdict.results))) + _lab_only(verdict.results),
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
        _estimate(found.sure_saving_ms if found.shares_imports else found.saving_ms),
        why(found),
    )


def _remarks(results: Results) -> Iterator[str]:
    """Say of each resource how far its advice reaches, and who waits for it then."""
    for found in results.resources:
        said = (_until(found) + _first_toucher(found) + _on_lambda(found)).removeprefix("; ")
        if said:
            yield f"{printable(found.name)}: {said}."


def why(found: ResourceAdvice) -> str:
    """Say which number decided the advice."""
    return WHY[found.reason].format(saved=100 * _sure_share(found))


def _sure_share(found: ResourceAdvice) -> float:
    """Return the share of the load that is saved in the worst case, without imports that others may need."""
    sure, load = found.sure_saving_ms, found.load_ms
    if sure is None or sure.low is None or load is None or not load.value > 0:
        return 0.0
    return sure.low / load.value


def _until(found: ResourceAdvice) -> str:
    """Say how far the advice to load lazily reaches."""
    if found.advice != "make lazy" or found.reason == "arms" or found.break_even is None:
        return ""
    low, high = found.break_even.low, found.break_even.high
    least = digits(found.break_even.value if low is None else low, 2)
    most = None if high is None else digits(high, 2)
    some = least if most in {None, least} else f"{least} to {most}"
    end = "" if high is not None else ", if ever"
    return f"; keep it if environments serve more than about {some} requests{end}"


def _first_toucher(found: ResourceAdvice) -> str:
    """Say who waits for a lazy load, and whether somebody waits for two."""
    if found.advice != "make lazy" or found.first_toucher_ms is None:
        return ""
    share = found.first_toucher_share
    often = f", 1 of {1 / share:.0f} requests," if share else ""
    said = (
        f"; the first request that touches it{often} may then wait {found.first_toucher_ms:.0f} ms for it: "
        "the time-out must allow that"
    )
    if found.touched_together:
        others = listed(found.touched_together)
        said += f". A request may wait for several: touched together with {others}"
    return said


def _on_lambda(found: ResourceAdvice) -> str:
    """Say in a lab run if the advice might be another one on Lambda."""
    if found.advice_on_lambda in {None, found.advice}:
        return ""
    return f"; on Lambda perhaps: {found.advice_on_lambda}"


def _lab_only(results: Results) -> str:
    """Say of a lab run what Lambda may change."""
    if results.measured_on.where == "lambda":
        return ""
    if results.measured_on.where == "loopback":
        return " Not measured on Lambda."
    memory = results.state.memory_mb or SMALLEST_MB
    slower = slowdown_at(memory)
    if slower <= 1 or results.measured_on.cpu == "lambda":
        return " Measured on this machine, not on Lambda."
    return (
        f" Measured on this machine: with {memory:.0f} MB on Lambda the same load may take up to "
        f"{slower:.1f} times as long in a request, and then the advice may differ."
    )


def state(verdict: Verdict) -> TableSection:
    """Show the state's size against the memory."""
    found = verdict.results.state
    if not found.startups:
        return TableSection("state", "State", (), [])
    methods = ", ".join(f"by {name} in {count}" for name, count in found.methods.items())
    share = NONE if found.share_of_memory is None else f"{digits(found.share_of_memory, 2)} %"
    used = NONE if found.used_mb is None else f"{found.used_mb:.0f} MB"
    blocks = NONE if found.py_blocks is None else f"{found.py_blocks:.0f}"
    rows = [
        ("state after the first startup", megabytes(found.size_bytes), methods or NONE),
        ("share of configured memory", share, "" if found.memory_mb is None else f"{found.memory_mb:.0f} MB"),
        ("most memory in use", used, _used_most(found.used_most_mb)),
        ("RSS growth", megabytes(found.rss_bytes), "pages of the process"),
        ("native growth", megabytes(found.native_bytes), "mallinfo2"),
        ("Python blocks", blocks, "of CPython"),
    ]
    title = f"State against memory: medians over {counted(found.startups, 'first startup')}"
    return TableSection("state", title, ("what", "size", "how"), rows, prose=frozenset({2}))


def _used_most(most_mb: float | None) -> str:
    return "by platform.report" + ("" if most_mb is None else f"; {most_mb:.0f} MB in one environment")


def _estimate(found: Estimate | None) -> str:
    return NONE if found is None else bracketed(found.value, found.low, found.high)
