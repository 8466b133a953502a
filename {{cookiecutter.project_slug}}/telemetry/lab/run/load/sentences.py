"""What is said of a run under load: why environments were started, and what this machine changed about it."""

from collections.abc import Iterator
from typing import Final

from telemetry.lab.run.load.arrivals import Load
from telemetry.lab.run.load.load_counts import LoadCounts

SHARED_POOL: Final = (
    "The placements share one pool, as in an experiment on Lambda: what their requests take can be compared, "
    "but not how many environments each of them starts. For that, run each by itself with the same --seed."
)


def load_lines(load: Load, counts: LoadCounts, arms: int) -> Iterator[str]:
    """Yield lines for the summary of a run."""
    yield _traffic(load, counts)
    if not counts.arrived:
        return
    yield (
        f"New environments: {counts.wants['none_alive']} because none was alive, {counts.wants['all_busy']} "
        f"because all were busy; at most {counts.most_alive} at once. {_ended(counts)}"
    )
    if load.time_lapse > 1:
        yield (
            f"Arrivals and pool ran {load.time_lapse:g} times faster than stated, and requests did not: so "
            "more of them met than at the stated speed, and more environments may have been started because "
            "all were busy."
        )
    if counts.waited:
        yield (
            f"{_times(counts.waited)} an environment waited for this machine's CPU before it went to work, "
            f"{counts.longest_wait:.2g} s at most. No measured time holds that, but the environment was busy "
            "for so long, and others may have been started for it that Lambda would not need."
        )
    if arms > 1:
        yield SHARED_POOL


def _traffic(load: Load, counts: LoadCounts) -> str:
    pool = load.pool
    aged = "" if pool.age == float("inf") else f", {_length(pool.age)} old"
    spread = " (medians)" if pool.spread or pool.age_spread else ""
    return (
        f"Arrivals: {load.stated}, {counts.arrived} requests. The pool ends environments that were idle for "
        f"{_length(pool.idle)}{' or are' if aged else ''}{aged.removeprefix(',')}{spread}."
    )


def _ended(counts: LoadCounts) -> str:
    if not any(counts.ended.values()):
        return "The pool ended none."
    idle, aged = counts.ended["idle"], counts.ended["age"]
    return f"The pool ended {idle} that were not used, and {aged} for their age."


def _length(seconds: float) -> str:
    """Write a time in the largest unit in which it is a whole number, or else in seconds."""
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds % length == 0 and seconds >= length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:g} s"


def _times(count: int) -> str:
    return "Once" if count == 1 else f"{count} times"
